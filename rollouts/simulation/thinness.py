"""How much traffic a step needs to show a fault, without playing it.

Laws
1. All numbers are expectations, and the need is a rule of thumb: what a step is worth
   is for `forecast` to say, and this for what would help it.
2. A step is taken by itself, as if no evidence had been gathered before it.
"""

from __future__ import annotations

from math import exp, log

from flags.record import Record, replace
from rollouts.judge import Settings
from rollouts.simulation.model import Fault, Step, Traffic

# On top of the logarithm of 1/alpha: the judge divides its stakes among odds and
# beginnings, and failures come by luck. With it, about four rollouts in five of those
# played (odds of 2 to 40, 1 to 50 %) end within the step.
OVERHEAD = 5.0
PERCENTS = (1, 2, 5, 10, 15, 20, 25, 30, 40, 50)
HOUR, DAY = 60, 24 * 60
MINUTES = (
    *(1, 2, 5, 10, 15, 20, 30, 45),
    *(n * HOUR for n in (1, 1.5, 2, 3, 4, 6, 8, 12)),
    *(n * DAY for n in range(1, 8)),
)


class Remedy(Record):
    """What would do instead of a step, each by itself; None where nothing would.

    `percent` at the same minutes, up to 50; `minutes` at the same percent, up to a
    week. `failures` is how many users have to fail on the canary.
    """

    failures: float
    percent: float | None
    minutes: float | None


def expected_users(traffic: Traffic, step: Step) -> float:
    """How many users come to the canary while the step lasts."""
    return _at_least_once(traffic, step, 1.0)


def expected_failures(traffic: Traffic, fault: Fault, step: Step) -> float:
    """How many users the canary fails while the step lasts, if nobody stops it."""
    return _at_least_once(traffic, step, _either(traffic.errors, fault.errors))


def odds_ratio(traffic: Traffic, fault: Fault) -> float:
    """The canary's odds of failing over stable's; infinite if only the canary fails."""
    stable, canary = traffic.errors, _either(traffic.errors, fault.errors)
    if canary == stable:
        return 1.0
    if not stable or canary >= 1:
        return float("inf")
    return canary / (1 - canary) / (stable / (1 - stable))


def needed_failures(ratio: float, percent: float, settings: Settings) -> float | None:
    """How many users have to fail on the canary; None if no number of them is enough.

    Each failure on either version is worth the divergence of what is seen from the
    most that is tolerated, and all of them together must pay for 1/alpha.
    """
    # It seeks no larger odds than these.
    tolerance, ratio = settings.tolerance, min(ratio, max(settings.grid))
    if ratio <= tolerance or not 0 < percent < 100:  # noqa: PLR2004 - percent
        return None
    share = percent / 100
    seen, tolerated = _share_of(ratio, share), _share_of(tolerance, share)
    worth = seen * log(seen / tolerated)
    worth += (1 - seen) * log((1 - seen) / (1 - tolerated))
    return seen * (OVERHEAD + log(1 / settings.alpha)) / worth


def remedy(
    traffic: Traffic, fault: Fault, step: Step, settings: Settings | None = None
) -> Remedy | None:
    """What would let a step show the fault; None for a fault that is tolerated."""
    settings, ratio = settings or Settings(), odds_ratio(traffic, fault)
    failures = needed_failures(ratio, step.percent, settings)
    if failures is None:
        return None

    def enough(other: Step) -> bool:
        needed = needed_failures(ratio, other.percent, settings)
        found = expected_failures(traffic, fault, other) * _company(traffic, other)
        return needed is not None and found >= needed

    bigger = (replace(step, percent=n) for n in PERCENTS if n > step.percent)
    longer = (replace(step, minutes=n) for n in MINUTES if n > step.minutes)
    wider = next(filter(enough, bigger), None)
    later = next(filter(enough, longer), None)
    return Remedy(
        failures=failures,
        percent=wider.percent if wider else None,
        minutes=later.minutes if later else None,
    )


def _at_least_once(traffic: Traffic, step: Step, chance: float) -> float:
    """Users on the canary to whom something of this chance a request happens."""
    share, requests = step.percent / 100, traffic.rate * step.minutes
    if not traffic.users:
        return requests * share * chance
    each = requests / traffic.users
    return traffic.users * share * (1 - exp(-each * chance))


def _company(traffic: Traffic, step: Step) -> float:
    """How many failures have somebody on stable to be compared with.

    The judge compares within windows, which are a minute old at most.
    """
    return 1 - exp(-traffic.rate * (1 - step.percent / 100))


def _share_of(odds: float, share: float) -> float:
    """The canary's share of all failures, at a share of the users."""
    return odds * share / (odds * share + 1 - share)


def _either(one: float, other: float) -> float:
    return one + (1 - one) * other
