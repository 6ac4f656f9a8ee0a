"""From an event's passage to what was seen of whom."""

from __future__ import annotations

from typing import Any

import pytest

from flags.bucketing import BUCKETS
from flags.model import Flag, Release, Split
from flags.record import replace
from router.errors import NotRun, OutOfTime, TargetError
from router.passage import Leg
from router.sentinel.witness import durations, measures, percent, sightings
from tests.unit.router.passages import choice, passage

WATCH = {"measures": [["errors"], ["slow:800", "slow:2000"]]}
RELEASE = Release(
    services=("checkout",), stable="blue", canary="green", since=5, watch=WATCH
)
FLAG = Flag(
    name="shop",
    version=7,
    enabled=True,
    variants={"blue": "blue", "green": "green", "red": "red"},
    off="blue",
    salt="salt",
    targets={},
    rules=(),
    serve=Split(ends=(5_000, BUCKETS), variants=("green", "blue")),
    release=RELEASE,
)


def leg(alias: str, *choices: Any, seconds: float | None = 0.1, **changes: Any) -> Leg:
    """An invocation for these choices."""
    return Leg(alias=alias, choices=choices, seconds=seconds, **changes)


def drawn(alias: str, user: int | None = 1, **changes: Any) -> Any:
    """A choice of the split for a user."""
    return choice(alias, subject=user, **changes)


def users(*legs: Leg) -> list[tuple[int, str]]:
    """Who was seen where."""
    found = sightings(passage(*legs), FLAG, set())
    return [(seen.user, seen.colour) for seen in found]


def test_who_was_drawn_was_seen() -> None:
    """On either version, by this container's decision or by a carried one."""
    seen = users(
        leg("green", drawn("green", 1), drawn("green", 2, reason="CARRIED")),
        leg("blue", drawn("blue", 3)),
    )

    assert seen == [(1, "canary"), (2, "canary"), (3, "stable")]


def test_nobody_else_was() -> None:
    """Groups by name, fallbacks, other variants, old decisions, other releases."""
    seen = users(
        leg("green", drawn("green", None), drawn("green", 2, reason="OVERRIDE")),
        leg("blue", drawn("blue", 3, reason="FALLBACK"), drawn("blue", 4, reason="X")),
        leg("red", drawn("red", 5)),
        leg("green", drawn("green", 6, generation=4), drawn("green", 7, release="x")),
        leg("green", drawn("green", 8), error=OutOfTime("late"), seconds=None),
    )

    assert seen == []


def test_an_unwatched_release_shows_nothing() -> None:
    """Nor does one whose rollout has ended."""
    legs = passage(leg("green", drawn("green")))
    for changes in ({"watch": None}, {"since": None}):
        flag = replace(FLAG, release=replace(RELEASE, **changes))
        assert list(sightings(legs, flag, set())) == []


def test_what_failed_and_ran_on_stable_failed_on_the_canary() -> None:
    """Stable is not praised for it."""
    refused = NotRun("TooManyRequestsException", "busy", "throttled")
    failed = leg("green", drawn("green"), error=refused, fallback=True, seconds=0.01)
    healed = leg("blue", drawn("blue", reason="FALLBACK"))
    (seen,) = sightings(passage(failed, healed), FLAG, set())

    assert (seen.colour, seen.failed["errors"]) == ("canary", True)


def test_failures_of_units() -> None:
    """Told one by one; of some of them nothing is known but how long they took."""
    told = leg(
        "green",
        drawn("green", 1),
        drawn("green", 2),
        drawn("green", 3),
        failures=(True, False, None),
        seconds=1.0,
    )
    found = [seen.failed for seen in sightings(passage(told), FLAG, set())]

    slow = {"slow:800": True, "slow:2000": False}
    assert found == [{"errors": True, **slow}, {"errors": False, **slow}, slow]


def test_without_a_time_nothing_is_slow_or_fast() -> None:
    """Another target was waited for first."""
    error = TargetError("broken")
    untimed = leg("green", drawn("green"), error=error, seconds=None)
    (seen,) = sightings(passage(untimed), FLAG, set())

    assert seen.failed == {"errors": True}
    assert list(durations(passage(untimed), FLAG)) == []


def test_strata_are_by_alias() -> None:
    """The canary was cold, stable was not."""
    legs = passage(leg("green", drawn("green")), leg("blue", drawn("blue", 2)))
    found = [seen.stratum for seen in sightings(legs, FLAG, {"green"})]

    assert found == ["cold", "warm"]


def test_drawn_is_who_was_drawn_by_these_rules() -> None:
    """Neither a carried decision nor one of the rules before is a new draw."""
    legs = passage(
        leg(
            "green",
            drawn("green", 1),
            drawn("green", 2, reason="CARRIED"),
            drawn("green", 3, generation=6),
        )
    )

    assert [seen.drawn for seen in sightings(legs, FLAG, set())] == [True, False, False]


def test_the_weight_is_that_of_the_rules() -> None:
    """In per cent; there is none where nobody is drawn."""
    assert percent(FLAG) == 5.0
    assert percent(replace(FLAG, serve="blue")) is None


def test_measures_have_thresholds() -> None:
    """In seconds; measures of another kind are not for routers."""
    assert measures(WATCH) == {"errors": 0.0, "slow:800": 0.8, "slow:2000": 2.0}
    assert measures({"measures": [["revenue"]]}) == {}
    assert measures({}) == {"errors": 0.0}


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (None, "answer"),
        (TargetError("secret of alice"), "TargetError"),
        (type("billing.NoFunds", (TargetError,), {})("x"), "billing.NoFunds"),
        (type("NoUser4711", (TargetError,), {})("x"), "other"),
        (type("alice@example", (TargetError,), {})("x"), "other"),
        (type("Ä" * 3, (TargetError,), {})("x"), "other"),
        (type("E" * 41, (TargetError,), {})("x"), "other"),
        (
            type("Fault", (TargetError,), {"exception_type": "KeyError"})("x"),
            "KeyError",
        ),
        (type("Fault", (TargetError,), {"exception_type": 5})("x"), "other"),
    ],
)
def test_type_of_error(error: Exception | None, name: str) -> None:
    """What failed has the name of its error's type, and nothing of its message."""
    failed = leg("green", drawn("green"), error=error, failures=(True,))
    (seen,) = sightings(passage(failed), FLAG, set())

    assert name == seen.error


def test_no_error_has_no_type() -> None:
    """Who was served well has none."""
    (seen,) = sightings(passage(leg("green", drawn("green"))), FLAG, set())

    assert not seen.error
