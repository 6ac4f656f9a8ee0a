"""`--dry-run`, and where a command says that it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from tests.unit.admin_cli.conftest import WHERE

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table

FLAG = "flags: {f: {variants: {a: 1}, off: a, serve: a}}"


@pytest.fixture
def live(canary: Canary, grown: Table) -> Table:
    """The table with a rollout of the shop by hand."""
    assert 0 == canary("set-weight", "shop", "10").code
    return grown


@pytest.fixture
def planned(canary: Canary, table: Table) -> Table:
    """The table with a rollout of the shop by a plan."""
    argv = ("rollout", "start", "shop", "--plan", "fast", "--skip-checks")
    assert 0 == canary(*argv).code
    return table


BY_HAND = [
    ("set-weight", "shop", "20"),
    ("promote", "shop"),
    ("abort", "shop"),
    ("rollout", "promote", "shop"),
    ("undo", "layout"),
    ("archive", "gift", "group:q4"),
    ("segment", "add", "beta", "cleo"),
    ("segment", "remove", "beta", "ana"),
    ("apply", "-f", "-"),
]
BY_PLAN = [
    ("rollout", "pause", "shop"),
    ("rollout", "abort", "shop"),
    ("rollout", "promote", "shop", "--full"),
    ("abort", "shop"),
]


@pytest.mark.parametrize("argv", BY_HAND, ids=" ".join)
def test_a_dry_run_of_a_move_by_hand_writes_nothing(
    canary: Canary, live: Table, argv: tuple[str, ...]
) -> None:
    """It shows what the move would change, and the table stays as it is."""
    before = live.items()

    rehearsed = canary(*argv, "--dry-run", stdin=FLAG)

    assert 0 == rehearsed.code, rehearsed.err
    assert rehearsed.data["dry_run"] is True
    assert rehearsed.data["changes"]
    assert "canary: a dry run: nothing was written\n" in rehearsed.err
    assert before == live.items()


@pytest.mark.parametrize("argv", BY_PLAN, ids=" ".join)
def test_a_dry_run_of_a_planned_rollout_writes_nothing(
    canary: Canary, planned: Table, argv: tuple[str, ...]
) -> None:
    """The same of a rollout that a plan takes along."""
    before = planned.items()

    rehearsed = canary(*argv, "--dry-run")

    assert 0 == rehearsed.code, rehearsed.err
    assert (True, "shop") == (
        rehearsed.data["dry_run"],
        rehearsed.data["changes"][0]["name"],
    )
    assert before == planned.items()


@pytest.mark.parametrize("verb", ["resume", "retry", "approve", "undo"])
@pytest.mark.usefixtures("planned")
def test_a_dry_run_is_refused_as_the_move_would_be(canary: Canary, verb: str) -> None:
    """Whoever rehearses learns what would be wrong."""
    moved = canary("rollout", verb, "shop", "--yes" if verb == "undo" else "--reason=")
    rehearsed = canary("rollout", verb, "shop", "--dry-run")

    assert 2 == moved.code == rehearsed.code
    assert moved.err == rehearsed.err


def test_a_dry_run_makes_no_keys(canary: Canary) -> None:
    """Neither the first ones nor others in their place."""
    rehearsed = canary("token", "rotate", "--token-keys", "/keys", "--dry-run")

    assert (0, ["k1"]) == (rehearsed.code, rehearsed.data["keys"])
    assert "canary: a dry run: no key was made, written or dropped\n" in rehearsed.err
    assert "canary: at /keys (eu-west-1, account 123456789012)\n" in rehearsed.err
    assert [] == boto3.client("ssm").describe_parameters()["Parameters"]


@pytest.mark.parametrize("argv", [*BY_HAND, ("abort", "search")], ids=" ".join)
@pytest.mark.parametrize("dry", [("--dry-run",), ()])
@pytest.mark.usefixtures("live")
def test_what_writes_says_where(
    canary: Canary, argv: tuple[str, ...], dry: tuple[str, ...]
) -> None:
    """The table, the region and the account stand in a note."""
    if argv == ("abort", "search"):
        canary("abort", "shop")
        argv = ("abort", "shop")
    yes = ("--yes",) if argv[:2] == ("rollout", "promote") else ()
    result = canary(*argv, *dry, *yes, stdin=FLAG)

    assert f"canary: in {WHERE}\n" == result.where, result.err


def test_an_author_by_hand_asks_aws_for_nobody(canary: Canary, live: Table) -> None:
    """The note leaves the account out, rather than wait for it."""
    result = canary("abort", "shop", "--author", "ana")

    assert "canary: in the table flags-table (eu-west-1)\n" == result.where
    assert "weight" not in live.body("shop")


@pytest.mark.usefixtures("planned")
def test_who_is_asked_is_told_where(canary: Canary) -> None:
    """A question names the table and the account, whoever signs."""
    asked = canary.asked("n\n", "rollout", "promote", "shop", "--full", "--author=ana")

    assert f"canary: in {WHERE}\n" == asked.where
