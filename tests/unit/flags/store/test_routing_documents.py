"""Every way to write a wrong route, with the exact words that come back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.flags.store.wrong import (
    EXPRESSION,
    PLACES,
    ROUTE,
    SERVICE,
    UNKNOWN,
    problems,
)

SOURCES = (
    "input should be 'rest', 'http', 'url', 'alb', 'websocket', 'appsync', 'cognito', "
    "'sns', 'sqs', 'eventbridge', 'scheduler', 's3', 'kinesis', 'dynamodb', 'kafka', "
    "'mq', 'iot', 'firehose', 'stepfunctions', 'cloudformation' or 'direct'"
)


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
            "value should have at least 1 item after validation, not 0",
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
        ({"identity": [{"group": False}]}, "identity[0].group", "input should be True"),
        ({"identity": [{"body": "user["}]}, "identity[0].body", EXPRESSION),
        (
            {"attributes": {"plan": {"detail": "b["}}},
            "attributes.plan.detail",
            EXPRESSION,
        ),
        ({"log": 101}, "log", "input should be less than or equal to 100"),
        ({"timeout": -1}, "timeout", "input should be greater than or equal to 0"),
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
