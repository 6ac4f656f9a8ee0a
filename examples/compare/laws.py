"""What ours must hold, whatever the release; pure. The left screen is held to nothing.

Laws
1. No chain is mixed, and nobody sees both versions while nothing changes.
2. No message is dead, every order is taken in, and every one is worked off.
3. A good release is promoted, and a bad one is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from examples.compare.score import Score
from examples.compare.services.orders.faults import GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """How one went on both screens.

    Of ours also: `refused` orders were not taken in, `lost` ones were never worked
    off, and for `held` seconds the emulator could take no more.
    """

    fault: str
    dice: Score
    ours: Score
    why: str = ""
    refused: int = 0
    lost: int = 0
    held: float = 0.0


def broken(releases: Iterable[Release]) -> Iterator[str]:
    """A line for each law of ours that does not hold."""
    for release in releases:
        for line in _broken(release):
            yield f"{release.fault}: {line}"


def _broken(release: Release) -> Iterator[str]:
    ours = release.ours
    counts = {
        "chains mixed versions": ours.mixed_chains,
        "users saw both": ours.users_both,
        "messages in the dead-letter queue": ours.dlq,
        "orders were refused": release.refused,
        "orders were never worked off": release.lost,
    }
    yield from (f"{count} {what}" for what, count in counts.items() if count)
    if release.fault == GOOD and not ours.promoted:
        yield f"a good release was not promoted ({release.why})"
    if release.fault != GOOD and not ours.rolled_back:
        yield f"a bad release was not rolled back ({release.why})"
