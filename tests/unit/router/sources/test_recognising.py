"""Events whose source shows in an unusual place, or in an unusual form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from router.document import Node
from router.sources import WINDOW, recognise
from router.sources.source import Asked
from tests.fuzz.rig import corpus

LONG = "x" * (2 * WINDOW)


def source(event: Any) -> str:
    """The name of the event's source."""
    return recognise(Node.of(json.dumps(event).encode())).name


@pytest.mark.parametrize("name", ["appsync_cognito", "appsync_events_publish"])
def test_appsync_may_be_large_on_both_sides(name: str) -> None:
    """Arguments come before what tells, and variables or a result after it."""
    event = json.loads(corpus()[name])

    assert "appsync" == source({"arguments": {"text": LONG}, **event, "prev": LONG})


def test_a_task_may_be_large_on_both_sides() -> None:
    """The context object stands where the state machine's definition puts it."""
    event = json.loads(corpus()["stepfunctions_context"])

    assert "stepfunctions" == source({"a": LONG, **event, "z": LONG})


@pytest.mark.parametrize("kept", ["request", "parentTypeName"])
def test_a_resolver_needs_no_arguments(kept: str) -> None:
    """A field alone does not make one."""
    info = {"fieldName": "me", "parentTypeName": "Query"}
    event = {"info": info, "request": {"headers": {}}, "source": None}
    if kept == "request":
        del info["parentTypeName"]
    else:
        del event["request"]

    assert "appsync" == source(event)
    assert "direct" == source({"info": {"fieldName": "me"}})


@pytest.mark.parametrize(
    ("domain", "path", "expected"),
    [
        ("a.execute-api.eu-west-1.amazonaws.com", "/dev/checkout/7", "/checkout/7"),
        ("a.execute-api.eu-west-1.amazonaws.com", "/dev", "/"),
        ("a.execute-api.eu-west-1.amazonaws.com", "/developers", "/developers"),
        ("shop.example.com", "/dev/checkout/7", "/dev/checkout/7"),
    ],
)
@pytest.mark.parametrize("name", ["http_named_stage", "http_format_1_stage"])
def test_a_path_is_without_the_stage(
    name: str, domain: str, path: str, expected: str
) -> None:
    """In either format; a domain of one's own has no stage in its paths."""
    event = json.loads(corpus()[name])
    event["requestContext"].update(domainName=domain, stage="dev")
    event["rawPath" if event["version"] == "2.0" else "path"] = path
    node = Node.of(json.dumps(event).encode())

    facts = recognise(node).facts(node)
    assert ("http", (expected,)) == (facts.source, facts.names["path"])


def test_identity_of_what_a_topic_sends_to_a_queue() -> None:
    """An attribute, or a place in the message, of SNS; the queue's own come first."""
    inner = {"user": {"id": "user-1"}, "both": "inner"}
    body = {"Type": "Notification", "Message": json.dumps(inner), "both": "outer"}
    body["MessageAttributes"] = {"user-id": {"Type": "String", "Value": "user-2"}}  # type: ignore[assignment]
    event = json.loads(corpus()["sqs_sns_identity"])
    event["Records"][0]["body"] = json.dumps(body)
    node = Node.of(json.dumps(event).encode())
    sqs = recognise(node)
    (unit,) = sqs.units(node)

    found = {
        name: sqs.find(unit, Asked(kind=kind, name=name))
        for kind, name in [
            ("body", "user.id"),
            ("body", "both"),
            ("attribute", "user-id"),
            ("attribute", "other"),
        ]
    }
    assert {
        "user.id": "user-1",
        "both": "outer",
        "user-id": "user-2",
        "other": None,
    } == found
