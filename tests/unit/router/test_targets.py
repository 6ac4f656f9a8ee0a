"""Calls of aliases; how they fare on a bad network is in `tests/runtime`."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from flags.aws.errors import AwsError, ContextTooLarge, TransportError
from flags.aws.invoke import CONTEXT_LIMIT, InvokeAnswer
from router import errors, targets
from router.targets import Call, Pending, finish, fits, seconds_left, start

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:shop-checkout:green"
TOKEN = {"canary-decision": "v1~shop.green.2"}


@dataclass(slots=True)
class Line:
    """Begins invocations, and remembers them."""

    begun: list[tuple[Any, ...]] = field(default_factory=list)
    answer: InvokeAnswer | Exception = field(default_factory=lambda: said(b"{}"))

    def __call__(self, *call: Any) -> Line:
        """Remember a call."""
        self.begun.append(call)
        return self

    def result(self) -> InvokeAnswer:
        """As planned."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass(slots=True)
class Context:
    """What the runtime tells of the time."""

    milliseconds: int

    def get_remaining_time_in_millis(self) -> int:
        """As in Lambda."""
        return self.milliseconds


def said(payload: bytes, error: str | None = None) -> InvokeAnswer:
    """An answer of Lambda."""
    return InvokeAnswer(
        status=200,
        function_error=error,
        payload=payload,
        error_type=None,
        executed_version="1",
    )


def call(context: Any = None, **given: Any) -> Call:
    """A call with some of its parts."""
    return Call(arn=ARN, payload=b"{}", client_context=context, timeout=3, **given)


def test_all_parts_of_a_call_are_sent() -> None:
    """Alias, bytes, context, tenant and time reach the client."""
    line = Line()
    pending = start(line, call({"custom": {"a": "ü"}}, tenant_id="acme"))

    text = '{"custom":{"a":"\\u00fc"}}'
    assert [(ARN, b"{}", text, "acme", 3)] == line.begun
    assert not pending.dropped


@pytest.mark.parametrize("payload", [b"", b"null", b'{"a":1.10,"a":1e400}\xff'])
def test_an_answer_is_not_touched(payload: bytes) -> None:
    """Bytes come back as they came."""
    assert payload == finish(start(Line(answer=said(payload)), call()))


@pytest.mark.parametrize("context", [None, {}])
def test_no_context_is_none(context: Any) -> None:
    """What was not there is not made up."""
    line = Line()
    start(line, call(context))

    assert line.begun[0][2] is None


def filled(size: int, letter: str = "x") -> dict[str, Any]:
    """A caller's context of this size as JSON with a token in it."""
    context = {"custom": {"mine": ""}, "env": {"e": "1"}}
    missing = size - len(json.dumps(context, separators=(",", ":")))
    context["custom"]["mine"] = letter * (missing // len(letter.encode()))
    context["custom"] |= TOKEN
    return context


LONGEST = CONTEXT_LIMIT // 4 * 3


def test_a_decision_without_room_is_dropped_and_told() -> None:
    """The request goes on, with all that its caller gave."""
    line = Line()
    pending = start(line, call(filled(LONGEST)))
    sent = json.loads(line.begun[0][2])

    assert pending.dropped
    assert {"mine"} == set(sent["custom"])
    assert {"e": "1"} == sent["env"]
    assert len(base64.b64encode(line.begun[0][2].encode())) <= CONTEXT_LIMIT


def test_a_context_is_shortened_before_it_is_cut() -> None:
    """Without escapes there may be room for all."""
    line = Line()
    context = filled(LONGEST - 100, "日")
    pending = start(line, call(context))

    assert not pending.dropped
    assert context == json.loads(line.begun[0][2])


def test_a_decision_alone_leaves_nothing_behind() -> None:
    """A context of nothing but a token that is too long is no context."""
    line = Line()
    pending = start(line, call({"custom": {"canary-decision": "x" * 4000}}))

    assert (line.begun[0][2], pending.dropped) == (None, True)


def test_half_a_surrogate_pair_keeps_its_escape() -> None:
    """What UTF-8 can't write is escaped, and so is what is beside it."""
    line = Line()
    context = filled(LONGEST)
    context["env"] = {"e": "\ud800"}
    context["custom"]["mine"] = context["custom"]["mine"][:-10]
    start(line, call(context))

    assert {"e": "\ud800"} == json.loads(line.begun[0][2])["env"]


@pytest.mark.parametrize("timeout", [0, -1.5])
def test_nothing_is_sent_without_time(timeout: float) -> None:
    """What can't be waited for is not begun."""
    line = Line()
    late = Call(arn=ARN, payload=b"{}", timeout=timeout)
    with pytest.raises(errors.OutOfTime, match="it was not invoked: give the router"):
        start(line, late)

    assert [] == line.begun


@pytest.mark.parametrize(
    ("milliseconds", "needs", "left"), [(1200, 0, 1.0), (1200, 1.0, 1.0)]
)
def test_time_left_keeps_a_margin(milliseconds: int, needs: float, left: float) -> None:
    """Some is kept back to hand the answer on."""
    assert left == seconds_left(Context(milliseconds), needs)


@pytest.mark.parametrize(
    ("milliseconds", "needs", "words"),
    [
        (200, 0, "0.0 s are left to wait for the target and some are needed"),
        (0, 0, "0.0 s are left"),
        (1200, 1.5, "1.0 s are left to wait for the target and 1.5 s are needed"),
    ],
)
def test_too_little_time_is_none(milliseconds: int, needs: float, words: str) -> None:
    """An invocation that can't finish is not begun."""
    with pytest.raises(errors.OutOfTime, match=words):
        seconds_left(Context(milliseconds), needs)


def test_outside_lambda_there_is_time() -> None:
    """No context, no deadline."""
    assert seconds_left(None, 5) == targets.UNLIMITED_SECONDS


def test_the_limit_of_a_payload() -> None:
    """Six megabytes and not a byte more."""
    assert fits(bytes(6_291_456))
    assert not fits(bytes(6_291_457))


def test_a_targets_own_error_comes_out() -> None:
    """A function that failed is no answer."""
    failed = said(b'{"errorType":"SoldOut","errorMessage":"none"}', "Unhandled")
    with pytest.raises(Exception, match="none") as caught:
        finish(start(Line(answer=failed), call()))

    assert errors.is_targets(caught.value)


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (
            TransportError("http://l", "refused", sent=False),
            errors.Unreachable,
            "http://l: refused; the target was not invoked",
        ),
        (
            TransportError("http://l", "no answer", sent=True, timed_out=True),
            errors.TargetTimeout,
            "the target did not answer in 3.0 s and may run on",
        ),
        (
            TransportError("http://l", "cut off", sent=True),
            errors.AnswerLost,
            "http://l: cut off; the target may have run all the same",
        ),
        (
            AwsError(404, "ResourceNotFoundException", "no such alias"),
            errors.AliasGone,
            "no such alias",
        ),
    ],
)
def test_an_error_says_whether_the_target_ran(
    raised: Exception, kind: type[Exception], words: str
) -> None:
    """By its class; its name is for sources, its words for people."""
    with pytest.raises(kind, match=words):
        finish(Pending(sent=Line(answer=raised), timeout=3))


def test_a_call_keeps_its_contents_to_itself() -> None:
    """Payloads, contexts and tenants are private: no message shows them."""
    shown = repr(call({"custom": {"who": "alice"}}, tenant_id="acme"))

    assert ARN in shown
    assert "alice" not in shown
    assert "acme" not in shown
    assert "{}" not in shown


def test_a_context_that_never_fitted_is_refused_by_the_client() -> None:
    """Whoever hands in more than Lambda takes hears so; nothing of it is cut away."""

    def begin(*call: Any) -> Any:
        raise ContextTooLarge(len(call[2]), CONTEXT_LIMIT)

    with pytest.raises(ContextTooLarge):
        start(begin, call(filled(2 * LONGEST)))
