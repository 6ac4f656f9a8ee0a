"""A simulated account with Lambda."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from tests.unit.rollouts.publishing.lambdas import Account, Wire, account, wired

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Every request to Lambda."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws(config={"lambda": {"use_docker": False}}), wired(monkeypatch) as seen:
        yield seen


@pytest.fixture
def aws(wire: Wire) -> Account:
    """An account without functions."""
    del wire
    return account()
