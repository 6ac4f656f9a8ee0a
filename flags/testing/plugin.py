"""Fixtures for pytest, which finds them by itself where this package is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flags.client import Flags
    from flags.testing.clock import FakeClock


@pytest.fixture
def override_flags() -> Iterator[Callable[..., None]]:
    """Give flags fixed values until the test ends.

    Called as `lambda_canary.testing.override`, and as often as you like:
    `override_flags(features, {"gift": True})`.
    """
    from flags.testing import override  # noqa: PLC0415 - most tests don't need it

    with ExitStack() as stack:

        def enter(
            features: Flags, values: Mapping[str, Any], *, keep: bool = False
        ) -> None:
            stack.enter_context(override(features, values, keep=keep))

        yield enter


@pytest.fixture
def fake_clock() -> FakeClock:
    """A clock that stands still until it is told to move."""
    from flags.testing import FakeClock  # noqa: PLC0415 - as above

    return FakeClock()
