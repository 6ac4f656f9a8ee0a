"""The six figures of a release, out of what was seen of it; pure, for either screen.

Laws
1. An order is a chain. It is mixed if it met both versions, but for one thing: blue
   alone, after green, once the release had been rolled back. Such a chain is *healed*.
2. A user saw both if the orders that came in while nothing changed met both versions.
   What changes is the weight: orders of one weight are compared, and only these. Orders
   that came in within GRACE of a change are left out, for it takes time to arrive. Who
   saw both all the same was *moved*, by a step or by the rollback.
3. A user failed if the new version failed, or was slow, for one of their orders.
4. The rollback took from the first of these until the last order came in on green.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from examples.compare.services.orders.faults import FAILED, OK
from examples.compare.sightings import BLUE, DOOR, GREEN, WORKER, Sighting, Story

# Seconds. Rules are read every second here, and what is under way takes its time.
GRACE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a release went; `unfinished` orders were never worked off."""

    mixed_chains: int
    users_both: int
    users_failed: int
    dlq: int
    seconds_to_rollback: float | None
    rolled_back: bool
    promoted: bool
    healed: int
    users_moved: int
    unfinished: int
    orders: int
    users: int
    seconds: float


def score(story: Story) -> Score:
    """All figures of a story."""
    chains = _chains(story.sightings)
    kinds = {order: _kind(chain, story.rolled_back) for order, chain in chains.items()}
    users: dict[str, set[str]] = {}
    for one in story.sightings:
        users.setdefault(one.user, set()).add(one.colour)
    seen_both = {user for user, colours in users.items() if len(colours) > 1}
    both = _both(story, chains, kinds)
    return Score(
        mixed_chains=_count(kinds, "mixed"),
        users_both=len(both),
        users_failed=len({one.user for one in _harm(story)}),
        dlq=story.dead,
        seconds_to_rollback=_seconds(story),
        rolled_back=story.rolled_back is not None,
        promoted=story.promoted is not None,
        healed=_count(kinds, "healed"),
        users_moved=len(seen_both - both),
        unfinished=sum(not _finished(chain) for chain in chains.values()),
        orders=len(chains),
        users=len(users),
        seconds=round(max((one.at for one in story.sightings), default=0.0), 1),
    )


def _chains(sightings: Iterable[Sighting]) -> dict[str, list[Sighting]]:
    chains: dict[str, list[Sighting]] = {}
    for one in sorted(sightings, key=lambda one: one.at):
        chains.setdefault(one.order, []).append(one)
    return chains


def _kind(chain: list[Sighting], rolled_back: float | None) -> str:
    """Law 1: whole, healed or mixed."""
    if len({one.colour for one in chain}) == 1:
        return "whole"
    green = [one.colour for one in chain].index(GREEN)
    healed = (
        green == 0
        and rolled_back is not None
        and all(one.at >= rolled_back for one in chain if one.colour == BLUE)
    )
    return "healed" if healed else "mixed"


def _both(
    story: Story, chains: Mapping[str, list[Sighting]], kinds: Mapping[str, str]
) -> set[str]:
    """Law 2."""
    changes = [change.at for change in story.changes]
    seen: dict[tuple[str, int], set[str]] = {}
    for order, chain in chains.items():
        entry = chain[0]
        if any(abs(entry.at - change) < GRACE for change in changes):
            continue
        era = bisect_right(changes, entry.at)
        colours = seen.setdefault((entry.user, era), set())
        healed = kinds[order] == "healed"
        colours |= {GREEN} if healed else {one.colour for one in chain}
    return {user for (user, _), colours in seen.items() if len(colours) > 1}


def _harm(story: Story) -> list[Sighting]:
    """Law 3."""
    return [s for s in story.sightings if s.colour == GREEN and s.outcome != OK]


def _seconds(story: Story) -> float | None:
    """Law 4; None without a rollback, or if green had done nobody any harm."""
    harm = _harm(story)
    if story.rolled_back is None or not harm:
        return None
    entries = [s.at for s in story.sightings if (s.service, s.colour) == (DOOR, GREEN)]
    first = min(one.at for one in harm)
    return round(max([story.rolled_back, *entries]) - first, 1)


def _finished(chain: list[Sighting]) -> bool:
    return any(one.service == WORKER and one.outcome != FAILED for one in chain)


def _count(kinds: Mapping[str, str], wanted: str) -> int:
    return sum(kind == wanted for kind in kinds.values())
