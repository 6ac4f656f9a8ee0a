"""What an event, a caller or a target says is never in the router's own log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.index import INDEX
from tests.fuzz.rig import corpus
from tests.runtime.conftest import environ
from tests.runtime.rig import Aws, Function, Ran
from tests.unit.router.conftest import Bench, event

SECRET = "S3CR3T"
# What tells of which source an event is stays as it came.
KEPT = {
    *("eventSource", "EventSource", "source", "version", "httpMethod", "eventName"),
    *("requestContext", "triggerSource", "deliveryStreamArn", "eventSourceARN"),
    *("invokedBy", "RequestType", "Id", "info", "type", "eventSourceArn", "Type"),
    *("elb", "http", "kind", "messageId", "sequenceNumber", "SequenceNumber"),
}
# As a target may fail that writes what it was given into all there is.
DOCUMENT = {
    "errorType": f"{SECRET} kind",
    "errorMessage": f"no such user {SECRET}",
    "stackTrace": [f"  File x, line 1, in f\n    {SECRET}"],
    "trace": [SECRET],
    "cause": {"errorMessage": SECRET},
}
FAILED = {"X-Amz-Function-Error": "Unhandled"}
# Every refusal whose message may quote the request, and one of no known name.
REFUSALS = [
    (400, "InvalidParameterValueException"),
    (400, "InvalidRequestContentException"),
    (413, "RequestTooLargeException"),
    (400, f"{SECRET} Exception"),
    (500, "ServiceException"),
]


def seeded(value: Any, key: str = "") -> Any:
    """The same event with the secret in each text that may be anybody's."""
    if key in KEPT:
        return value
    if isinstance(value, dict):
        more = {SECRET: SECRET} if key in ("headers", "detail", "queryParams") else {}
        return {name: seeded(held, name) for name, held in value.items()} | more
    if isinstance(value, list):
        return [seeded(one, key) for one in value]
    return f"{value}{SECRET}" if isinstance(value, str) else value


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What the router's process writes."""
    return tmp_path / "log"


@pytest.fixture
def router(bench: Bench, aws: Aws, log: Path) -> Iterator[Function]:
    """A router that splits every service's users."""
    bench.weight(50)
    with Function("router.handler.handler", environ(aws.port), log) as function:
        yield function


def send(router: Function, payload: bytes) -> Ran:
    """An event of a tenant, with a secret in all that comes beside it."""
    context = {"custom": {"a": SECRET}, "client": {"app_title": SECRET}}
    return router.run(payload, client_context=json.dumps(context), tenant_id=SECRET)


def written(log: Path) -> str:
    """All of the log; where there is none nothing was shown."""
    text = log.read_text("utf-8")
    assert '"message":"decision"' in text
    assert '"message":"metrics"' in text
    return text


def test_no_source_lets_anything_into_the_log(
    aws: Aws, router: Function, log: Path
) -> None:
    """Of each source's events, served and failed, there are names and numbers only."""
    for name in INDEX:
        payload = json.dumps(seeded(json.loads(corpus()[name]))).encode()
        aws.answers.clear()
        send(router, payload)
        for alias in ("blue", "green"):
            aws.answers[alias] = (FAILED, json.dumps(DOCUMENT).encode())
        ran = send(router, payload)
        assert SECRET not in ran.cause, name
    text = written(log)

    assert SECRET not in text
    told = {entry.source for entry in INDEX.values()}
    assert told == {s for s in told if f'"source":"{s}"' in text}
    assert '"error":"odd type"' in text


def test_a_targets_document_comes_out_as_it_was(
    aws: Aws, router: Function, log: Path
) -> None:
    """Byte for byte, with what only its own runtime writes; the log tells the type."""
    said = json.dumps({**DOCUMENT, "errorType": "shop.SoldOut", "more": 1.10}).encode()
    for alias in ("blue", "green"):
        aws.answers[alias] = (FAILED, said)
    ran = send(router, json.dumps(event("http")).encode())

    assert (True, said) == (ran.failed, ran.body)
    assert SECRET not in written(log)
    assert "[ERROR] shop.SoldOut: the target's own error" in written(log)


@pytest.mark.parametrize("said", [b'"S3CR3T"', b"S3CR3T", b"[]", b'{"S3CR3T"', b""])
def test_an_error_without_a_document_is_given_one(
    aws: Aws, router: Function, log: Path, said: bytes
) -> None:
    """A target that says nothing of its error has failed all the same."""
    for alias in ("blue", "green"):
        aws.answers[alias] = (FAILED, said)
    ran = send(router, json.dumps(event("http")).encode())

    assert ran.failed
    assert "TargetError" == json.loads(ran.body)["errorType"]
    assert SECRET not in written(log)


def test_a_refusal_is_for_the_caller(aws: Aws, router: Function, log: Path) -> None:
    """What Lambda says of a request may quote it."""
    aws.refused = f"Could not parse {SECRET}"
    for refusal in REFUSALS:
        aws.refusals = dict.fromkeys(("blue", "green"), refusal)
        ran = send(router, json.dumps(event("http")).encode())
        document = json.loads(ran.body)
        assert aws.refused == document["errorMessage"]
        assert SECRET not in ran.cause

    assert SECRET not in written(log)


def test_a_refusal_of_the_function_is_told(
    aws: Aws, router: Function, log: Path
) -> None:
    """Whoever runs the router needs Lambda's words for what they have to mend."""
    aws.refused = "User: arn:aws:sts::1:assumed-role/router is not authorized"
    aws.refusals = dict.fromkeys(("blue", "green"), (403, "AccessDeniedException"))
    send(router, json.dumps(event("http")).encode())

    assert aws.refused in written(log)


@pytest.mark.parametrize(
    "payload",
    [b'{"Records":[{"S3CR3T":1}],"S3CR3T":1}', b"S3CR3T {", b'{"a":"S3CR3T}'],
)
def test_what_nobody_routes_is_not_told(
    bench: Bench, aws: Aws, log: Path, payload: bytes
) -> None:
    """An event of no known shape, or none at all: names of members are data, too."""
    route = {"name": "r", "service": "shop-checkout", "match": {"source": "s3"}}
    bench.apply({"routing": {"routes": [route]}})
    settings = environ(aws.port) | {"CANARY_DEFAULT_SERVICE": ""}
    with Function("router.handler.handler", settings, log) as function:
        ran = send(function, payload)

    assert ran.failed
    assert "[ERROR]" in log.read_text("utf-8")
    assert SECRET not in log.read_text("utf-8") + ran.cause


def test_json_logs_hold_no_more(bench: Bench, aws: Aws, log: Path) -> None:
    """By Lambda's other log format the runtime writes errors as JSON."""
    settings = environ(aws.port) | {"AWS_LAMBDA_LOG_FORMAT": "JSON"}
    bench.weight(50)
    for alias in ("blue", "green"):
        aws.answers[alias] = (FAILED, json.dumps(DOCUMENT).encode())
    with Function("router.handler.handler", settings, log) as function:
        send(function, json.dumps(event("http")).encode())

    assert '"errorType": "odd type"' in written(log)
    assert SECRET not in written(log)
