"""A rollout for people."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from admin_cli.rollouts.sight import sight
from admin_cli.rollouts.tree import line, tree
from admin_cli.rollouts.view import view
from flags.record import replace
from tests.unit.admin_cli.rollouts.examples import BEGAN, found, look, rollout

GATE = {"paused": {"from": "progressing", "cause": "gate"}}


def drawn(*live: Any, **more: Any) -> str:
    """The tree, as a pipe sees it."""
    out = io.StringIO()
    Console(file=out, width=120).print(tree(view(found(*live, **more), BEGAN + 660)))
    return "\n".join(text.rstrip() for text in out.getvalue().splitlines())


def test_a_tree_shows_steps_users_evidence_and_alarms() -> None:
    """All that `status` knows, in the order in which people ask."""
    live = rollout(
        until="2026-03-02T09:39:00Z",
        why="step 2 of 4, 5 %: baking",
        versions={"stable": "12", "canary": "13"},
        alarms={"watched": ["shop-errors"], "ignored": ["old"]},
    )

    told = drawn(live, sight=sight(look()))

    assert told == (
        "shop: baking, step 2 of 4; rollout k3j2h1g0, 11m old\n"
        "blue (version 12) is stable, green (version 13) the canary\n"
        "step 2 of 4, 5 %: baking\n"
        "\n"
        "  ✓  1  groups testers               10m\n"
        "  →  2  5 %                          15m, 14m left"
        "  [before: shop-smoke:live; during: shop-probe:live]\n"
        "     3  alice approves               4h at most\n"
        "     4  100 %                        30m\n"
        "\n"
        "        COLOUR  USERS  FAILED  P50    P99\n"
        "canary  green   40     1       120ms  911ms\n"
        "stable  blue    760    4\n"
        "weight: 5 % asked, 5 % seen in 800 looks\n"
        "\n"
        "evidence █░░░░░░░░░░░░░░░░░░░░░░░ 1.1 of 20\n"
        "health   ░░░░░░░░░░░░░░░░░░░░░░░░ 0.54 of 20\n"
        "INCONCLUSIVE, nobody knows yet: no difference is proven yet: the evidence is "
        "1.09 of 20: errors of 1 users in 40 looks\n"
        "on the canary, of 4 in 760 on stable\n"
        "alarms: shop-errors\n"
        "alarms ignored until they are OK, for they were red at the start: old"
    )


def test_who_waits_for_a_person_says_for_what() -> None:
    """A gate names the command that opens it."""
    told = drawn(rollout("paused", 2, why="waits for approval by alice", **GATE))

    assert told.startswith("shop: paused (gate), step 3 of 4;")
    assert "waits for approval by alice" in told
    assert "\n  →  3  alice approves" in told
    assert told.endswith(
        "next: `canary rollout approve shop`, or `canary rollout abort shop`"
    )
    assert "evidence: none yet" in told


def test_an_abort_of_the_routers_is_told_before_it_is_settled() -> None:
    """Everyone is on stable, whatever the document says."""
    told = drawn(rollout(), marked=True, sight=sight(look((30, 40))))

    assert told.startswith("shop: aborted by the routers;")
    assert "everyone is on blue; green was the canary" in told
    assert "routers serve stable; the controller writes it down in a minute" in told
    assert "REGRESSED: the canary fails more often than stable" in told
    assert "weight: 0 % asked" in told
    assert "\n  ✗  2  5 %" in told


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        (
            "draining",
            "everyone is on green, which was promoted; blue is kept for `undo`",
        ),
        ("completed", "everyone is on green, which was promoted"),
        ("aborted", "everyone is on blue; green was the canary"),
    ],
)
def test_what_is_over_says_where_everyone_is(phase: str, told: str) -> None:
    """Roles after the end are told by where users are."""
    assert told == drawn(rollout(phase, 3), weight=None).splitlines()[1]


def test_a_share_that_is_wrong_is_told() -> None:
    """A bug in routing is no matter of the canary's."""
    told = drawn(rollout(), sight=sight(look((0, 400))))

    assert "the share of users is wrong: 400 of 1160 users were on the canary" in told


@pytest.mark.parametrize(
    ("live", "weight", "told"),
    [
        (None, None, "shop has no rollout; everyone is on blue"),
        (None, 5, "shop has no rollout of a plan; 5 % on green, set by hand"),
        (
            {"id": "x"},
            5,
            "shop: the rollout can't be read; `canary rollout abort shop` ends it",
        ),
    ],
)
def test_what_is_no_rollout_is_a_line(live: Any, weight: Any, told: str) -> None:
    """There are no steps to draw."""
    assert told == drawn(live, weight=weight)
    assert told == line(view(found(live, weight=weight), BEGAN))


def test_a_line_for_logs_has_all_that_matters() -> None:
    """When, which, where, how much, how it looks, and why."""
    live = rollout("paused", 2, why="waits for\nalice\x1b", **GATE)

    told = line(view(found(live, sight=sight(look())), BEGAN + 60))

    assert told == (
        "2026-03-02T09:15:00Z, shop, paused (gate), step 3 of 4, weight 5 %, "
        "INCONCLUSIVE: waits for alice\\u001b"
    )


def test_evidence_that_cannot_be_read_is_told() -> None:
    """Nobody is judged by it, and that is no good news."""
    told = drawn(rollout(), trouble="the evidence has 'x', which is no count")

    assert "evidence: can't be read: the evidence has 'x', which is no count" in told


def test_types_of_errors_are_told() -> None:
    """What failed, by counts alone, after an abort too; a terminal gets letters."""
    errors = {"KeyError": 3, "a\x1b[31m": 1}
    told = drawn(rollout("aborted"), sight=sight(replace(look(), errors=errors)))

    assert "users who failed on the canary, by type of error: KeyError 3, a" in told
    assert "\x1b" not in told
