"""`set-weight`, `promote`, `abort`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from admin_cli import clock
from flags.store.changes import Edit, Signature, State
from flags.store.plans import canonical
from flags.store.writer import Writer
from rollouts.machine import moves
from rollouts.machine.seen import Seen
from rollouts.machine.tick import tick

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.admin_cli.conftest import Canary, Result, Table

GRAMMAR = "give a percentage from 0 to 100, in steps of 0.001"


def test_set_weight_writes_the_weight_and_who_why_and_how(
    canary: Canary, table: Table
) -> None:
    """A ramp changes the weight alone, and leaves a signed row of history."""
    result = canary("set-weight", "shop", "10", "--author", "ana", "--reason", "go")

    assert (0, "") == (result.code, result.err)
    (change,) = result.data["changes"]
    assert [{"path": "weight", "old": None, "new": 10}] == change["fields"]
    assert 10 == table.body("shop")["weight"]
    assert 2 == table.version("shop")
    (entry,) = table.store.history("shop", 1)
    assert ("ana", "go", "set-weight") == (entry.author, entry.reason, entry.action)
    assert entry.at.endswith("Z")


@pytest.mark.parametrize(
    ("text", "weight"), [("12.5", 12.5), ("0", 0), ("100", 100), ("5%", 5), ("5.0", 5)]
)
def test_set_weight_takes_percentages_as_people_type_them(
    canary: Canary, table: Table, text: str, weight: float
) -> None:
    """A share may have decimals and a percent sign."""
    assert 0 == canary("set-weight", "shop", text).code
    assert repr(weight) == repr(table.body("shop")["weight"])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("101", f"flags.shop.weight: {GRAMMAR}"),
        ("NaN", f"flags.shop.weight: {GRAMMAR}"),
        ("inf", f"flags.shop.weight: {GRAMMAR}"),
        ("-1", f"flags.shop.weight: {GRAMMAR}"),
        ("-0.5", f"flags.shop.weight: {GRAMMAR}"),
        ("0.0001", f"flags.shop.weight: {GRAMMAR}"),
        ("1_0", "PERCENT: '1_0' is no percentage from 0 to 100, such as 5 or 12.5"),
        ("abc", "PERCENT: 'abc' is no percentage from 0 to 100, such as 5 or 12.5"),
    ],
)
def test_set_weight_refuses_what_is_no_percentage(
    canary: Canary, table: Table, text: str, error: str
) -> None:
    """A wrong share is bad input, and writes nothing."""
    before = table.items()

    result = canary("set-weight", "shop", text)

    assert (2, "") == (result.code, result.out)
    assert f"canary: error: {error}\n" == result.err
    assert before == table.items()


def test_set_weight_at_the_weight_already_writes_nothing(
    canary: Canary, table: Table
) -> None:
    """The same weight again is no change, and says so."""
    canary("set-weight", "shop", "10")
    before = table.items()

    result = canary("set-weight", "shop", "10.0")

    assert 0 == result.code
    assert {"dry_run": False, "changes": []} == result.data
    assert "canary: shop is at 10 % already; nothing changed\n" == result.err
    assert before == table.items()


def test_set_weight_says_when_the_off_switch_defeats_it(
    canary: Canary, table: Table
) -> None:
    """A disabled release takes a weight, with a note that nobody will see it."""
    off = "flags: {shop: {enabled: false, release: {services: [shop-checkout]}}}"
    canary("apply", "-f", "-", stdin=off)

    result = canary("set-weight", "shop", "5")

    assert 0 == result.code
    assert "canary: shop is disabled, so everyone stays on blue\n" == result.err
    assert 5 == table.body("shop")["weight"]


@pytest.mark.parametrize(
    "argv", [("set-weight", "shpo", "5"), ("promote", "shpo"), ("abort", "shpo")]
)
def test_an_unknown_release_is_not_found(
    canary: Canary, table: Table, argv: tuple[str, ...]
) -> None:
    """A misspelt name exits with 3 and lists the names that there are."""
    before = table.items()

    result = canary(*argv)

    assert (3, "") == (result.code, result.out)
    assert (
        "canary: error: no flag is named 'shpo'; "
        "did you mean shop? The table holds routing, search, shop\n"
    ) == result.err
    assert before == table.items()


@pytest.mark.parametrize(
    "argv", [("set-weight", "search", "5"), ("promote", "search"), ("abort", "search")]
)
@pytest.mark.usefixtures("table")
def test_a_flag_that_is_no_release_has_no_moves(
    canary: Canary, argv: tuple[str, ...]
) -> None:
    """The moves of a release are refused on a plain flag, with the remedy."""
    result = canary(*argv)

    assert 2 == result.code
    assert (
        "canary: error: flags.search: not a release; "
        "change its `serve` with `canary apply`\n"
    ) == result.err


def test_promote_swaps_the_roles(canary: Canary, table: Table) -> None:
    """The canary's colour is stable afterwards, and no rollout is live."""
    canary("set-weight", "shop", "50")

    result = canary("promote", "shop", "--if-version", "2")

    assert 0 == result.code
    assert "green" == table.body("shop")["release"]["stable"]
    assert "weight" not in table.body("shop")


@pytest.mark.parametrize(("was", "stable"), [("blue", "green"), ("green", "blue")])
def test_promote_either_way(
    canary: Canary, table: Table, was: str, stable: str
) -> None:
    """The canary's colour is stable from then on, whichever it was."""
    text = f"flags: {{shop: {{weight: 5, release: {{services: [a], stable: {was}}}}}}}"
    canary("apply", "-f", "-", stdin=text)

    result = canary("promote", "shop")

    assert 0 == result.code
    assert stable == table.body("shop")["release"]["stable"]


def test_promote_needs_a_rollout(canary: Canary, table: Table) -> None:
    """Nothing is promoted by accident when no rollout is live."""
    result = canary("promote", "shop")

    assert 2 == result.code
    assert (
        "canary: error: shop has no live rollout to promote; "
        "start one with `set-weight`\n"
    ) == result.err
    assert 1 == table.version("shop")


def test_abort_ends_the_rollout(canary: Canary, table: Table) -> None:
    """After an abort everyone is on the colour that was stable before."""
    canary("set-weight", "shop", "50")

    result = canary("abort", "shop", "--reason", "errors")

    assert (0, "") == (result.code, result.err)
    assert "blue" == table.body("shop")["release"]["stable"]
    assert "weight" not in table.body("shop")
    assert "errors" == table.store.history("shop", 1)[0].reason


def test_abort_twice_is_harmless(canary: Canary, table: Table) -> None:
    """A second abort writes nothing, says so, and is a success."""
    canary("set-weight", "shop", "50")
    canary("abort", "shop")
    before = table.items()

    result = canary("abort", "shop")

    assert 0 == result.code
    assert [] == result.data["changes"]
    assert (
        "canary: shop has no live rollout; everyone is on blue already\n" == result.err
    )
    assert before == table.items()


def test_abort_wins_over_changes_that_get_in_between(
    canary: Canary, table: Table, meanwhile: Callable[..., list[Result]]
) -> None:
    """An abort reads again as often as others write, and then it is in force."""
    canary("set-weight", "shop", "10")
    others = meanwhile(("set-weight", "shop", "20"), ("set-weight", "shop", "30"))

    result = canary("abort", "shop")

    assert (0, [0, 0]) == (result.code, [other.code for other in others])
    assert "weight" not in table.body("shop")
    assert 5 == table.version("shop")


def test_a_second_operator_conflicts_and_sees_what_changed(
    canary: Canary, table: Table
) -> None:
    """Who expects an older version is told who did what; nothing is lost."""
    canary("set-weight", "shop", "10", "--author", "ana", "--reason", "first step")
    before = table.items()

    result = canary("set-weight", "shop", "50", "--if-version", "1")

    assert (4, "") == (result.code, result.out)
    error, told, changed = result.err.splitlines()
    assert "canary: error: shop is at version 2, not 1: " in error
    at = table.store.history("shop", 1)[0].at
    assert f"  version 2, {at}, ana, set-weight: first step" == told
    assert "    weight: (none) -> 10" == changed
    assert before == table.items()


def test_a_race_between_two_operators_is_a_conflict(
    canary: Canary, table: Table, meanwhile: Callable[..., list[Result]]
) -> None:
    """Whoever commits second gets a conflict even without naming a version."""
    meanwhile(("set-weight", "shop", "10", "--author", "ben"))

    result = canary("set-weight", "shop", "50")

    assert 4 == result.code
    assert "ben, set-weight" in result.err
    assert "weight: (none) -> 10" in result.err
    assert 10 == table.body("shop")["weight"]


def test_a_change_to_another_flag_is_no_conflict(
    canary: Canary, table: Table, meanwhile: Callable[..., list[Result]]
) -> None:
    """Two operators on two documents both succeed."""
    others = meanwhile(("set-weight", "shop", "10"))

    result = canary(
        "apply", "-f", "-", stdin="routing: {default: shop-email, routes: []}"
    )

    assert (0, [0]) == (result.code, [other.code for other in others])
    assert {"default": "shop-email"} == table.body("routing")
    assert 10 == table.body("shop")["weight"]


@pytest.fixture
def planned(canary: Canary, table: Table) -> Table:
    """A table in which a plan runs at 10 %."""
    text = "flags: {shop: {weight: 0, release: {services: [shop-checkout]}}}"
    assert 0 == canary("apply", "-f", "-", stdin=text).code
    plan = canonical("Canary10Percent5Minutes")

    def edits(state: State) -> list[Edit]:
        stored = state.documents["shop"]
        body = moves.start(
            "shop", stored.body, plan, id="a1b2c3d4", now=1.8e9, by="ana", replace=True
        )
        while change := tick(body, Seen(now=1.8e9)):
            body = change.body
        return [Edit(name="shop", body=body, based_on=stored.version, action="x")]

    Writer(store=table.store, timestamp=clock.timestamp, salt=lambda: "salt").write(
        edits, Signature(author="ana")
    )
    return table


def test_set_weight_leaves_a_plan_alone(canary: Canary, planned: Table) -> None:
    """While a plan runs, it sets the weight; the message names the ways out."""
    result = canary("set-weight", "shop", "50")

    assert 2 == result.code
    assert "`canary rollout pause shop`, or `canary rollout abort shop`" in result.err
    assert 10 == planned.body("shop")["weight"]


def test_promote_leaves_a_plan_alone(canary: Canary, planned: Table) -> None:
    """It asks nothing, so it skips no plan; the message names the command that does."""
    before = planned.items()

    result = canary("promote", "shop", "--author", "ben")

    assert 2 == result.code
    assert (
        "canary: error: flags.shop.rollout: its plan runs, baking at step 1 of 2, "
        "10 %; `canary rollout promote shop` goes one step on, and with --full to "
        "everyone\n"
    ) == result.err
    assert before == planned.items()


def test_abort_ends_a_plan(canary: Canary, planned: Table) -> None:
    """It is the same abort as that of rollouts, and as harmless twice."""
    result = canary("abort", "shop", "--author", "ben", "--reason", "errors")

    assert 0 == result.code
    body = planned.body("shop")
    assert ("aborted", False) == (body["rollout"]["phase"], "weight" in body)
    assert "aborted by ben: errors" == body["rollout"]["why"]
    again = canary("abort", "shop")
    assert (0, []) == (again.code, again.data["changes"])
