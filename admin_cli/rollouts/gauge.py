"""Evidence as a bar: how far it is on its way to what is needed, by its logarithm.

E multiplies, so half of the bar is the square root of what is needed: 4.5 of 20.
"""

from __future__ import annotations

from math import log

WIDTH = 24


def share(value: float, needed: float) -> float:
    """From 0, which is no evidence (E = 1 or less), to 1, which is enough."""
    if value <= 1:
        return 0.0
    return min(1.0, log(value) / log(needed))


def bar(value: float, needed: float, width: int = WIDTH) -> str:
    """Full only if it is enough."""
    filled = share(value, needed)
    cells = width if filled >= 1 else min(width - 1, round(filled * width))
    return "█" * cells + "░" * (width - cells)


def figure(value: float) -> str:
    """E with as many digits as mean something."""
    if value >= 10_000:  # noqa: PLR2004 - nobody needs to be surer
        return "over 9999"
    if value < 0.01:  # noqa: PLR2004 - digits
        return "under 0.01"
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"  # noqa: PLR2004 - digits
