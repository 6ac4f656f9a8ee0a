"""What a container has seen and not told yet: each user once in a window.

Laws
1. A subject is a user who was seen in a window and is not known to have failed before;
   one for each stratum in which the user was seen. So among those who may still fail
   in a stratum, everybody is counted.
2. Who fails is a case: counted as a failure if nobody has claimed that user before,
   else as nobody. A case is a subject where it failed, told together with the failure:
   nothing that is told has more failures than subjects.
3. Whether somebody is taken in never depends on the version or on what became of them:
   what is beyond `MOST` users is dropped, on both versions alike, and counted.
4. The type of an error is counted beside a failure on the canary, for people; of the
   types that a container meets `MOST_TYPES` have their names, the others are `other`.
5. Cases are claimed in the order in which they came, those of failures before those of
   newcomers: the time for claims may run out.
"""

from __future__ import annotations

from flags.hints import TypeVar
from flags.record import Record
from rollouts.evidence.counting import (
    Counts,
    drawn,
    duration,
    error,
    failure,
    newcomer,
    subject,
)
from router.sentinel.witness import CANARY, ERRORS, OTHER, Seen, Took

# Users of a window that a container keeps in mind, and as many who have failed.
MOST = 5_000
# Newcomers who wait for their claims: more of them would be told of far too late.
MOST_WAITING = 30
# Targets may make up names without end.
MOST_TYPES = 8
# What newcomers are claimed as; the others are claimed by their measure.
USER = "user"
# What its item says of law 3.
DROPPED = "dropped"

K = TypeVar("K")


class Case(Record):
    """What waits for its claim; `number` tells it from all others of this container."""

    kind: str
    user: int
    number: int
    colour: str
    stratum: str
    percent: float = 0.0
    error: str = ""


class Ledger:
    """Of one rollout."""

    def __init__(self) -> None:
        self._numbers = 0
        self._fresh: Counts = {}
        self._users: set[int] = set()
        # Whom each attribute counts: in this window, and since the last cut.
        self._subjects: set[tuple[str, int]] = set()
        self._untold: set[tuple[str, int]] = set()
        self._cases: dict[tuple[str, int], Case] = {}
        # How many of them are newcomers.
        self._waiting = 0
        # Oldest first, the values mean nothing.
        self._failed: dict[tuple[str, int], None] = {}
        self._met: dict[int, None] = {}
        self._types: set[str] = set()

    def add(
        self, seen: Seen, percent: float | None = None, *, enough: bool = False
    ) -> None:
        """Take in what was seen, while the split drew users at this weight, if at all.

        Newcomers are counted at it, unless there are `enough`.
        """
        weight = percent if seen.drawn else None
        if seen.user not in self._users:
            if self._full():
                self._count(DROPPED)
                return
            self._users.add(seen.user)
            if weight is not None:
                self._count(drawn(weight, seen.colour))
        for measure, failed in seen.failed.items():
            self._look_at(seen, measure, failed=failed)
        if weight is not None and not enough and seen.user not in self._met:
            _keep(self._met, seen.user)
            self._open(USER, seen, weight)

    @property
    def crowded(self) -> bool:
        """Whether newcomers wait already; those of the next event are then passed over.

        All of an event or none: its units come one version after the other.
        """
        return self._waiting >= MOST_WAITING

    def took(self, took: Took) -> None:
        """Count how long a target took."""
        self._count(duration(took.colour, took.seconds))

    def cases(self, most: int, newcomers: int) -> list[Case]:
        """The oldest cases, at most so many of each sort; failures come first."""
        left = {False: most, True: newcomers}
        found = []
        for case in self._cases.values():
            sort = case.kind == USER
            if left[sort] > 0:
                left[sort] -= 1
                found.append(case)
            elif not any(left.values()):
                break
        return sorted(found, key=lambda case: case.kind == USER)

    def close(self, case: Case, *, ours: bool) -> None:
        """Count a case, or not: somebody else has claimed the user."""
        del self._cases[case.kind, case.user]
        if case.kind == USER:
            self._waiting -= 1
            if ours:
                self._count(newcomer(case.percent, case.colour))
            return
        _keep(self._failed, (case.kind, case.user))
        attribute = subject(case.kind, case.stratum, case.colour)
        place = (attribute, case.user)
        counted = place in self._untold
        if ours:
            self._count(failure(case.kind, case.stratum, case.colour))
            if case.error and case.kind == ERRORS and case.colour == CANARY:
                self._count(error(self._named(case.error)))
            if not counted:
                self._untold.add(place)
                self._count(attribute)
        elif counted:
            self._untold.discard(place)
            self._count(attribute, -1)

    def forget_newcomers(self) -> None:
        """Enough of them were counted: those that wait are let go."""
        for key in [key for key in self._cases if key[0] == USER]:
            del self._cases[key]
        self._waiting = 0

    def cut(self) -> Counts:
        """All counts that were not told yet; there are none left then."""
        told = {name: count for name, count in self._fresh.items() if count}
        self._fresh, self._untold = {}, set()
        return told

    def turn(self) -> None:
        """A new window begins: whoever comes by is a subject again."""
        self._users.clear()
        self._subjects.clear()

    def _look_at(self, seen: Seen, measure: str, *, failed: bool) -> None:
        known = (measure, seen.user)
        if known in self._failed or known in self._cases:
            return
        if failed:
            self._open(measure, seen)
            return
        attribute = subject(measure, seen.stratum, seen.colour)
        place = (attribute, seen.user)
        if place not in self._subjects:
            self._subjects.add(place)
            self._untold.add(place)
            self._count(attribute)

    def _full(self) -> bool:
        # Windows turn while the table can't be reached, and nothing is told.
        failures = len(self._cases) - self._waiting
        kept = (len(self._users), failures, len(self._untold) // 4)
        return max(kept) >= MOST

    def _open(self, kind: str, seen: Seen, percent: float = 0.0) -> None:
        self._numbers += 1
        self._waiting += kind == USER and (kind, seen.user) not in self._cases
        self._cases[kind, seen.user] = Case(
            kind=kind,
            user=seen.user,
            number=self._numbers,
            colour=seen.colour,
            stratum=seen.stratum,
            percent=percent,
            error=seen.error,
        )

    def _named(self, kind: str) -> str:
        if kind in self._types or len(self._types) < MOST_TYPES:
            self._types.add(kind)
            return kind
        return OTHER

    def _count(self, attribute: str, by: int = 1) -> None:
        self._fresh[attribute] = self._fresh.get(attribute, 0) + by


def _keep(memory: dict[K, None], key: K) -> None:
    """Remember one more, and let the oldest go."""
    memory[key] = None
    if len(memory) > MOST:
        del memory[next(iter(memory))]
