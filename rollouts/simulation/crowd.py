"""The users of a simulated rollout: who is on which version, and who has failed.

Laws
1. Users are alike but for three kinds: those whom every version fails, those whom only
   the canary fails, and the rest. So a kind is two numbers (failed before or not), and
   a thousand users cost no more than one.
2. A user makes requests at random, independent of each other; the chances to be seen
   and to fail within a tick follow from that exactly.
3. As the weight grows a random part of stable's users moves, failures remembered.
4. Without a number of users everybody comes once, and nobody is remembered.
"""

from __future__ import annotations

from math import exp

from flags.record import Record
from rollouts.simulation.chance import Dice, binomial, poisson
from rollouts.simulation.model import Fault, Traffic


class Seen(Record):
    """What one version did in a tick: to users, and in requests.

    `subjects` were seen and have not failed before; `failed` do now. `requests` and
    `errors` count every try. `slow` has subjects and first slow ones, by stratum.
    """

    subjects: int
    failed: int
    requests: int
    errors: int
    slow: dict[str, tuple[int, int]]


class Kind:
    """Users of one kind on one version: `whole` have never failed, `hurt` have."""

    def __init__(self) -> None:
        self.whole = 0
        self.hurt = 0

    def give(self, other: Kind, share: float, dice: Dice) -> None:
        """Move a random part of the users to the other version."""
        for name in ("whole", "hurt"):
            moved = binomial(dice, getattr(self, name), share)
            setattr(self, name, getattr(self, name) - moved)
            setattr(other, name, getattr(other, name) + moved)


class Chances(Record):
    """What may happen to a request: to most users, and to those the canary fails."""

    errors: float
    marked: float
    slow: float = 0.0


class Side:
    """One version and its users: most, those always failed, those the canary fails."""

    def __init__(self, traffic: Traffic, fault: Fault, cold: float, dice: Dice) -> None:
        self._traffic, self._cold, self._dice = traffic, cold, dice
        self.weight = 0.0
        self.kinds = (Kind(), Kind(), Kind())
        self.parts = (
            (1 - traffic.broken) * (1 - fault.users),
            traffic.broken,
            (1 - traffic.broken) * fault.users,
        )
        # The same users once more, by whether they were ever slow.
        self.pace = Kind()

    def tick(self, minutes: float, chances: Chances) -> Seen:
        """What happens to these users in so many minutes."""
        requests = self._traffic.rate * minutes
        rows = [
            self._known(kind, requests / self._traffic.users, chance)
            if self._traffic.users
            else self._strangers(requests * self.weight * part, chance)
            for kind, part, chance in zip(
                self.kinds,
                self.parts,
                (chances.errors, 1.0, chances.marked),
                strict=True,
            )
            if part
        ]
        subjects, failed, tries, errors = map(sum, zip(*rows, strict=True))
        return Seen(
            subjects=subjects,
            failed=failed,
            requests=tries,
            errors=errors,
            slow=self._slow(requests, chances.slow),
        )

    def _strangers(self, expected: float, chance: float) -> tuple[int, int, int, int]:
        failed = poisson(self._dice, expected * chance)
        fine = poisson(self._dice, expected * (1 - chance))
        again, failed_again = self._retries(failed, chance)
        seen = fine + failed
        return seen, failed, seen + again, failed + failed_again

    def _known(
        self, kind: Kind, each: float, chance: float
    ) -> tuple[int, int, int, int]:
        """The same for users who each make so many requests on average."""
        if not kind.whole and not kind.hurt:
            return 0, 0, 0, 0
        subjects, failed = _visits(self._dice, kind.whole, each, chance)
        # Users seen may come again in the same tick, and so do those failed before.
        more = each / (1 - exp(-each)) - 1
        fine = poisson(self._dice, (subjects - failed) * more * (1 - chance))
        back = poisson(self._dice, kind.hurt * each + failed * more)
        errors = failed + binomial(self._dice, back, chance)
        kind.whole -= failed
        kind.hurt += failed
        again, failed_again = self._retries(errors, chance)
        return subjects, failed, subjects + fine + back + again, errors + failed_again

    def _retries(self, failures: int, chance: float) -> tuple[int, int]:
        """Requests tried again, and how many of them fail once more."""
        if not failures or not self._traffic.retries:
            return 0, 0
        tries = poisson(self._dice, failures * self._traffic.retries)
        return tries, binomial(self._dice, tries, chance)

    def _slow(self, requests: float, fault: float) -> dict[str, tuple[int, int]]:
        cold = self._traffic.cold
        if not cold:
            return {}
        return {
            "cold": self._paced(requests * self._cold, _either(cold.slow_cold, fault)),
            "warm": self._paced(
                requests * (1 - self._cold), _either(cold.slow_warm, fault)
            ),
        }

    def _paced(self, requests: float, chance: float) -> tuple[int, int]:
        if not self._traffic.users:
            slow = poisson(self._dice, requests * self.weight * chance)
            fine = poisson(self._dice, requests * self.weight * (1 - chance))
            return slow + fine, slow
        each = requests / self._traffic.users
        seen, slow = _visits(self._dice, self.pace.whole, each, chance)
        self.pace.whole -= slow
        self.pace.hurt += slow
        return seen, slow


class Crowd:
    """All users, on two versions; a rollout begins with all of them on stable."""

    def __init__(self, traffic: Traffic, fault: Fault, dice: Dice) -> None:
        cold = traffic.cold
        self._dice = dice
        self.stable = Side(traffic, fault, cold.stable if cold else 0.0, dice)
        self.canary = Side(traffic, fault, cold.canary if cold else 0.0, dice)
        self.stable.weight = 1.0
        self.stable.pace.whole = traffic.users
        left, rest = traffic.users, 1.0
        most, *others = zip(self.stable.kinds, self.stable.parts, strict=True)
        for kind, part in others:
            kind.whole = binomial(dice, left, min(1.0, part / rest) if rest else 0.0)
            left, rest = left - kind.whole, rest - part
        most[0].whole = left

    def move(self, weight: float) -> None:
        """Give the canary this share of all users."""
        grown = weight - self.canary.weight
        giver, taker = self.stable, self.canary
        if grown < 0:
            giver, taker = taker, giver
        share = min(1.0, abs(grown) / giver.weight) if giver.weight else 0.0
        for one, other in zip(giver.kinds, taker.kinds, strict=True):
            one.give(other, share, self._dice)
        giver.pace.give(taker.pace, share, self._dice)
        self.canary.weight, self.stable.weight = weight, 1 - weight


def _either(one: float, other: float) -> float:
    return one + (1 - one) * other


def _visits(dice: Dice, users: int, each: float, chance: float) -> tuple[int, int]:
    """Users seen, and those of them failing, where each makes `each` requests."""
    failed = binomial(dice, users, 1 - exp(-each * chance))
    # Of those who don't fail: seen at all.
    seen = binomial(dice, users - failed, 1 - exp(-each * (1 - chance)))
    return seen + failed, failed
