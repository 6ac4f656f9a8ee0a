"""A world for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.rollouts.controller.world import World, deployed


@pytest.fixture
def world() -> Iterator[World]:
    """An empty table, a deployed service, and nothing else."""
    with deployed() as made:
        yield made
