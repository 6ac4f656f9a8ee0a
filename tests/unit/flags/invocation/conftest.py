"""Each test begins and ends outside of an invocation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flags import carriers
from flags.current import set_current


@pytest.fixture(autouse=True)
def _nothing_current() -> Iterator[None]:
    """No decision, and nothing counted."""
    set_current(None)
    carriers.unread.clear()
    yield
    set_current(None)
    carriers.unread.clear()
