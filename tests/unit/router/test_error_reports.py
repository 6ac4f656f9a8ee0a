"""Errors on their way out: whole to the caller, and fit for the log."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from awslambdaric.lambda_runtime_exception import FaultException

from router.error_reports import OTHERS, TARGETS, reported, take_errors
from router.errors import NoService, UnknownEvent, service_error, target_error

MODULE = "awslambdaric.lambda_runtime_client"
CONTEXT = SimpleNamespace(aws_request_id="r1")


class Client:
    """As the runtime's: what it posts is in `posted`."""

    def __init__(self) -> None:
        self.posted: list[tuple[Any, ...]] = []

    def post_invocation_error(
        self,
        invoke_id: str,
        error_response_data: str,
        xray_fault: str,
        invocation_id: str | None = None,
    ) -> None:
        """Post an error."""
        self.posted.append((invoke_id, error_response_data, xray_fault, invocation_id))


def runtime() -> type[Client]:
    """A runtime's client class of our own to wrap."""
    return type("Client", (), dict(vars(Client)))


def posted(error: Exception) -> tuple[Any, dict[str, Any]]:
    """What is raised to a runtime for an error, and what its caller gets."""
    owner = runtime()
    assert take_errors({MODULE: SimpleNamespace(BaseLambdaRuntimeClient=owner)})
    raised = reported(error, CONTEXT)
    client = owner()
    client.post_invocation_error("r1", '{"for": "the log"}', "cause", None)
    ((request, document, cause, _),) = client.posted
    assert ("r1", "cause") == (request, cause)
    return raised, json.loads(document)


def test_a_targets_error_goes_to_the_caller() -> None:
    """The log has its type, and a sentence in place of what it says."""
    said = {"errorType": "Declined", "errorMessage": "card 4711", "trace": ["at x"]}
    raised, document = posted(target_error(json.dumps(said).encode()))

    assert said == document
    assert isinstance(raised, FaultException)
    assert ("Declined", TARGETS, []) == (
        raised.exception_type,
        raised.msg,
        raised.trace,
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_document_that_can_not_be_sent_is_written_anew(encoding: str) -> None:
    """JSON may be in other encodings, which the runtime's client doesn't take."""
    said = json.dumps({"errorType": "Declined", "errorMessage": "no"}).encode(encoding)
    _, document = posted(target_error(said))

    assert ("Declined", "no") == (document["errorType"], document["errorMessage"])


def test_the_routers_own_words_are_in_both() -> None:
    """What it says of itself is for whoever runs it."""
    raised, document = posted(NoService("sqs"))

    assert raised.msg == document["errorMessage"]
    assert "no route matches this event of source sqs" in raised.msg


@pytest.mark.parametrize(
    "error",
    [
        UnknownEvent({"alice": 1}),
        service_error("InvalidRequestContentException", "bad: alice", 400),
        service_error("NeverHeardOf", "bad: alice", 400),
        service_error("ServiceException", "bad: alice", 500),
        ValueError("alice"),
        KeyError("alice"),
    ],
)
def test_what_may_be_of_an_event_is_not_told(error: Exception) -> None:
    """The caller gets all of it."""
    raised, document = posted(error)

    assert "alice" not in raised.msg
    assert raised.msg
    assert (str(error), type(error).__name__) == (
        document["errorMessage"],
        document["errorType"],
    )


def test_a_fault_of_ours_can_be_found() -> None:
    """Where it was raised has no values in it, and stays in the log."""
    try:
        int("alice")
    except ValueError as error:
        raised, document = posted(error)

    assert OTHERS == raised.msg
    assert raised.trace == document["stackTrace"]
    assert "in test_a_fault_of_ours_can_be_found" in raised.trace[0]


def test_other_errors_of_the_runtime_go_their_own_way() -> None:
    """What nobody reported is posted as the runtime has it."""
    owner = runtime()
    take_errors({MODULE: SimpleNamespace(BaseLambdaRuntimeClient=owner)})
    client = owner()
    client.post_invocation_error("r2", "{}", "cause", invocation_id="i")

    assert [("r2", "{}", "cause", "i")] == client.posted


def test_the_method_is_wrapped_once() -> None:
    """Again it is as it is."""
    owner = runtime()
    modules = {MODULE: SimpleNamespace(BaseLambdaRuntimeClient=owner)}
    assert take_errors(modules)
    first = owner.post_invocation_error
    assert take_errors(modules)
    assert first is owner.post_invocation_error


class Other:
    """A client whose method takes something else."""

    def post_invocation_error(self, report: Any) -> None:
        """As no runtime that is known."""


class Heir(Client):
    """A client with a method of its own below the one that is known."""

    def post_invocation_error(self, *_: Any, **__: Any) -> None:
        """As another layer might."""


@pytest.mark.parametrize("owner", [None, Other, Client, type("None", (), {})])
def test_what_is_unknown_stays(owner: Any) -> None:
    """An older runtime, a newer one, or another layer's work is left alone."""
    before = getattr(owner, "post_invocation_error", None)

    assert not take_errors({MODULE: SimpleNamespace(BaseLambdaRuntimeClient=owner)})
    assert before is getattr(owner, "post_invocation_error", None)


def test_without_a_request_id_the_error_itself_is_raised() -> None:
    """There would be nobody to hand the rest to."""
    error = ValueError("x")

    assert reported(error, None) is error
