"""The typing test leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import flags
import flags.testing

ROOT = Path(__file__).parents[2]
API = (ROOT / "tests" / "typing" / "api.py").read_text("utf-8")
CALLS = [name for name in vars(flags.Flags) if not name.startswith("_")]


@pytest.mark.parametrize("name", [*flags.__all__, *flags.testing.__all__, *CALLS])
def test_every_public_name_is_typed(name: str) -> None:
    """A new name or call goes into `tests/typing/api.py`, which mypy reads."""
    assert re.search(rf"\b{name}\b", API)


def test_the_package_says_that_it_is_typed() -> None:
    """Without this file type checkers look at nothing."""
    assert (ROOT / "flags" / "py.typed").is_file()
