"""A site over a simulated table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.store_contract import table as simulated
from tests.unit.router.sentinel.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    """A table with the shop's rules, no live rollout."""
    with simulated() as client:
        yield Site(client)
