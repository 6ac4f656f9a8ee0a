"""What comes out of the router instead of an answer."""

from __future__ import annotations

import json
import sys
from typing import Any

import botocore.session
import pytest
from awslambdaric.lambda_runtime_exception import FaultException

from router import errors, refusals

GO_FRAME = {"path": "main.go", "line": 7, "label": "handler"}


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Lambda runtime in this process."""
    name = "awslambdaric.lambda_runtime_exception"
    monkeypatch.delitem(sys.modules, name)


def invoke_errors() -> dict[str, int]:
    """The codes that Lambda's model gives Invoke, with their status."""
    model = botocore.session.get_session().get_service_model("lambda")
    shapes = model.operation_model("Invoke").error_shapes
    return {s.name: s.metadata["error"]["httpStatusCode"] for s in shapes}


def document(**fields: Any) -> bytes:
    """A failed function's answer."""
    return json.dumps(fields).encode()


def test_each_refusal_of_lambda_is_classified_on_purpose() -> None:
    """A code that a newer model brings is looked at by a person."""
    known = set(refusals.CAUSES) | refusals.AS_THEY_ARE

    assert set() == set(invoke_errors()) - known
    assert set() == set(refusals.CAUSES) & refusals.AS_THEY_ARE


@pytest.mark.parametrize(("code", "status"), invoke_errors().items())
def test_a_refusal_comes_out_under_lambdas_name(code: str, status: int) -> None:
    """Class and message are the service's; who handles it sees whether it ran."""
    error = errors.service_error(code, "why", status)

    assert (code, "why") == (type(error).__name__, str(error))
    assert isinstance(error, errors.NotRun) == (code in refusals.CAUSES)
    assert isinstance(error, errors.PerhapsRun) == (code in refusals.PERHAPS_RUN)


@pytest.mark.parametrize(
    ("code", "status", "canary", "idempotent"),
    [
        ("ResourceNotFoundException", 404, True, True),
        ("AccessDeniedException", 403, True, True),
        ("KMSDisabledException", 502, True, True),
        ("SnapStartNotReadyException", 409, True, True),
        ("ENILimitReachedException", 502, True, True),
        ("ServiceException", 500, False, True),
        ("EFSIOException", 410, False, True),
        ("UnknownError", 503, False, True),
        ("SomethingNewException", 500, False, True),
        ("SomethingNewException", 400, False, False),
        ("TooManyRequestsException", 429, False, False),
        ("SomethingNewException", 429, False, False),
        ("ServiceQuotaExceededException", 402, False, False),
        ("RequestTooLargeException", 413, False, False),
        ("InvalidRequestContentException", 400, False, False),
        ("RecursiveInvocationException", 400, False, False),
        ("ModeNotSupportedException", 400, False, False),
    ],
)
def test_when_stable_may_help(
    code: str,
    status: int,
    canary: bool,  # noqa: FBT001 - what is expected
    idempotent: bool,  # noqa: FBT001 - same
) -> None:
    """Without harm if the canary did not run, and else only where a rule says so."""
    error = errors.service_error(code, "why", status)

    assert canary == errors.stable_may_help(error, idempotent=False)
    assert idempotent == errors.stable_may_help(error, idempotent=True)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.target_error(b"{}"), True),
        (errors.TargetTimeout("late"), True),
        (errors.AnswerLost("gone"), True),
        (errors.OutOfTime("late"), False),
        (errors.NotDeployed("shop:green", ()), False),
        (KeyError("our own bug"), False),
    ],
)
def test_a_run_is_repeated_for_the_idempotent_alone(
    error: Exception, *, expected: bool
) -> None:
    """A canary that failed, or may have, is made good by stable if a rule says so."""
    assert expected == errors.stable_may_help(error, idempotent=True)
    assert not errors.stable_may_help(error, idempotent=False)


def test_a_throttle_is_known_as_one() -> None:
    """So that it is counted, and left to the source."""
    throttle = errors.service_error("TooManyRequestsException", "Rate", 429)
    gone = errors.service_error("ResourceNotFoundException", "Gone", 404)

    assert isinstance(throttle, errors.NotRun)
    assert throttle.throttled
    assert isinstance(gone, errors.AliasGone)
    assert not gone.throttled
    assert ("gone", "Gone") == (gone.cause, gone.message)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (
            document(errorType="shop.SoldOut", errorMessage="ü", stackTrace=["a", "b"]),
            ("shop.SoldOut", "ü", ["a", "b"]),
        ),
        (
            document(errorType="Error", errorMessage="", trace=["Error: ", "  at x"]),
            ("Error", "", ["Error: ", "  at x"]),
        ),
        (
            document(errorType="", errorMessage="m", stackTrace=[GO_FRAME]),
            ("", "m", [GO_FRAME]),
        ),
        (
            document(errorType="Error", errorMessage="m", stackTrace=[1, None]),
            ("Error", "m", ["1", ""]),
        ),
        (document(errorMessage="timed out"), ("TargetError", "timed out", [])),
        (document(errorType=7, errorMessage=["x"]), ("7", "['x']", [])),
        (document(errorType="E", errorMessage="\ud800"), ("E", "\\ud800", [])),
    ],
)
def test_a_targets_error_is_its_own(payload: bytes, expected: Any) -> None:
    """Type, message and trace, whatever runtime they are of."""
    error = errors.target_error(payload)

    assert isinstance(error, FaultException)
    assert expected == (error.exception_type, error.msg, error.trace)
    assert errors.is_targets(error)


@pytest.mark.parametrize(
    "payload", [b"", b"null", b"[]", b'"x"', b"{", b"\xff", b"[" * 200_000]
)
def test_garbage_is_an_error_too(payload: bytes) -> None:
    """A target that failed has failed, whatever it says."""
    error = errors.target_error(payload)

    assert isinstance(error, FaultException)
    assert error.exception_type == "TargetError"
    assert error.msg == "the target failed without a message"


def test_a_frame_of_go_can_be_logged() -> None:
    """The runtime takes each frame for a text, and must not die of another kind."""
    error = errors.target_error(document(stackTrace=[GO_FRAME]))

    assert isinstance(error, FaultException)
    assert [json.dumps(GO_FRAME)] == error.trace[0].splitlines()


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("kind", ["shop.SoldOut", "Zero\0", "\ud800", ""])
def test_outside_lambda_the_type_is_a_class(kind: str) -> None:
    """Where there is no runtime its exception is not there either."""
    error = errors.target_error(document(errorType=kind, errorMessage="none left"))

    assert isinstance(error, errors.TargetError)
    assert kind.replace("\0", "").replace("\ud800", "\\ud800") == type(error).__name__
    assert str(error) == "none left"
