"""Where a decision is found in an event, shape by shape."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given

from flags import carriers
from flags.token import NAME, Token
from tests.property.strategies import json_values, some

EVENTS = Path(__file__).parents[3] / "events"
WIRE = "v1~shop.green.12"
OTHER = "v1~shop.blue.12"
GREEN = Token.parse(WIRE)


def event(name: str) -> Any:
    """A real event, from the file of that name."""
    return json.loads((EVENTS / f"{name}.json").read_text("utf-8"))


def beside(text: object) -> Any:
    """A Lambda context with a ClientContext."""
    return SimpleNamespace(client_context=SimpleNamespace(custom={NAME: text}))


def sns(*texts: object) -> dict[str, Any]:
    """An SNS event, a record for each token; None for a record without."""
    return {
        "Records": [
            {"Sns": {"MessageAttributes": {NAME: {"Type": "String", "Value": text}}}}
            if text
            else {"Sns": {"MessageAttributes": {}}}
            for text in texts
        ]
    }


def sqs(*texts: object) -> dict[str, Any]:
    """An SQS event, a record for each token; None for a record without."""
    return {
        "Records": [
            {"messageAttributes": {NAME: {"stringValue": text, "dataType": "String"}}}
            if text
            else {"messageAttributes": {}}
            for text in texts
        ]
    }


@pytest.mark.parametrize("name", ["http", "url", "rest", "alb"])
@pytest.mark.parametrize("header", [NAME, "Canary-Decision", "CANARY-DECISION"])
def test_headers(name: str, header: str) -> None:
    """A header is found in every kind of HTTP event, however it is spelt."""
    received = event(name)
    received["headers"][header] = WIRE
    received.pop("multiValueHeaders", None)

    assert GREEN == carriers.from_event(received)


@pytest.mark.parametrize("name", ["rest", "alb_multi"])
def test_multi_value_headers(name: str) -> None:
    """A header is found where a front door sends lists of values."""
    received = event(name)
    received["multiValueHeaders"]["canary-Decision"] = [WIRE]
    received.pop("headers", None)

    assert GREEN == carriers.from_event(received)


@pytest.mark.parametrize("make", [sns, sqs])
@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((WIRE,), WIRE),
        ((WIRE, WIRE, WIRE), WIRE),
        ((WIRE, "v1~shop.green.13"), WIRE),
        ((WIRE, OTHER), None),
        ((WIRE, None), None),
        ((None, WIRE), None),
        ((None,), None),
        ((), None),
        (("junk", WIRE), None),
        (("v1~a.x.1~shop.green.2", "v1~a.y.1~shop.green.2"), "v1~shop.green.2"),
    ],
)
def test_batches(make: Any, texts: tuple[Any, ...], expected: str | None) -> None:
    """A batch as a whole carries what all its records agree on."""
    assert Token.parse(expected) == carriers.from_event(make(*texts))


@pytest.mark.parametrize(("name", "make"), [("sns", sns), ("sqs", sqs)])
def test_real_records(name: str, make: Any) -> None:
    """The attribute is found among others in a real record."""
    record = event(name)["Records"][0]
    ours = make(WIRE)["Records"][0]
    place = record["Sns"] if name == "sns" else record
    key = "MessageAttributes" if name == "sns" else "messageAttributes"
    place[key] |= (ours["Sns"] if name == "sns" else ours)[key]

    assert GREEN == carriers.from_record(record)


def test_eventbridge() -> None:
    """The decision is a key of the detail."""
    received = event("eventbridge")
    assert carriers.from_event(received) is None

    received["detail"][NAME] = WIRE
    assert GREEN == carriers.from_event(received)


@pytest.mark.parametrize("payload", [{}, {"a": 1}, {"headers": {}}, [1], None, "x", 7])
def test_client_context(payload: Any) -> None:
    """A direct invocation brings it beside the payload, whatever that is."""
    assert GREEN == carriers.from_event(payload, beside(WIRE))
    assert carriers.from_event(payload) is None


def test_client_context_before_event() -> None:
    """What the router set beside a payload outranks what the payload says."""
    received = {"headers": {NAME: OTHER}}

    assert carriers.from_event(received, beside(WIRE)) == GREEN


@pytest.mark.parametrize(
    "context",
    [
        None,
        SimpleNamespace(),
        SimpleNamespace(client_context=None),
        SimpleNamespace(client_context=SimpleNamespace(custom=None)),
        SimpleNamespace(client_context=SimpleNamespace(custom=[NAME])),
        beside(None),
        beside(7),
        beside("v2~shop.green.12"),
    ],
)
def test_other_contexts(context: Any) -> None:
    """A context without a decision is no decision."""
    assert carriers.from_event({}, context) is None


@pytest.mark.parametrize(
    "junk",
    [
        {"Records": None},
        {"Records": {}},
        {"Records": [None, 1, "x", []]},
        {"Records": [{"Sns": None}]},
        {"Records": [{"Sns": {"MessageAttributes": [NAME]}}]},
        {"Records": [{"Sns": {"MessageAttributes": {NAME: WIRE}}}]},
        {"Records": [{"Sns": {"MessageAttributes": {NAME: {"Value": 7}}}}]},
        {"Records": [{"messageAttributes": {NAME: {"stringValue": [WIRE]}}}]},
        {"Records": [{"messageAttributes": {NAME: {"binaryValue": WIRE}}}]},
        {"headers": [NAME, WIRE]},
        {"headers": {NAME: [WIRE]}},
        {"headers": {NAME: None}},
        {"headers": {1: WIRE, None: WIRE}},
        {"multiValueHeaders": {NAME: []}},
        {"multiValueHeaders": {NAME: WIRE}},
        {"multiValueHeaders": {NAME: [None]}},
        {"detail": WIRE},
        {"detail": [WIRE]},
        {"detail": {NAME: {"v1": WIRE}}},
        event("s3"),
        event("kinesis"),
        event("direct"),
    ],
)
def test_junk(junk: Any) -> None:
    """Whatever looks like a carrier and is none carries nothing."""
    before = copy.deepcopy(junk)

    assert carriers.from_event(junk) is None
    assert before == junk


@pytest.mark.property
@given(received=json_values, key=json_values)
@some
def test_total(received: Any, key: Any) -> None:
    """No JSON in any of the places makes reading fail."""
    for place in ("Records", "headers", "multiValueHeaders", "detail"):
        carriers.from_event({place: received})
        carriers.from_event({place: {NAME: received}})
        carriers.from_event({place: [{"Sns": received, "messageAttributes": key}]})
    carriers.from_record({"Sns": {"MessageAttributes": {NAME: received}}})
    carriers.from_event(received, beside(key))


NOTIFICATION = {
    "Type": "Notification",
    "Message": "{}",
    "MessageAttributes": {NAME: {"Type": "String", "Value": WIRE}},
}
ENVELOPES = [
    NOTIFICATION,
    {"detail-type": "Placed", "source": "shop", "detail": {NAME: WIRE}},
]


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_wrapped_in_a_queue(envelope: dict[str, Any]) -> None:
    """What SNS or EventBridge put into a queue is read through its envelope."""
    record = {"messageAttributes": {}, "body": json.dumps(envelope)}
    assert GREEN == carriers.from_record(record)


def test_an_attribute_comes_before_an_envelope() -> None:
    """The router sets the attribute last, so the attribute is the newer word."""
    (record,) = sqs(OTHER)["Records"]
    record["body"] = json.dumps(NOTIFICATION)
    assert Token.parse(OTHER) == carriers.from_record(record)


@pytest.mark.parametrize(
    "body", [f'"{NAME}"', f'["{NAME}"]', f"{{{NAME}", f'{{"{NAME}": "{WIRE}"}}', None]
)
def test_a_body_that_is_no_envelope(body: object) -> None:
    """A queue's own message is not searched for decisions."""
    assert carriers.from_record({"messageAttributes": {}, "body": body}) is None
