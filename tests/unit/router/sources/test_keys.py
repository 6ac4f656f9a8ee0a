"""Where an event had its decision, the router's takes its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flags import carriers
from flags.token import NAME, Token
from router.document import Node
from router.sources.direct import Direct
from router.sources.eventbridge import EventBridge
from router.sources.source import Part, Source
from router.sources.stepfunctions import StepFunctions
from router.sources.unknown import Unknown

CAME, OURS = "v1~shop.blue.1", "v1~shop.green.2"
CLOUD_EVENT = {"specversion": "1.0", "id": "1", "source": "/o", "type": "placed"}
BUS = {"detail-type": "placed", "source": "shop"}
LISTED = f"{NAME}:{CAME}"


def token(text: str | None) -> Token:
    """A text's token; an empty one of none."""
    return (Token.parse(text) if text else None) or Token()


def node(event: Any) -> Node:
    """An event as it comes."""
    return Node.of(json.dumps(event).encode())


def carried(source: Source, event: Any, text: str | None) -> Any:
    """The event as it goes out with this token."""
    unit = node(event)
    return json.loads(source.carry(unit, [Part(unit=unit, token=token(text))]))


BUSES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"detail": {"a": 1}}, {"detail": {"a": 1, NAME: OURS}}),
    ({"detail": {NAME: CAME}}, {"detail": {NAME: OURS}}),
    ({"detail": CLOUD_EVENT}, {"detail": {**CLOUD_EVENT, "canarydecision": OURS}}),
    (
        {"detail": {**CLOUD_EVENT, NAME: CAME, "canarydecision": CAME}},
        {"detail": {**CLOUD_EVENT, "canarydecision": OURS}},
    ),
    # What is no CloudEvent may have such a key of its own.
    (
        {"detail": {"canarydecision": "red"}},
        {"detail": {"canarydecision": "red", NAME: OURS}},
    ),
    (
        {"detail": {"a": 1}, "resources": ["é", LISTED, "b"]},
        {"detail": {"a": 1}, "resources": ["é", "b", f"{NAME}:{OURS}"]},
    ),
    (
        {"detail": {NAME: CAME}, "resources": [LISTED]},
        {"detail": {NAME: OURS}, "resources": [f"{NAME}:{OURS}"]},
    ),
    (
        {"detail": "text", "resources": [LISTED]},
        {"detail": "text", "resources": [f"{NAME}:{OURS}"]},
    ),
    ({"detail": "text", "resources": []}, {"detail": "text", "resources": []}),
    ({"detail": {}, "resources": 7}, {"detail": {NAME: OURS}, "resources": 7}),
]


@pytest.mark.parametrize(("given", "expected"), BUSES)
def test_events_of_a_bus(given: Any, expected: Any) -> None:
    """In the detail, by the name that it has there, or among the resources."""
    assert {**BUS, **expected} == carried(EventBridge(), {**BUS, **given}, OURS)


@pytest.mark.parametrize(("given", "expected"), BUSES)
def test_without_a_decision_nothing_is_left(given: Any, expected: Any) -> None:
    """A decision that doesn't count is dropped wherever a reader would look."""
    source = EventBridge()
    sent = carried(source, {**BUS, **given}, None)

    assert source.inbound(node(sent), None) is None
    assert OURS not in json.dumps(sent)
    assert CAME not in json.dumps(sent)
    assert source.inbound(node({**BUS, **expected}), None) in (token(OURS), None)


@pytest.mark.parametrize(
    ("rules", "inside"),
    [
        ("", True),
        ("events:*=key", True),
        ("events:*=none", False),
        ("events:shop", False),
        ("events:other=none", True),
        ("events:shop=resources", False),
    ],
)
def test_targets_that_take_no_key(
    rules: str, monkeypatch: pytest.MonkeyPatch, *, inside: bool
) -> None:
    """By the event's source the decision goes beside it, and no byte of it moves."""
    monkeypatch.setenv("CANARY_JSON_KEY", rules)
    source, event = EventBridge(), node({**BUS, "detail": {"a": 1}})
    parts = [Part(unit=event, token=token(OURS))]
    beside = source.client_context(event, parts, None)

    assert inside is source.carries_inside(event)
    assert inside is (NAME in source.carry(event, parts))
    assert ({} if inside else {"custom": {NAME: OURS}}) == beside


def test_lists_for_targets_that_take_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each event of a list has its decision beside its detail."""
    monkeypatch.setenv("CANARY_JSON_KEY", "events:*=none")
    source, event = EventBridge(), node([{**BUS, "detail": {"a": 1}}])
    (unit,) = source.units(event)
    (sent,) = json.loads(source.carry(event, [Part(unit=unit, token=token(OURS))]))

    assert {**BUS, "detail": {"a": 1}, NAME: OURS} == sent
    assert token(OURS) == carriers.from_record(sent)


def test_a_decision_that_came_is_replaced_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What an event has already can surprise nobody, and must not be left to count."""
    monkeypatch.setenv("CANARY_JSON_KEY", "events:*=none")
    for given, expected in BUSES:
        text = json.dumps(given)
        if CAME in text:
            assert {**BUS, **expected} == carried(EventBridge(), {**BUS, **given}, OURS)


@pytest.mark.parametrize("source", [Direct(), StepFunctions(), Unknown()])
def test_payloads_that_are_cloud_events(source: Source) -> None:
    """Their attribute is read, replaced, and dropped; others' keys are left alone."""
    known = not isinstance(source, Unknown)
    event = {**CLOUD_EVENT, "canarydecision": CAME}
    assert (token(CAME) if known else None) == source.inbound(node(event), None)
    replaced = {**CLOUD_EVENT, "canarydecision": OURS} if known else CLOUD_EVENT
    assert replaced == carried(source, event, OURS)
    assert CLOUD_EVENT == carried(source, event, None)
    assert {"canarydecision": "red"} == carried(source, {"canarydecision": "red"}, OURS)


def test_executions_that_were_started_with_a_cloud_event() -> None:
    """Their input is read as readers read it."""
    execution = {
        "Id": "arn:aws:states:x",
        "Input": {**CLOUD_EVENT, "canarydecision": CAME},
    }

    assert token(CAME) == StepFunctions().inbound(node({"Execution": execution}), None)


def test_large_details() -> None:
    """What is looked into place by place reads the same."""
    detail = {"x": "y" * 40_000, **CLOUD_EVENT, "canarydecision": CAME}
    source = EventBridge()

    assert token(CAME) == source.inbound(node({**BUS, "detail": detail}), None)
    sent = carried(source, {**BUS, "detail": detail}, OURS)
    assert {**detail, "canarydecision": OURS} == sent["detail"]
