"""Dice that cost nothing until they are thrown: for the pauses after failures."""

from __future__ import annotations


def throw() -> float:
    """A number from 0 up to 1."""
    from random import random  # noqa: PLC0415 - its seeds take long

    return random()  # noqa: S311 - no secret
