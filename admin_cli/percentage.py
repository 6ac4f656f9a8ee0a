"""Percentages as people type them."""

from __future__ import annotations

from flags.errors import InvalidDocument, Problem

WHOLE = 100


def parse(text: str) -> float:
    """A number, `%` or not; its range is the document's business."""
    try:
        return float(text.removesuffix("%"))
    except ValueError:
        message = f"{text!r} is no percentage from 0 to 100, such as 5 or 12.5"
        problem = Problem(path="PERCENT", message=message)
        raise InvalidDocument([problem]) from None


def show(number: float) -> str:
    """A percentage in a sentence."""
    return f"{number:g} %"
