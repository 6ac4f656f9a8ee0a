"""Invocations through a network that fails: one run at most, and the right error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from flags.aws.client import AwsClient
from router import errors, targets
from tests.runtime import faults
from tests.runtime.proxy import Fault, Proxy, Target, well

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:shop-checkout:green"
# What JSON would change on its way, and what is none: bytes are bytes.
HOSTILE = (
    rb'{ "a": 1.10, "a": 1e400, "b": "\ud800", "c":"\u00e9", "d": -0.0 }',
    '{"grüße":"日本","🦊":NaN}'.encode(),
    b"\xff\xfe\x00 no text at all \r\n\r\n",
)
SIZES = (1 << 10, 100 << 10, targets.SYNC_LIMIT)
KB = b'{"a":"' + b"x" * 1016 + b'"}'


class Line(NamedTuple):
    """A client behind the proxy, and what is behind both."""

    begin: targets.Begin
    proxy: Proxy
    target: Target

    def call(self, payload: bytes = KB, timeout: float = 5.0) -> bytes:
        """Invoke as the router does."""
        call = targets.Call(arn=ARN, payload=payload, timeout=timeout)
        return targets.finish(targets.start(self.begin, call))


@pytest.fixture
def line() -> Iterator[Line]:
    """A line on which nothing has gone wrong yet."""
    target = Target()
    proxy = Proxy(target)
    client = AwsClient.from_environ(
        "lambda",
        {
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKID",
            "AWS_SECRET_ACCESS_KEY": "hush",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{proxy.port}",
        },
    )
    yield Line(targets.begin_with(client), proxy, target)
    client.reset()
    proxy.stop()
    target.close()


@pytest.mark.parametrize("kept", [False, True], ids=["new", "kept"])
@pytest.mark.parametrize(
    ("fault", "error", "runs"),
    [
        (faults.reset_at_once, errors.AnswerLost, 0),
        (faults.reset_before_the_run, errors.AnswerLost, 0),
        (faults.reset_after_the_run, errors.AnswerLost, 1),
        (faults.hung_up_after_the_run, errors.AnswerLost, 1),
        (faults.cut_in_the_head, errors.AnswerLost, 1),
        (faults.cut_in_the_body, errors.AnswerLost, 1),
        (faults.too_long_a_length, errors.AnswerLost, 1),
        (faults.deaf, errors.TargetTimeout, 0),
        (faults.black_hole, errors.TargetTimeout, 1),
        (faults.slower_than_anyone_waits, errors.TargetTimeout, 1),
        (faults.refusal(500, None, b"<html>Oops</html>"), errors.PerhapsRun, 0),
        (faults.refusal(503, None, b"<html>Busy</html>"), errors.PerhapsRun, 0),
        (faults.refusal(500, "ServiceException"), errors.PerhapsRun, 0),
        (faults.refusal(502, "KMSDisabledException"), errors.NotRun, 0),
        (faults.refusal(404, "ResourceNotFoundException"), errors.AliasGone, 0),
        (faults.refusal(429, "TooManyRequestsException"), errors.NotRun, 0),
        (faults.refusal(429, None, b"slow down"), errors.NotRun, 0),
        (faults.refusal(413, "RequestTooLargeException"), errors.NotRun, 0),
    ],
)
def test_no_fault_makes_a_target_run_twice(
    line: Line, fault: Fault, error: type[Exception], runs: int, *, kept: bool
) -> None:
    """Nothing that was sent is sent again, on a new connection as on a kept one."""
    if kept:
        line.call()
    before = len(line.target.ran)
    connections = 1 if kept else 0
    line.proxy.plan = [fault]
    waits = error is errors.TargetTimeout
    with pytest.raises(error):
        line.call(timeout=0.3 if waits else 5)

    assert runs == len(line.target.ran) - before
    assert (connections or 1) == line.proxy.connections
    assert [] == line.proxy.plan


@pytest.mark.parametrize("fault", [faults.late, faults.dribble, faults.twice])
def test_an_answer_that_comes_oddly_is_an_answer(line: Line, fault: Fault) -> None:
    """Late, in small pieces, or once too often: it ran once, and the next call too."""
    line.proxy.plan = [fault]
    first, second = KB, b'{"second":1}'

    assert (first, second) == (line.call(first), line.call(second))
    assert [first, second] == line.target.ran


def test_what_comes_behind_an_answer_is_nobodys(line: Line) -> None:
    """A length that is too short ends the answer, and the connection with it."""
    line.proxy.plan = [faults.too_short_a_length]

    assert KB[:-1] == line.call()
    assert KB == line.call()
    assert line.proxy.connections == 2


@pytest.mark.parametrize(
    ("status", "code", "name"),
    [
        (429, "TooManyRequestsException", "TooManyRequestsException"),
        (429, None, "TooManyRequestsException"),
        (413, "RequestTooLargeException", "RequestTooLargeException"),
        (413, None, "RequestTooLargeException"),
        (400, "RecursiveInvocationException", "RecursiveInvocationException"),
        (502, "EC2ThrottledException", "EC2ThrottledException"),
        (503, None, "ServiceException"),
        (418, None, "UnknownError"),
    ],
)
def test_a_refusal_keeps_its_name(
    line: Line, status: int, code: str | None, name: str
) -> None:
    """Sources and callers go by the name that Lambda gave."""
    line.proxy.plan = [faults.refusal(status, code)]
    with pytest.raises(errors.RouterError, match=r"^planned$") as caught:
        line.call()

    assert name == type(caught.value).__name__
    assert [] == line.target.ran


def test_a_refusal_before_the_body_was_read_is_heard(line: Line) -> None:
    """Who refuses six megabytes at their beginning says so; nothing is sent again."""
    line.proxy.plan = [faults.refusal_half_way]
    with pytest.raises(errors.NotRun, match="planned") as caught:
        line.call(b"x" * targets.SYNC_LIMIT)

    assert "RequestTooLargeException" == type(caught.value).__name__
    assert line.proxy.connections == 1


def test_nobody_listens(line: Line) -> None:
    """Where nothing was sent the target certainly did not run."""
    line.proxy.stop()
    with pytest.raises(errors.Unreachable, match="was not invoked") as caught:
        line.call()

    assert caught.value.falls_back


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", HOSTILE)
def test_bytes_come_through(line: Line, seed: bytes, size: int) -> None:
    """Whatever the bytes are, the target gets them, and its own come back."""
    payload = (seed * (size // len(seed) + 1))[:size]
    line.target.reply = payload[::-1]

    assert payload[::-1] == line.call(payload)
    assert [payload] == line.target.ran


@pytest.mark.parametrize("fault", [faults.late, faults.dribble])
def test_big_bytes_come_through_slowly(line: Line, fault: Fault) -> None:
    """Nor does it matter in how many pieces they come."""
    payload = (HOSTILE[0] * 20_000)[: 1 << 20]
    line.proxy.plan = [fault]

    assert payload == line.call(payload)


def test_two_targets_at_once(line: Line) -> None:
    """One line's fault is nothing to the other's."""
    line.proxy.plan = [well, faults.reset_after_the_run]
    calls = [
        targets.Call(arn=ARN, payload=payload, timeout=5) for payload in (b"1", b"2")
    ]
    pending = [targets.start(line.begin, call) for call in calls]
    outcomes: list[object] = []
    for one in pending:
        try:
            outcomes.append(targets.finish(one))
        except errors.AnswerLost:
            outcomes.append("lost")

    assert {"lost"} < set(outcomes)
    assert len(line.target.ran) == 2
