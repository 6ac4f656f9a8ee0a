"""Each test counts for itself what could not be read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flags import carriers


@pytest.fixture(autouse=True)
def _nothing_unread() -> Iterator[None]:
    """Counters begin at zero."""
    carriers.unread.clear()
    yield
    carriers.unread.clear()
