"""What messages carry inside each other, however they came together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flags import carriers
from flags.token import NAME, Token

EVENTS = Path(__file__).parents[3] / "events"
WIRE = "v1~shop.green.12"
BOTH = "v1~search.blue.3~shop.green.12"
GREEN = Token.parse(WIRE)
EVENT = {"detail-type": "Placed", "source": "shop", "detail": {NAME: WIRE}}
DIRECT = {"order": 7, NAME: WIRE}
HTTP = {"version": "2.0", "headers": {NAME: WIRE}}


def notification(message: Any, text: str | None = None) -> dict[str, Any]:
    """What SNS puts into a queue."""
    attributes = {NAME: {"Type": "String", "Value": text}} if text else {}
    return {
        "Type": "Notification",
        "Message": message if isinstance(message, str) else json.dumps(message),
        "MessageAttributes": attributes,
    }


def queued(body: Any, **attributes: Any) -> dict[str, Any]:
    """An SQS record."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {"messageId": "1", "body": text, "messageAttributes": attributes}


def report(payload: Any) -> dict[str, Any]:
    """What Lambda sends to the destination of an asynchronous invocation."""
    return {
        "version": "1.0",
        "requestContext": {"condition": "RetriesExhausted"},
        "requestPayload": payload,
        "responsePayload": {"errorMessage": "no"},
    }


FAILED = {name: {"stringValue": "x"} for name in ("ErrorCode", "RequestID")}
REPORTED = {**EVENT, "detail": report(EVENT)}


@pytest.mark.parametrize(
    "record",
    [
        queued(notification("{}", WIRE)),
        queued(EVENT),
        queued(notification(EVENT)),
        queued(notification(notification("{}", WIRE))),
        queued(notification(notification(EVENT))),
        {"Sns": notification(EVENT)},
        {"Sns": notification(notification("{}", WIRE))},
        queued(report(DIRECT)),
        queued(report(EVENT)),
        queued(report(HTTP)),
        queued(report({"Records": [queued(EVENT), queued(EVENT)]})),
        {"Sns": notification(report(DIRECT))},
        queued(REPORTED),
        queued(DIRECT, **FAILED),
        queued(EVENT, **FAILED),
        queued({"Records": [{"Sns": notification("", WIRE)}]}, **FAILED),
    ],
)
def test_one_inside_the_other(record: Any) -> None:
    """Envelopes of SNS and EventBridge are read through, and reports of failures."""
    assert carriers.from_record(record) == GREEN
    assert carriers.from_event({"Records": [record]}) == GREEN


@pytest.mark.parametrize(
    "event", [report(DIRECT), report(EVENT), report(HTTP), REPORTED]
)
def test_reports_of_failures(event: Any) -> None:
    """A destination's report keeps the decision of the event that it is about."""
    assert carriers.from_event(event) == GREEN


def test_the_nearest_comes_first() -> None:
    """The record's own member, then its attributes, then what is inside."""
    blue, red = "v1~shop.blue.1", "v1~shop.red.1"
    record = queued(notification("{}", red), **{NAME: {"stringValue": blue}})

    assert carriers.from_record(record) == Token.parse(blue)
    assert carriers.from_record({**record, NAME: WIRE}) == GREEN


def test_what_cannot_be_read_is_passed_by() -> None:
    """A token of the future on the outside doesn't hide the one inside."""
    record = queued(EVENT, **{NAME: {"stringValue": "v2~shop"}})

    assert carriers.from_record({**record, NAME: 7}) == GREEN
    assert {"version": 1, "type": 1} == carriers.unread


def test_no_deeper_than_that() -> None:
    """What is wrapped again and again is given up."""
    message: Any = EVENT
    for _ in range(12):
        message = notification(message)

    assert carriers.from_record(queued(message)) is None
    assert carriers.from_record({"Sns": message}) is None


def test_no_deeper_than_that_in_reports() -> None:
    """The same holds for reports about reports, of whatever depth."""
    event: Any = DIRECT
    for _ in range(5_000):
        event = report(event)

    assert carriers.from_event(event) is None


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000 + f'"{NAME}"',
        f'{{"Type": "Notification", "{NAME}"',
        f'{{"Type": "Notification", "Message": "{NAME}"}}',
        f'{{"Type": "Notification", "Message": ["{NAME}"]}}',
        f'{{"Type": "Notification", "MessageAttributes": "{NAME}"}}',
        f'{{"detail-type": "{NAME}"}}',
        f'{{"detail-type": "", "detail": "{NAME}"}}',
        f'{{"requestPayload": "{NAME}"}}',
        f'{{"Records": [{{"{NAME}": "{WIRE}"}}]}}',
        f'{{"headers": {{"{NAME}": "{WIRE}"}}}}',
        "\ud800" + NAME,
    ],
)
def test_bodies_that_only_look_like_it(body: str) -> None:
    """What is no envelope, or broken, carries nothing and raises nothing."""
    assert carriers.from_record(queued(body)) is None
    assert not carriers.unread


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sqs_sns_raw", [BOTH]),
        ("sqs_sns_wrapped", [BOTH, None]),
        ("sqs_eventbridge", [BOTH, None]),
        ("sqs_eventbridge_sns", [BOTH]),
        ("sqs_redrive", ["v1~shop.green.1"]),
        ("sqs_binary", [None]),
        ("sns_token", [BOTH]),
    ],
)
def test_real_messages(name: str, expected: list[str | None]) -> None:
    """Events as AWS writes them are read so."""
    event = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    found = [carriers.from_record(record) for record in event["Records"]]

    assert [Token.parse(text) for text in expected] == found
