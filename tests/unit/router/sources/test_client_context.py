"""The caller's ClientContext goes on whole, but for what it says of decisions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from awslambdaric.lambda_context import LambdaContext

from flags.token import NAME, Token
from router.runtime import keep_client_context
from router.sources.client_context import merged

GREEN = Token.parse("v1~shop.green.12")
SENT = {
    "LastSequence": "0",
    "Custom": {"a": 1, NAME: "v1~shop.blue.1"},
    "custom": {"b": [1]},
    "client": {"installation_id": "i", "extra": "y"},
    "env": {},
}


# A class of contexts of its own, for no other test to see.
Context: Any = type("Context", (LambdaContext,), {})


@pytest.fixture
def kept() -> Any:
    """A context as the runtime makes it, once the router has been there."""
    module = SimpleNamespace(LambdaContext=Context)
    assert keep_client_context({"awslambdaric.lambda_context": module})
    assert keep_client_context({"awslambdaric.lambda_context": module})
    return Context("id", dict(SENT), None, 0, "arn", None)


def test_members_that_the_runtime_hides_go_on(kept: Any) -> None:
    """Whatever a caller has put there, wherever another language reads it."""
    expected = {**SENT, "Custom": {"a": 1}, "custom": {"b": [1], NAME: str(GREEN)}}

    assert GREEN is not None
    assert expected == merged(kept, GREEN)


def test_nothing_is_made_of_nothing(kept: Any) -> None:
    """Neither of no context, nor of one that held a decision only."""
    kept.sent_client_context = {"custom": {NAME: str(GREEN)}}

    assert {} == merged(kept, Token())
    assert {} == merged(Context("id", None, None, 0), Token())
    assert {} == merged(None, Token())


def test_a_context_that_shows_a_part_keeps_that() -> None:
    """Where the runtime is not known, or there is none."""
    shown = SimpleNamespace(custom={"b": 1}, env=None, client=None)

    assert {"custom": {"b": 1}} == merged(
        SimpleNamespace(client_context=shown), Token()
    )


def test_no_runtime_is_imported_for_it() -> None:
    """Only one that is running is asked."""
    assert not keep_client_context({})
