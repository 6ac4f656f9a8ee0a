"""What stands for `typing` while the library runs."""

from __future__ import annotations

import typing

from flags import hints
from flags.snapshot import Body, Held, Snapshot


def test_names() -> None:
    """Every name is one of `typing`'s, for type checkers."""
    assert set(hints.__all__) <= set(typing.__all__)
    assert all(hasattr(hints, name) for name in hints.__all__)


def test_generic() -> None:
    """A class with parameters is the class itself, and takes as little room."""
    assert Snapshot[int] is Snapshot
    assert Held[int] is Held
    assert not hasattr(Held(rules=1, version=2, stale=False), "__dict__")


def test_body() -> None:
    """A snapshot as it was read has names, and no lists if none are given."""
    body = Body(1, "text")

    assert (1, "text", {}) == (body.version, body.text, body.lists)
