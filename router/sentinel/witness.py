"""From an event's passage through the router to what was seen of whom.

Laws
1. Of a unit that went to another version than the two, that nobody invoked, or whose
   decision is older than the rollout, nothing was seen.
2. A unit that failed on the canary and ran on stable was seen on the canary alone.
3. Who waits in vain for time is no fault of a target: `OutOfTime` was never invoked.
4. How long a target took is known of the first one that was waited for; of the others
   nothing is said about slowness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flags.bucketing import BUCKETS
from flags.model import Flag, Reason, Release, Split
from flags.record import Record
from router.choice import Choice
from router.errors import OutOfTime
from router.passage import Leg, Passage
from router.sentinel.coldness import Thermometer
from router.targets import Begin

ERRORS = "errors"
SLOW = "slow:"
CANARY, STABLE = "canary", "stable"
COLD, WARM = "cold", "warm"
# What failed without an error: its answer said so, by a status or a list of failures.
ANSWER = "answer"
OTHER = "other"
# Longer names, or such with more digits, may be made of an identity.
LONGEST_TYPE, MOST_DIGITS = 40, 2
_DRAWN = frozenset({Reason.SPLIT.value, Reason.CARRIED.value})


class Seen(Record):
    """One user, once: whether they failed, by each measure that was looked at.

    `drawn` says that the rules in force have drawn the user, so that a newcomer may be
    counted at their weight. `error` is the type of the error, if it was one.
    """

    user: int
    colour: str
    stratum: str
    failed: Mapping[str, bool]
    drawn: bool
    error: str = ""


class Took(Record):
    """One invocation's seconds."""

    colour: str
    seconds: float


Tell = Callable[[Flag, list[Seen], list[Took]], None]


class Witness:
    """Of one event. `begin` is how its targets are to be invoked."""

    def __init__(
        self, flag: Flag, begin: Begin, aliases: Mapping[str, str], tell: Tell
    ) -> None:
        self._flag = flag
        self._felt = Thermometer(begin)
        self._aliases = aliases
        self._tell = tell
        self.begin: Begin = self._felt.begin

    def saw(self, passage: Passage) -> None:
        """What became of the event; never raises."""
        try:
            cold = {
                alias for alias, arn in self._aliases.items() if arn in self._felt.cold
            }
            seen = list(sightings(passage, self._flag, cold))
            self._tell(self._flag, seen, list(durations(passage, self._flag)))
        except Exception:  # noqa: BLE001, S110 - to be seen never costs a request
            pass


def sightings(passage: Passage, flag: Flag, cold: set[str]) -> Iterator[Seen]:
    """All that was seen of users whom the split drew."""
    release = flag.release
    if release is None or release.watch is None or release.since is None:
        return
    names = measures(release.watch)
    for leg in passage.legs:
        colour = colour_of(release, leg.alias)
        if colour is None or isinstance(leg.error, OutOfTime):
            continue
        stratum = COLD if leg.alias in cold else WARM
        for place, choice in enumerate(leg.choices):
            if not _counts(choice, flag.name, release.since):
                continue
            if failed := _failed(leg, place, names):
                yield Seen(
                    user=choice.subject or 0,
                    colour=colour,
                    stratum=stratum,
                    failed=failed,
                    drawn=choice.reason == Reason.SPLIT.value
                    and choice.generation == flag.version,
                    error=error_type(leg.error) if failed.get(ERRORS) else "",
                )


def durations(passage: Passage, flag: Flag) -> Iterator[Took]:
    """How long the two versions took."""
    for leg in passage.legs:
        colour = colour_of(flag.release, leg.alias)
        if colour is not None and leg.seconds is not None:
            yield Took(colour=colour, seconds=leg.seconds)


def measures(watch: Mapping[str, object]) -> dict[str, float]:
    """The measures by name, with the seconds above which one is slow; 0 for errors."""
    groups = watch.get("measures") or [[ERRORS]]
    names = [name for group in groups for name in group]  # type: ignore[attr-defined]
    return {
        name: float(name.removeprefix(SLOW)) / 1_000 if name.startswith(SLOW) else 0.0
        for name in names
        if name == ERRORS or name.startswith(SLOW)
    }


def colour_of(release: Release | None, alias: str) -> str | None:
    """Which of the two versions an alias is, None for any other."""
    if release is None or release.stable == release.canary:
        return None
    return {release.canary: CANARY, release.stable: STABLE}.get(alias)


def percent(flag: Flag) -> float | None:
    """The canary's weight in the rules, None if nobody is drawn."""
    split, release = flag.serve, flag.release
    if release is None or not isinstance(split, Split):
        return None
    starts = (0, *split.ends[:-1])
    ranges = zip(split.variants, starts, split.ends, strict=True)
    buckets = sum(end - start for name, start, end in ranges if name == release.canary)
    return 100 * buckets / BUCKETS


def error_type(error: BaseException | None) -> str:
    """The name of an error's type, or `other` for what doesn't look like one.

    Not a proof: a target that makes a type of a word of its event gets it counted.
    """
    if error is None:
        return ANSWER
    # Lambda's runtime has one class for all errors of targets.
    name = getattr(error, "exception_type", None) or type(error).__name__
    return name if isinstance(name, str) and _plain(name) else OTHER


def _plain(name: str) -> bool:
    return (
        len(name) <= LONGEST_TYPE
        and name.isascii()
        and name.replace(".", "_").isidentifier()
        and sum(map(str.isdigit, name)) <= MOST_DIGITS
    )


def _counts(choice: Choice, release: str, since: int) -> bool:
    return (
        choice.subject is not None
        and choice.release == release
        and choice.reason in _DRAWN
        and (choice.generation or 0) >= since
    )


def _failed(leg: Leg, place: int, names: Mapping[str, float]) -> dict[str, bool]:
    """Whether a unit failed, by each measure that says something of it."""
    found: dict[str, bool] = {}
    told = leg.failures[place] if leg.failures else leg.error is not None
    for name, slow in names.items():
        if name == ERRORS and told is not None:
            found[name] = told
        elif name != ERRORS and leg.seconds is not None:
            found[name] = leg.seconds > slow
    return found
