"""The router and its target, each in a real runtime process: as if it weren't there."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.runtime.conftest import environ
from tests.runtime.rig import Aws, Function, Ran
from tests.unit.router.conftest import RULES, Bench, event

# JSON that does not survive being parsed and written again.
HOSTILE = (
    rb'{ "a": 1.10, "a":1e400, "b": "\ud800", "c":"\u00e9", "d" : -0.0 }',
    '{"grüße":"日本","big":12345678901234567890.123456789,"t":\t[ ]}'.encode(),
    b'[1.0, 1.00, {"a":1, "a":2}]',
    b"null",
    b'"text"',
)
GREEN = json.dumps({"custom": {"canary-decision": "v1~shop.green.2"}})
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


class Stack(NamedTuple):
    """Router, target, and AWS between the two."""

    aws: Aws
    router: Function
    target: Function

    @property
    def arrived(self) -> bytes:
        """The payload of the latest invocation."""
        payload: bytes = self.aws.invoked[-1][1]
        return payload


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    """One router and one target for all tests; a rollout is on its way."""
    made = Bench()
    made.apply(RULES)
    made.weight(0)
    server = Aws(made.store)
    with (
        Function("tests.runtime.target.handler") as target,
        Function("router.handler.handler", environ(server.port)) as router,
    ):
        yield Stack(server, router, target)
    server.close()


@pytest.fixture
def stack(running: Stack) -> Stack:
    """Both aliases are the target, and nothing was planned."""
    running.aws.functions |= {"blue": running.target, "green": running.target}
    running.aws.refusals.clear()
    running.aws.answers.clear()
    return running


def http(**more: Any) -> bytes:
    """A request of a user who is known, so that nobody has to be remembered."""
    arrived = event("http")
    arrived["headers"]["x-user-id"] = "alice"
    return json.dumps(arrived | more).encode()


def told(**what: Any) -> bytes:
    """A direct event that the target obeys."""
    return json.dumps({"told": what}).encode()


def but_for_the_id(ran: Ran) -> dict[str, Any]:
    """An error's document without what differs in each invocation."""
    assert ran.failed
    found: dict[str, Any] = json.loads(ran.body)
    found.pop("requestId", None)
    return found


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_direct_payload_arrives_byte_by_byte(stack: Stack, payload: bytes) -> None:
    """The decision goes beside it, and nobody writes it anew."""
    stack.aws.functions.clear()
    stack.router.run(payload)

    assert payload == stack.arrived


@pytest.mark.parametrize("answer", [*HOSTILE, b"", b'{"statusCode": 200.0}'])
@pytest.mark.parametrize("source", ["direct", "http"])
def test_an_answer_leaves_byte_by_byte(
    stack: Stack, source: str, answer: bytes
) -> None:
    """Whoever called, the target's own bytes come back."""
    what = {"bytes": base64.b64encode(answer).decode()}
    payload = told(**what) if source == "direct" else http(told=what)
    ran = stack.router.run(payload)

    assert (False, answer) == (ran.failed, ran.body)


def test_six_megabytes_go_both_ways(stack: Stack) -> None:
    """Big payloads and answers are as untouched as small ones."""
    payload = b'{"a": "' + HOSTILE[0].replace(b'"', b"'")[:-10] * 90_000 + b'"}'
    stack.aws.functions.clear()
    stack.aws.answers["blue"] = ({}, payload[::-1])
    ran = stack.router.run(payload)

    assert payload == stack.arrived
    assert payload[::-1] == ran.body


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("SoldOut", "none left"),
        ("shop.errors.SoldOut", "ümlaut 日本 🦊"),
        ("SoldOut", ""),
        ("SoldOut", 'quote " and \n line'),
    ],
)
@pytest.mark.parametrize("source", ["direct", "http"])
def test_a_targets_error_is_the_same_through_the_router(
    stack: Stack, source: str, kind: str, message: str
) -> None:
    """Type, message and trace: all but the id of the request."""
    what = {"raise": kind, "message": message}
    payload = told(**what) if source == "direct" else http(told=what)

    expected = but_for_the_id(stack.target.run(payload))
    assert expected == but_for_the_id(stack.router.run(payload))
    assert (kind, message) == (expected["errorType"], expected["errorMessage"])
    assert "target.py" in expected["stackTrace"][0]


def test_what_is_beside_the_payload_arrives(stack: Stack) -> None:
    """The caller's context, the tenant, and the lineage of calls."""
    context = {"custom": {"mine": "1"}, "env": {"locale": "de"}}
    ran = stack.router.run(
        b"{}",
        client_context=json.dumps(context),
        tenant_id="acme",
        trace=TRACE,
    )
    seen = json.loads(ran.body)

    assert seen["custom"]["mine"] == "1"
    assert seen["custom"]["canary-decision"].startswith("v1~shop.")
    assert seen["env"] == {"locale": "de"}
    assert seen["tenant"] == "acme"
    assert seen["trace"] == TRACE


def test_the_next_invocation_has_a_lineage_of_its_own(stack: Stack) -> None:
    """A trace is not carried over."""
    other = TRACE.replace("1-5759e988", "1-67891233")
    for trace in (TRACE, other):
        seen = json.loads(stack.router.run(b"{}", trace=trace).body)
        assert trace == seen["trace"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "TooManyRequestsException"),
        (413, "RequestTooLargeException"),
        (400, "RecursiveInvocationException"),
        (500, "ServiceException"),
    ],
)
def test_a_refusal_is_not_healed(stack: Stack, status: int, code: str) -> None:
    """It comes out under its name, after one invocation."""
    stack.aws.refusals["green"] = (status, code)
    before = len(stack.aws.invoked)
    ran = stack.router.run(b"{}", client_context=GREEN)
    error = but_for_the_id(ran)

    assert (code, "as planned") == (error["errorType"], error["errorMessage"])
    assert ["shop-checkout:green"] == [one[0] for one in stack.aws.invoked[before:]]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "ResourceNotFoundException"),
        (403, "AccessDeniedException"),
        (502, "KMSDisabledException"),
        (409, "SnapStartNotReadyException"),
    ],
)
def test_a_canary_that_did_not_run_is_healed(
    stack: Stack, status: int, code: str
) -> None:
    """Stable runs instead, once, and is told so by its decision."""
    stack.aws.refusals["green"] = (status, code)
    before = len(stack.aws.invoked)
    ran = stack.router.run(b"{}", client_context=GREEN)
    aliases = [one[0] for one in stack.aws.invoked[before:]]
    token = json.loads(ran.body)["custom"]["canary-decision"]

    assert ["shop-checkout:green", "shop-checkout:blue"] == aliases
    assert token.startswith("v1~shop.blue.")


def test_without_time_nothing_is_invoked(stack: Stack) -> None:
    """What can't finish is not begun."""
    before = len(stack.aws.invoked)
    error = but_for_the_id(stack.router.run(b"{}", seconds=0.1))

    assert error["errorType"] == "OutOfTime"
    assert before == len(stack.aws.invoked)


def test_the_deadline_ends_the_wait(stack: Stack) -> None:
    """A target that is late is not waited for, nor asked again."""
    stack.aws.delay = 1.0
    before = len(stack.aws.invoked)
    try:
        error = but_for_the_id(stack.router.run(b"{}", seconds=0.6))
    finally:
        stack.aws.delay = 0.0

    assert error["errorType"] == "TargetTimeout"
    assert len(stack.aws.invoked) == before + 1


@pytest.mark.parametrize("runtime", ["AWS_Lambda_python3.11", "AWS_Lambda_python3.13"])
@pytest.mark.parametrize("log_format", ["Text", "JSON"])
def test_odd_errors_do_not_end_the_process(
    stack: Stack, runtime: str, log_format: str
) -> None:
    """Frames that are no texts, or half a surrogate pair, would end the runtime's."""
    frame = {"path": "main.go", "line": 7, "label": "handler"}
    odd = {"errorType": "Go", "errorMessage": "\ud800", "stackTrace": [frame, 7]}
    failed = {"X-Amz-Function-Error": "Unhandled"}
    stack.aws.functions.clear()
    stack.aws.answers["blue"] = (failed, json.dumps(odd).encode())
    settings = environ(stack.aws.port) | {
        "AWS_EXECUTION_ENV": runtime,
        "AWS_LAMBDA_LOG_FORMAT": log_format,
    }
    with Function("router.handler.handler", settings) as router:
        error = but_for_the_id(router.run(b"{}"))
        again = but_for_the_id(router.run(b"{}"))

    assert odd == error == again
