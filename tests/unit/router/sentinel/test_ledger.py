"""What a container has seen and not told yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.sentinel import ledger as ledgers
from router.sentinel.ledger import DROPPED, MOST, MOST_WAITING, Case, Ledger
from router.sentinel.witness import Seen, Took

WARM_CANARY, WARM_STABLE = "c#errors#warm#canary", "c#errors#warm#stable"


def seen(
    user: int,
    told: Mapping[str, bool] | None = None,
    *,
    failed: bool = False,
    **changes: Any,
) -> Seen:
    """A user on the canary, warm."""
    values: dict[str, Any] = {
        "user": user,
        "colour": "canary",
        "stratum": "warm",
        "failed": told or {"errors": failed},
        "drawn": False,
    }
    return Seen(**{**values, **changes})


def cases(ledger: Ledger) -> list[Case]:
    """All that wait."""
    return ledger.cases(10**9, 10**9)


def test_a_subject_is_one_in_a_window_and_stratum() -> None:
    """Again in the next window, and apart where the start was cold."""
    ledger = Ledger()
    ledger.add(seen(1))
    ledger.add(seen(1))
    ledger.add(seen(1, stratum="cold"))
    assert ledger.cut() == {WARM_CANARY: 1, "c#errors#cold#canary": 1}
    ledger.add(seen(1))
    assert ledger.cut() == {}
    ledger.turn()
    ledger.add(seen(1))
    assert ledger.cut() == {WARM_CANARY: 1}


def test_a_failure_waits_for_its_claim() -> None:
    """Then it is a failure and a subject; a second one is nothing."""
    ledger = Ledger()
    ledger.add(seen(1, failed=True))
    ledger.add(seen(1, failed=True))
    assert ledger.cut() == {}
    (case,) = cases(ledger)
    ledger.close(case, ours=True)
    ledger.add(seen(1, failed=True))
    ledger.add(seen(1))

    assert cases(ledger) == []
    assert ledger.cut() == {f"{WARM_CANARY}_failed": 1, WARM_CANARY: 1}


def test_who_failed_elsewhere_is_nobody() -> None:
    """A claim of others takes back the subject, if that wasn't told yet."""
    ledger = Ledger()
    ledger.add(seen(1))
    ledger.add(seen(1, failed=True))
    ledger.close(cases(ledger)[0], ours=False)
    ledger.turn()
    ledger.add(seen(1))

    assert ledger.cut() == {}


def test_what_was_told_is_not_taken_back() -> None:
    """Totals only grow: what a window has counted stays counted."""
    ledger = Ledger()
    ledger.add(seen(1))
    assert ledger.cut() == {WARM_CANARY: 1}
    ledger.add(seen(1, failed=True))
    ledger.close(cases(ledger)[0], ours=False)

    assert ledger.cut() == {}


def test_a_subject_fails_once() -> None:
    """Seen well and broken before anything was told: one subject, one failure."""
    ledger = Ledger()
    ledger.add(seen(1))
    ledger.add(seen(1, failed=True))
    ledger.close(cases(ledger)[0], ours=True)

    assert ledger.cut() == {WARM_CANARY: 1, f"{WARM_CANARY}_failed": 1}


def test_never_more_failures_than_subjects_are_told() -> None:
    """A subject that was told before is one again, where it fails."""
    ledger = Ledger()
    ledger.add(seen(1))
    ledger.cut()
    ledger.add(seen(1, failed=True, colour="stable"))
    ledger.close(cases(ledger)[0], ours=True)

    assert ledger.cut() == {WARM_STABLE: 1, f"{WARM_STABLE}_failed": 1}


def test_measures_are_apart() -> None:
    """Who has failed may still be slow, and the other way round."""
    ledger = Ledger()
    ledger.add(seen(1, {"errors": True, "slow:800": False}))
    ledger.close(cases(ledger)[0], ours=True)
    ledger.turn()
    ledger.add(seen(1, {"errors": False, "slow:800": True}))

    assert [case.kind for case in cases(ledger)] == ["slow:800"]


def test_claims_are_in_order_and_of_two_sorts() -> None:
    """Newcomers never keep failures waiting."""
    ledger = Ledger()
    for user in range(20):
        ledger.add(seen(user, drawn=True), 5.0)
    for user in range(20, 60):
        ledger.add(seen(user, failed=True))
    asked = ledger.cases(25, 10)

    assert [case.user for case in asked] == [*range(20, 45), *range(10)]
    assert {case.kind for case in asked[-10:]} == {"user"}


def test_newcomers_count_at_their_weight() -> None:
    """Once each, if the claim is ours, and not those whom an older rule drew."""
    ledger = Ledger()
    ledger.add(seen(1, drawn=True), 5.0)
    ledger.add(seen(1, drawn=True), 25.0)
    ledger.add(seen(2, drawn=True, colour="stable"), 12.5)
    ledger.add(seen(3), 5.0)
    one, two = cases(ledger)
    ledger.close(one, ours=True)
    ledger.close(two, ours=False)
    assert ledger.cut().get("n#5#canary") == 1

    ledger.add(seen(4, drawn=True), 5.0)
    ledger.forget_newcomers()
    assert cases(ledger) == []


def test_whom_the_split_drew_is_counted_in_each_window() -> None:
    """At the weight of the time, also if there are enough newcomers; others are not."""
    ledger = Ledger()
    ledger.add(seen(1, drawn=True), 5.0)
    ledger.add(seen(1, drawn=True), 5.0)
    ledger.add(seen(2), 5.0)
    ledger.add(seen(3, drawn=True))
    assert ledger.cut().get("w#5#canary") == 1
    ledger.turn()
    ledger.add(seen(1, drawn=True), 25.0, enough=True)
    ledger.add(seen(4, drawn=True, failed=True), 25.0, enough=True)
    assert ledger.cut().get("w#25#canary") == 2
    assert [case.user for case in cases(ledger) if case.kind == "user"] == [1]


def test_newcomers_who_wait_crowd_out_no_subject() -> None:
    """Others are passed over until some were claimed; failures are taken in as ever."""
    ledger = Ledger()
    for user in range(MOST + 1):
        ledger.add(seen(user, drawn=True), 5.0, enough=ledger.crowded)
        if user % 1_000 == 0:
            ledger.turn()
    assert ledger.crowded
    assert len(cases(ledger)) == MOST_WAITING
    ledger.add(seen(-1, drawn=True, failed=True), 5.0, enough=ledger.crowded)
    assert next(case.user for case in cases(ledger)) == -1
    for case in cases(ledger):
        ledger.close(case, ours=True)
    assert not ledger.crowded
    told = ledger.cut()
    assert DROPPED not in told
    assert told["n#5#canary"] == MOST_WAITING


def test_a_newcomer_who_waits_twice_is_counted_once() -> None:
    """Who is forgotten while waiting, and met again, makes no crowd."""
    ledger = Ledger()
    ledger.add(seen(1, drawn=True), 5.0)
    for user in range(2, MOST + 3):
        ledger.add(seen(user, drawn=True), 5.0)
        if user % 1_000 == 0:
            ledger.turn()
    ledger.add(seen(1, drawn=True), 5.0)
    for case in cases(ledger):
        ledger.close(case, ours=True)
    assert not ledger.crowded


def test_what_is_too_much_is_dropped_on_both_versions_alike() -> None:
    """Whether somebody failed has no say in it; those known go on."""
    ledger = Ledger()
    for user in range(MOST):
        ledger.add(seen(user))
    ledger.add(seen(MOST, failed=True))
    ledger.add(seen(MOST + 1, colour="stable"))
    ledger.add(seen(1, failed=True))

    assert ledger.cut() == {WARM_CANARY: MOST, DROPPED: 2}
    assert [case.user for case in cases(ledger)] == [1]


def test_memory_is_bounded_while_nothing_can_be_told() -> None:
    """Windows turn, claims wait: at some point nobody is taken in."""
    ledger = Ledger()
    for window in range(6):
        ledger.turn()
        for user in range(MOST):
            ledger.add(seen(window * MOST + user))

    counted = ledger.cut()
    assert counted[WARM_CANARY] + counted[DROPPED] == 6 * MOST
    assert counted[WARM_CANARY] <= 4 * MOST


def test_the_oldest_failures_are_forgotten() -> None:
    """A claim still says that they failed: the number of a case is never used twice."""
    ledger = Ledger()
    for user in range(MOST + 1):
        ledger.turn()
        ledger.add(seen(user, failed=True))
        ledger.close(cases(ledger)[0], ours=True)
    ledger.add(seen(0, failed=True))

    assert cases(ledger)[0].number == MOST + 2
    assert ledgers.USER not in {case.kind for case in cases(ledger)}


def test_durations_are_counted_in_steps() -> None:
    """A step is a factor of the square root of two."""
    ledger = Ledger()
    for seconds in (0.1, 0.12, 0.15):
        ledger.took(Took(colour="stable", seconds=seconds))

    assert ledger.cut() == {"l#stable#13": 2, "l#stable#14": 1}


def test_types_of_errors_on_the_canary() -> None:
    """Each failed user once, under at most eight names and one for the others."""
    ledger = Ledger()
    for user in range(12):
        ledger.add(seen(user, failed=True, error=f"{'X' * (user % 10 + 1)}"))
        ledger.add(seen(user, failed=True, error="Again"))
    ledger.add(seen(99, failed=True, error="OnStable", colour="stable"))
    ledger.add(seen(98, {"slow:1": True}, error="Slow"))
    for case in cases(ledger):
        ledger.close(case, ours=case.user != 5)

    told = {name: n for name, n in ledger.cut().items() if name.startswith("e#")}
    assert told == {
        **{f"e#{'X' * n}": 2 for n in (1, 2)},
        **{f"e#{'X' * n}": 1 for n in (3, 4, 5, 7, 8, 9)},
        "e#other": 1,
    }
