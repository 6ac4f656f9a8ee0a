"""What was counted: subjects and first failures, by measure and stratum.

Laws
1. A subject is a user seen who has not failed before in this rollout; who fails for
   the first time is a failure. So each user fails at most once: a broken user who tries
   again and again is one failure, not many.
2. A stratum holds what may be compared: cold starts apart from warm ones.
3. Totals only grow. What is counted twice or late is the business of who counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flags.record import Record
from rollouts.judge.errors import InvalidEvidence

# Far beyond any rollout, and still exact in a float.
MOST = 10**9
MOST_STRATA = 64


class Count(Record):
    """Subjects and failures of both versions, in one stratum of one measure."""

    canary: int = 0
    canary_failed: int = 0
    stable: int = 0
    stable_failed: int = 0


Counts = Mapping[str, Mapping[str, Count]]


class Tally(Record):
    """Counts by measure and stratum; `users` were seen for the first time ever.

    `users` are those of canary and stable. Who doesn't know them leaves them out.
    """

    counts: Counts
    users: tuple[int, int] = (0, 0)


NOTHING = Tally(counts={})


def checked(tally: Tally, measures: tuple[str, ...]) -> Tally:
    """The tally itself; raises `InvalidEvidence` if it can't be."""
    _users(tally.users)
    for measure, strata in tally.counts.items():
        if measure not in measures:
            known = ", ".join(measures)
            raise InvalidEvidence(f"{measure!r} is not measured, but {known}")
        if len(strata) > MOST_STRATA:
            raise InvalidEvidence(f"{measure} has more than {MOST_STRATA} strata")
        for stratum, count in strata.items():
            _possible(f"{measure}.{stratum}", count)
    return tally


def plus(one: Tally, two: Tally) -> Tally:
    """Both together."""
    return _joined(one, two, 1)


def minus(one: Tally, two: Tally) -> Tally:
    """What came since; raises `InvalidEvidence` if something went down."""
    return _joined(one, two, -1)


def together(strata: Mapping[str, Count]) -> Count:
    """All strata in one."""
    whole = _NONE
    for count in strata.values():
        whole = count if whole is _NONE else _sum(whole, count, 1)
    return whole


def written(tally: Tally) -> dict[str, Any]:
    """As JSON: four numbers for each stratum."""
    counts = {
        measure: {stratum: list(_values(count)) for stratum, count in strata.items()}
        for measure, strata in tally.counts.items()
    }
    return {"counts": counts, "users": list(tally.users)}


def read(document: Any) -> Tally:
    """A tally from JSON; raises `InvalidEvidence` if it is none."""
    try:
        counts = {
            measure: {stratum: _count(four) for stratum, four in strata.items()}
            for measure, strata in document["counts"].items()
        }
        canary, stable = document["users"]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidEvidence(f"no tally: {error!r}") from error
    return Tally(counts=counts, users=(canary, stable))


_NONE = Count()


def _values(count: Count) -> tuple[int, int, int, int]:
    return (count.canary, count.canary_failed, count.stable, count.stable_failed)


def _count(four: Any) -> Count:
    canary, canary_failed, stable, stable_failed = four
    return Count(
        canary=canary,
        canary_failed=canary_failed,
        stable=stable,
        stable_failed=stable_failed,
    )


def _joined(one: Tally, two: Tally, sign: int) -> Tally:
    counts = {
        measure: {
            stratum: _sum(_at(one, measure, stratum), _at(two, measure, stratum), sign)
            for stratum in {
                **one.counts.get(measure, {}),
                **two.counts.get(measure, {}),
            }
        }
        for measure in {**one.counts, **two.counts}
    }
    users = (one.users[0] + sign * two.users[0], one.users[1] + sign * two.users[1])
    if min(users) < 0:
        raise InvalidEvidence("users went down: totals only grow")
    return Tally(counts=counts, users=users)


def _at(tally: Tally, measure: str, stratum: str) -> Count:
    return tally.counts.get(measure, {}).get(stratum, _NONE)


def _sum(one: Count, two: Count, sign: int) -> Count:
    values = [a + sign * b for a, b in zip(_values(one), _values(two), strict=True)]
    if min(values) < 0:
        raise InvalidEvidence("counts went down: totals only grow")
    return _count(values)


def _users(users: tuple[int, int]) -> None:
    if not all(type(number) is int and 0 <= number <= MOST for number in users):
        raise InvalidEvidence(f"users must be whole numbers up to {MOST}, not {users}")


def _possible(place: str, count: Count) -> None:
    values = _values(count)
    for number in values:
        if type(number) is not int or not 0 <= number <= MOST:
            raise InvalidEvidence(f"{place}: counts must be whole, from 0 to {MOST}")
    if count.canary_failed > count.canary or count.stable_failed > count.stable:
        raise InvalidEvidence(f"{place}: more failures than subjects in {values}")
