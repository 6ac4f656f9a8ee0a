"""What is seen of a release on either screen: attempts, and changes of the weight.

Times are seconds since the release began. Green is the new version, blue the one
before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from examples.compare.services.orders.faults import OK

BLUE, GREEN = "blue", "green"
DOOR, COURIER, WORKER = "door", "courier", "worker"
SERVICES = (DOOR, COURIER, WORKER)
# So many orders are shown at a glance.
LATEST = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One attempt of one service at one order, and what comes of it.

    `token` is the decision that came with the message, where that is known.
    """

    at: float
    order: str
    user: str
    service: str
    attempt: int
    colour: str
    outcome: str
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From `at` on this is the share of the new version, in per cent."""

    at: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A release from its start until the last of its orders came to rest.

    `dead` counts messages in dead-letter queues. `rolled_back` and `promoted` are when
    that happened, None if it did not.
    """

    sightings: Sequence[Sighting]
    changes: Sequence[Change]
    rolled_back: float | None = None
    promoted: float | None = None
    dead: int = 0
    why: str = ""

    @property
    def state(self) -> str:
        """In words."""
        if self.rolled_back is not None:
            return "rolled back"
        return "under way" if self.promoted is None else "promoted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A screen at one moment; `latest` are the colours that some orders met."""

    at: float
    state: str
    weight: float
    orders: int
    users: int
    on_green: int
    failed: int
    latest: Sequence[Sequence[str]] = ()


@dataclass(slots=True)
class Watch:
    """Takes sightings in as they come, and tells where things stand."""

    _orders: set[str] = field(default_factory=set)
    _users: set[str] = field(default_factory=set)
    _green: set[str] = field(default_factory=set)
    _failed: set[str] = field(default_factory=set)
    # What each order met, by service; those that met all three, as they came.
    _met: dict[str, dict[str, str]] = field(default_factory=dict)
    _whole: deque[str] = field(default_factory=lambda: deque(maxlen=LATEST))

    def take(self, sightings: Iterable[Sighting]) -> None:
        """These are new."""
        for one in sightings:
            self._orders.add(one.order)
            self._users.add(one.user)
            self._follow(one)
            if one.colour == GREEN:
                self._green.add(one.user)
                if one.outcome != OK:
                    self._failed.add(one.user)

    def _follow(self, one: Sighting) -> None:
        met = self._met.setdefault(one.order, {})
        if one.service not in met:
            met[one.service] = one.colour
            if len(met) == len(SERVICES):
                self._whole.append(one.order)

    def glance(self, at: float, state: str, weight: float) -> Glance:
        """The screen as it is now."""
        return Glance(
            at=at,
            state=state,
            weight=weight,
            orders=len(self._orders),
            users=len(self._users),
            on_green=len(self._green),
            failed=len(self._failed),
            latest=[
                [self._met[order][name] for name in SERVICES] for order in self._whole
            ],
        )


def weight_at(changes: Sequence[Change], at: float) -> float:
    """The share of the new version at that time."""
    weight = 0.0
    for change in changes:
        if change.at > at:
            break
        weight = change.weight
    return weight
