"""Kinds of events that no source knows: routes match them by what is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from flags.store.routing import RouteDocument
from router.document import Node
from router.routing import LONGEST, Rules
from router.sources import recognise
from tests.fuzz.rig import FORGED, SERVICE, Rig, corpus, rules
from tests.unit.router.conftest import Bench

PAGE = (Path(__file__).parents[3] / "docs" / "event-sources.md").read_text("utf-8")
# The event for each row of the page.
EVENTS = {
    "VPC Lattice": "unknown_lattice",
    "VPC Lattice, version 1": "unknown_lattice_v1",
    "REST API authorizer": "unknown_authorizer_token",
    "HTTP API authorizer": "unknown_authorizer_http",
    "CloudWatch Logs": "unknown_logs",
    "SES": "unknown_ses",
    "DocumentDB": "unknown_documentdb",
    "Alexa": "unknown_alexa",
    "Lex": "unknown_lex",
    "Connect": "unknown_connect",
    "Bedrock agents": "unknown_bedrock",
    "S3 Batch Operations": "unknown_s3_batch",
    "S3 Object Lambda": "unknown_object_lambda",
    "Config rules": "unknown_config",
    "CodePipeline": "unknown_pipeline",
    "CloudWatch alarms": "unknown_alarm",
}


def rows() -> dict[str, tuple[Any, str]]:
    """What the page says: the match, and the expression for an identity, if any."""
    section = PAGE.partition("\n## Other kinds\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    cells = [[one.strip() for one in line.strip("| ").split(" | ")] for line in lines]
    return {
        kind: (
            yaml.safe_load(match.strip("`")),
            identity.strip("`") if "`" in identity else "",
        )
        for kind, match, identity in cells
    }


ROWS = rows()


def route(match: Any, **more: Any) -> dict[str, Any]:
    """A route as it is written."""
    written = {"name": "r", "service": SERVICE, "match": {"event": match}, **more}
    return RouteDocument.model_validate(written).model_dump(exclude_none=True)


def test_each_row_has_an_event() -> None:
    """And no event is of a kind that the page leaves out."""
    assert set(EVENTS) == set(ROWS)


@pytest.mark.parametrize("kind", EVENTS)
def test_a_row_matches_its_kind_and_no_other(kind: str) -> None:
    """Of all events that there are."""
    found = {name for name in corpus() if matched(ROWS[kind][0], corpus()[name])}
    others = {EVENTS[other] for other in EVENTS if other != kind}

    assert EVENTS[kind] in found
    assert set() == found & others


@pytest.mark.parametrize("kind", [kind for kind in EVENTS if ROWS[kind][1]])
def test_a_row_gives_an_identity(kind: str) -> None:
    """With one, an event is decided for like any other, in the ClientContext."""
    match, identity = ROWS[kind]
    event = corpus()[EVENTS[kind]]
    rig = Rig(rules(weight=50, routes=[route(match, identity=[{"event": identity}])]))
    rig.handle(event)
    (seen,) = rig.seen
    line = json.loads(rig.lines[0])

    assert ("r", "SPLIT") == (line["route"], line["reason"])
    assert f"~shop.{seen.alias}." in str(seen.context)
    assert FORGED not in str(seen.context)


def matched(match: Any, event: bytes) -> bool:
    """Whether a route with this match takes the event."""
    found: Rules = _built(route(match))
    node = Node.of(event)
    return any(found.matching(recognise(node).facts(node), node))


def _built(written: dict[str, Any]) -> Rules:
    rig = Rig(rules(routes=[written]))
    held = rig.router.snapshot.current()
    assert held is not None
    return held.rules


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("a*", "ab", True),
        ("a*", "ba", False),
        (["x", "a?"], "ab", True),
        (7, 7, True),
        (7, "7", True),
        (True, True, True),
        (True, 1, False),
        (1.5, 1.5, True),
        ("*", {"a": 1}, True),
        ("*", [], True),
        ("*", "", True),
        ("*", None, False),
        ("{*", {"a": 1}, False),
        ("*", "x" * (LONGEST + 1), True),
        ("x*", "x" * (LONGEST + 1), False),
    ],
)
@pytest.mark.parametrize("filler", ["", "y" * 40_000])
def test_what_agrees(pattern: Any, value: Any, expected: bool, filler: str) -> None:  # noqa: FBT001 - drawn
    """Texts by their letters, the rest as JSON writes it, in large events too."""
    event = {"f": filler, "a": [{"b": value}]}
    if value is None:
        event["a"] = [{"c": 1}]

    assert expected == matched({"a[0].b": pattern}, json.dumps(event).encode())


def test_an_empty_match_takes_events_of_unknown_kinds(bench: Bench) -> None:
    """The route's service, and its stable alias while nobody is known."""
    everything = {"name": "all", "service": "shop-email", "match": {}}
    bench.apply({"routing": {"default": "shop-checkout", "routes": [everything]}})
    bench.weight(50)
    bench.handle(corpus()["unknown_lattice"])

    assert ("shop-email", "blue") == (bench.last.service, bench.last.alias)
