"""What must hold for every user and every hop, as pure functions.

Laws
1. Share: the share of users on green is what was asked for; exactly so at 0 and
   100 %, within three standard deviations between.
2. One colour: within a step, a user gets the same colour at whatever door.
3. No flip: whoever is on green stays there while the weight goes up.
4. Abort: nobody is left on green.
5. Hops: every hop was made, and ran the colour that was decided at the edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

GREEN = "green"
SIGMAS = 3.0

# Who got which colour in one step.
Colours = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The share of users on green, in percent."""

    asked: float
    seen: float
    users: int

    def holds(self) -> bool:
        """Law 1."""
        part = self.asked / 100
        deviation = 100 * math.sqrt(part * (1 - part) / max(self.users, 1))
        # Half a billionth of a percent for the arithmetic.
        return abs(self.seen - self.asked) <= SIGMAS * deviation + 5e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One hop: decided before it, carried along it, ran after it; None if lost."""

    carrier: str
    decided: str | None
    carried: str | None
    ran: str | None

    def honoured(self) -> bool:
        """Law 5, for one hop."""
        return self.ran is not None and self.decided == self.carried == self.ran


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Hops of one carrier."""

    made: int
    honoured: int


def share(asked: float, colours: Colours) -> Share:
    """The share of one step."""
    green = sum(colour == GREEN for colour in colours.values())
    seen = 100 * green / len(colours) if colours else 0.0
    return Share(asked=asked, seen=seen, users=len(colours))


def colours(sightings: Iterable[tuple[str, str]]) -> tuple[dict[str, str], set[str]]:
    """Each user's colour out of (user, colour), and the users who got two."""
    first: dict[str, str] = {}
    torn: set[str] = set()
    for user, colour in sightings:
        if first.setdefault(user, colour) != colour:
            torn.add(user)
    return first, torn


def flips(steps: Sequence[Colours]) -> set[str]:
    """The users who were on green and are not in a later one of the steps."""
    flipped: set[str] = set()
    on_green: set[str] = set()
    for step in steps:
        flipped |= {user for user in on_green if step.get(user, GREEN) != GREEN}
        on_green |= {user for user, colour in step.items() if colour == GREEN}
    return flipped


def left(after_abort: Colours) -> set[str]:
    """The users on green after the abort."""
    return {user for user, colour in after_abort.items() if colour == GREEN}


def tally(hops: Iterable[Hop]) -> dict[str, Tally]:
    """Hops made and honoured, by carrier."""
    counts: dict[str, list[int]] = {}
    for hop in hops:
        count = counts.setdefault(hop.carrier, [0, 0])
        count[0] += 1
        count[1] += hop.honoured()
    return {
        carrier: Tally(made=made, honoured=honoured)
        for carrier, (made, honoured) in sorted(counts.items())
    }
