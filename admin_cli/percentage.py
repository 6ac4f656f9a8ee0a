"""Percentages as people type them."""

from __future__ import annotations

from contextlib import suppress

from flags.errors import InvalidDocument, Problem

WHOLE = 100


def parse(text: str) -> float:
    """A number, `%` or not; its range is the document's business."""
    # To Python 1_0 is ten; to whoever typed it, it is more likely a slip.
    with suppress(ValueError):
        if "_" not in text:
            return float(text.removesuffix("%"))
    message = f"{text!r} is no percentage from 0 to 100, such as 5 or 12.5"
    raise InvalidDocument([Problem(path="PERCENT", message=message)])


def show(number: float) -> str:
    """A percentage in a sentence."""
    return f"{number:g} %"
