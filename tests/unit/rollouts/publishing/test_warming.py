"""Invocations that warm an alias."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest

from rollouts.publishing.warming import WarmingFailed, warm
from tests.unit.rollouts.publishing.lambdas import Account, Wire, refusal


def test_all_are_under_way_together(aws: Account, wire: Wire) -> None:
    """Each waits until all have begun, so each has an environment of its own."""
    aws.make("shop")
    together = threading.Barrier(4, timeout=20)

    def answer(_: dict[str, Any]) -> dict[str, Any]:
        together.wait()
        return {"Payload": io.BytesIO(b"{}")}

    wire.answers["Invoke"] = answer

    found = warm(aws.client, "shop", "green", 4)

    assert (4, ()) == (found.sent, found.failures)
    assert "shop:green answered 4 of 4 warm-up invocations" == found.told()
    assert [
        {
            "FunctionName": "shop",
            "Qualifier": "green",
            "Payload": b'{"canary": "warm"}',
        }
    ] * 4 == wire.sent("Invoke")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"errorType": "KeyError", "errorMessage": "\'id\'"}', "KeyError: 'id'"),
        (b'"broken"', '"broken"'),
        (b"x" * 300, "x" * 199 + "…"),
    ],
)
def test_what_a_function_raises_is_told(
    aws: Account, wire: Wire, body: bytes, told: str
) -> None:
    """A function's error counts as a failure, with its type and message, cut short."""
    wire.answers["Invoke"] = lambda _: {
        "FunctionError": "Unhandled",
        "Payload": io.BytesIO(body),
    }

    assert (told,) == warm(aws.client, "shop", "green", 1).failures


def test_what_lambda_refuses_is_told(aws: Account, wire: Wire) -> None:
    """A throttled invocation is a failure, and is not sent again."""

    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise refusal("TooManyRequestsException", "Invoke")

    wire.answers["Invoke"] = refuse
    found = warm(aws.client, "shop", "green", 2)

    assert ("TooManyRequestsException: said so",) * 2 == found.failures
    assert 2 == len(wire.sent("Invoke"))
    assert str(WarmingFailed([found])).startswith(
        "shop:green failed 2 of 2 warm-up invocations, the first with "
        "TooManyRequestsException: said so\nso no rollout was started"
    )
