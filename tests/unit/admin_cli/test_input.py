"""Text from outside."""

from __future__ import annotations

import io

import pytest

from admin_cli.input import read
from flags.errors import InvalidDocument


def stdin(content: bytes) -> io.TextIOWrapper:
    """Standard input in a locale that takes any bytes."""
    return io.TextIOWrapper(io.BytesIO(content), "ascii", "surrogateescape")


def test_standard_input_is_utf_8_in_any_locale() -> None:
    """The bytes count, with a mark of their order or without."""
    assert "zürich" == read("-", stdin("\ufeffzürich".encode()))


def test_standard_input_that_is_not_utf_8_is_refused() -> None:
    """In one sentence, as for files."""
    expected = "standard input: not text in UTF-8; save it as UTF-8"

    with pytest.raises(InvalidDocument, match=expected):
        read("-", stdin(b"z\xfcrich"))
