"""Every way to write a wrong route, with the exact words that come back."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from flags.store.routing import SourceName
from tests.unit.flags.store.wrong import (
    EXPRESSION,
    PLACES,
    ROUTE,
    SERVICE,
    UNKNOWN,
    problems,
)

_NAMES = [repr(name) for name in get_args(SourceName)]
SOURCES = f"input should be {', '.join(_NAMES[:-1])} or {_NAMES[-1]}"
SECONDS = "give seconds from 0 to 300, as a number"
PERCENTAGE = "give a percentage from 0 to 100, as a number"


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"service": "a b"}, "service", SERVICE),
        (
            {"match": {"source": "ftp"}},
            "match.source[0]",
            SOURCES,
        ),
        (
            {"match": {"source": []}},
            "match.source",
            "give a source, or a list of sources; leave it out for all",
        ),
        ({"match": {"url": "/"}}, "match.url", UNKNOWN),
        (
            {"match": None},
            "match",
            "expected a mapping",
        ),
        ({"identity": [{}]}, "identity[0]", PLACES),
        ({"identity": [{"header": None}]}, "identity[0]", PLACES),
        ({"identity": [{"header": "a", "cookie": "b"}]}, "identity[0]", PLACES),
        (
            {"identity": [{"group": False}]},
            "identity[0].group",
            "say true, or leave it out",
        ),
        ({"identity": [{"key": 1}]}, "identity[0].key", "say true, or leave it out"),
        ({"identity": [{"body": "user["}]}, "identity[0].body", EXPRESSION),
        (
            {"attributes": {"plan": {"detail": "b["}}},
            "attributes.plan.detail",
            EXPRESSION,
        ),
        ({"log": 101}, "log", PERCENTAGE),
        ({"log": float("nan")}, "log", PERCENTAGE),
        ({"timeout": -1}, "timeout", SECONDS),
        ({"timeout": 301}, "timeout", SECONDS),
        ({"timeout": "1m"}, "timeout", SECONDS),
        ({"timeout": True}, "timeout", SECONDS),
        (
            {"batch_failures": "some"},
            "batch_failures",
            "input should be 'partial' or 'whole'",
        ),
        ({"trust": "no"}, "trust", "give true, false or iam"),
    ],
)
def test_route(changes: dict[str, Any], path: str, message: str) -> None:
    """One thing wrong with a route is one line."""
    expected = [f"routing.routes[0].{path}: {message}"]

    assert expected == problems({"routing": {"routes": [{**ROUTE, **changes}]}})


def test_routes_named_twice() -> None:
    """A journal that names a route must mean one."""
    expected = ["routing.routes[1].name: a route before is named 'web' too"]

    assert expected == problems({"routing": {"routes": [ROUTE, ROUTE]}})
