"""`rollout pause`, `resume`, `approve`, `promote`, `abort`, `retry`, `undo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.admin_cli.conftest import Canary, Result, Table

GATED = """
steps:
  - gate: {approvers: [alice]}
  - {weight: 100, bake: 10m}
"""
MOVES = ("pause", "resume", "approve", "promote", "abort", "retry", "undo")


@pytest.fixture
def rolling(canary: Canary, table: Table) -> Table:
    """The table with a rollout of the shop, pending, at version 2."""
    argv = ("--plan", "fast", "--skip-checks", "--author", "ana")
    assert 0 == canary("rollout", "start", "shop", *argv).code
    return table


def test_a_rollout_is_paused_and_resumed(canary: Canary, rolling: Table) -> None:
    """Both are a signed row of history, and say what has come of it."""
    paused = canary("rollout", "pause", "shop", "--author", "bo", "--reason", "lunch")

    assert (0, "canary: shop: paused by bo; resume goes on\n") == (
        paused.code,
        paused.err,
    )
    assert "paused" == rolling.body("shop")["rollout"]["phase"]
    (entry,) = rolling.store.history("shop", 1)
    assert ("bo", "lunch", "rollout-pause") == (
        entry.author,
        entry.reason,
        entry.action,
    )

    resumed = canary("rollout", "resume", "shop", "--author", "ana")

    assert (0, "canary: shop: step 1 of 3, 10 %: resumed by ana\n") == (
        resumed.code,
        resumed.err,
    )
    assert "pending" == rolling.body("shop")["rollout"]["phase"]


def test_pausing_twice_changes_nothing(canary: Canary, rolling: Table) -> None:
    """The second one says so."""
    canary("rollout", "pause", "shop")
    before = rolling.items()

    result = canary("rollout", "pause", "shop")

    assert (0, []) == (result.code, result.data["changes"])
    assert (
        "canary: shop is paused (hand) at step 1 of 3, 10 % already; nothing changed\n"
    ) == result.err
    assert before == rolling.items()


def test_what_is_not_paused_is_not_resumed(canary: Canary, rolling: Table) -> None:
    """It is refused with what it is, and nothing is written."""
    before = rolling.items()

    result = canary("rollout", "resume", "shop")

    assert (2, "") == (result.code, result.out)
    assert result.err.startswith("canary: error: flags.shop.rollout: not paused but ")
    assert before == rolling.items()


@pytest.mark.parametrize(
    ("author", "code", "told"),
    [
        (
            "bo",
            2,
            "canary: error: flags.shop.rollout: bo may not approve here; ask alice",
        ),
        ("alice", 0, "canary: shop: approved by alice; next is step 2 of 2, 100 %"),
    ],
)
def test_a_gate_opens_for_its_approvers(
    canary: Canary, table: Table, author: str, code: int, told: str
) -> None:
    """The plan says who may approve; the rollout remembers who did."""
    argv = ("--plan-file", "-", "--skip-checks")
    canary("rollout", "start", "shop", *argv, stdin=GATED)
    promoted = ("rollout", "promote", "shop")
    _begin(table)
    canary(*promoted)

    result = canary("rollout", "approve", "shop", "--author", author)

    assert (code, f"{told}\n") == (result.code, result.err)
    approved = [one["by"] for one in table.body("shop")["rollout"]["approvals"]]
    assert approved == (["alice"] if code == 0 else [])


def test_abort_never_asks_and_works_twice(canary: Canary, rolling: Table) -> None:
    """Everyone is on stable, the reason is kept, and again is harmless."""
    result = canary.asked(
        "", "rollout", "abort", "shop", "--author", "bo", "--reason", "bad"
    )

    assert (0, "canary: shop: aborted by bo: bad\n") == (result.code, result.err)
    body = rolling.body("shop")
    assert ("aborted", "aborted by bo: bad") == (
        body["rollout"]["phase"],
        body["rollout"]["why"],
    )
    assert "weight" not in body
    before = rolling.items()

    again = canary("rollout", "abort", "shop")

    assert 0 == again.code
    assert (
        "canary: shop has no live rollout; everyone is on blue already\n" == again.err
    )
    assert before == rolling.items()


def test_abort_wins_over_changes_that_get_in_between(
    canary: Canary, rolling: Table, meanwhile: Callable[..., list[Result]]
) -> None:
    """It reads again as often as others write."""
    meanwhile(*[("rollout", verb, "shop") for verb in ("pause", "resume", "pause")])

    assert 0 == canary("rollout", "abort", "shop").code
    assert "aborted" == rolling.body("shop")["rollout"]["phase"]


def test_an_aborted_rollout_is_tried_again(canary: Canary, rolling: Table) -> None:
    """The same plan, from its first step, as another rollout."""
    first = rolling.body("shop")["rollout"]
    canary("rollout", "abort", "shop")

    result = canary("rollout", "retry", "shop", "--author", "ana")

    again = rolling.body("shop")["rollout"]
    assert 0 == result.code
    assert first["plan"] == again["plan"]
    assert first["id"] != again["id"]
    assert ("pending", 0) == (again["phase"], again["step"])
    assert f"canary: shop: started by ana, again after {first['id']}\n" == result.err


def test_promote_full_asks(canary: Canary, rolling: Table) -> None:
    """Everyone at once is asked about, and no answer is no."""
    before = rolling.items()

    told = "canary: put everyone of shop from blue to green now? [y/N] "
    no = canary.asked("\n", "rollout", "promote", "shop", "--full")
    unasked = canary("rollout", "promote", "shop", "--full")

    assert (2, told) == (no.code, no.err[: len(told)])
    assert 2 == unasked.code
    assert (
        "canary: error: --yes: put everyone of shop from blue to green now? "
        "Say so with --yes, or look first with --dry-run\n"
    ) == unasked.err
    assert before == rolling.items()

    yes = canary.asked("y\n", "rollout", "promote", "shop", "--full")

    assert 0 == yes.code
    assert "green" == rolling.body("shop")["release"]["stable"]
    assert "draining" == rolling.body("shop")["rollout"]["phase"]


def test_promote_full_can_be_looked_at_first(canary: Canary, rolling: Table) -> None:
    """A dry run shows the change, asks nothing and writes nothing."""
    before = rolling.items()

    result = canary("rollout", "promote", "shop", "--full", "--dry-run")

    assert (0, True) == (result.code, result.data["dry_run"])
    assert {"path": "release.stable", "old": "blue", "new": "green"} in result.data[
        "changes"
    ][0]["fields"]
    assert before == rolling.items()


def test_undo_goes_back_once_it_is_confirmed(canary: Canary, rolling: Table) -> None:
    """The colour that was stable before is stable again, at once."""
    canary("rollout", "promote", "shop", "--full", "--yes")

    unasked = canary("rollout", "undo", "shop")
    done = canary("rollout", "undo", "shop", "--yes", "--author", "ana")

    assert 2 == unasked.code
    assert "put everyone of shop back from green to blue? Say so with" in unasked.err
    assert 0 == done.code
    assert "canary: shop: undone by ana: blue is stable again\n" in done.err
    assert "blue" == rolling.body("shop")["release"]["stable"]


@pytest.mark.usefixtures("rolling")
def test_undo_without_a_promotion_asks_nothing(canary: Canary) -> None:
    """There is nobody to move, so the refusal says what there is."""
    result = canary("rollout", "undo", "shop")

    assert 2 == result.code
    assert result.err.startswith("canary: error: shop has no promotion to undo: one is")


@pytest.mark.parametrize("verb", [verb for verb in MOVES if verb != "abort"])
def test_another_version_is_a_conflict(
    canary: Canary, rolling: Table, verb: str
) -> None:
    """Who counts on a version is told when it is another."""
    yes = ("--yes",) if verb == "undo" else ()
    before = rolling.items()

    result = canary("rollout", verb, "shop", "--if-version", "1", *yes)

    assert 4 == result.code
    assert result.err.startswith("canary: error: shop is at version 2, not 1")
    assert before == rolling.items()


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.usefixtures("table")
def test_an_unknown_release_is_not_found(canary: Canary, verb: str) -> None:
    """A misspelt name exits with 3, for all of them."""
    result = canary("rollout", verb, "shpo")

    assert (3, "") == (result.code, result.out)
    assert "no flag is named 'shpo'; did you mean shop?" in result.err


@pytest.mark.parametrize("verb", [verb for verb in MOVES if verb != "abort"])
@pytest.mark.usefixtures("table")
def test_without_a_rollout_the_moves_say_what_to_do(canary: Canary, verb: str) -> None:
    """Each names a command that helps."""
    result = canary("rollout", verb, "shop")

    assert (2, "") == (result.code, result.out)
    assert "`canary " in result.err or "`set-weight`" in result.err


@pytest.mark.usefixtures("table")
def test_a_promotion_without_a_plan_is_a_full_one(canary: Canary) -> None:
    """A weight that was set by hand has no next step, so it asks."""
    canary("set-weight", "shop", "5")

    asked = canary("rollout", "promote", "shop")

    assert 2 == asked.code
    assert "put everyone of shop from blue to green now? Say so with" in asked.err
    assert 0 == canary("rollout", "promote", "shop", "--yes").code


def _begin(table: Table) -> None:
    """As the controller does, who has seen no alarm."""
    from admin_cli.changing import Move, carry_out  # noqa: PLC0415 - only here
    from flags.store.changes import Signature  # noqa: PLC0415 - only here
    from rollouts.machine.seen import Seen  # noqa: PLC0415 - only here
    from rollouts.machine.tick import tick  # noqa: PLC0415 - only here

    def change(body: object) -> object:
        found = tick(body, Seen(now=1.0))  # type: ignore[arg-type]
        return found.body if found else body

    move = Move(name="shop", action="rollout-begin", change=change)  # type: ignore[arg-type]
    carry_out(table.store, Signature(author="controller"), move)
