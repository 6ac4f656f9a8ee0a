"""The record behind `status`."""

from __future__ import annotations

from typing import Any

import pytest

from admin_cli.rollouts.sight import sight
from admin_cli.rollouts.view import Found, headline, view
from rollouts.evidence.look import Look
from rollouts.judge.share import Share, counted
from tests.unit.admin_cli.rollouts.examples import BEGAN, body, found, look, rollout

NOW = BEGAN + 660


def shown(*live: Any, **more: Any) -> dict[str, Any]:
    """A view of a release with this rollout."""
    return view(found(*live, **more), NOW)


def test_a_rollout_is_told_from_its_step_to_its_evidence() -> None:
    """The record has what was asked for and what was seen, by role."""
    live = rollout(
        until="2026-03-02T09:39:00Z", versions={"stable": "12", "canary": "13"}
    )

    record = shown(live, sight=sight(look()))

    assert ("running", []) == (record["outcome"], record["next"])
    assert {"asked": 5, "seen": 5.0, "looks": 800} == record["weight"]
    assert {
        "colour": "green",
        "version": "13",
        "recorded": "13",
        "users": 40,
        "failed": 1,
        "p50": 120.4,
        "p99": 911.0,
    } == record["canary"]
    assert ("blue", "12", None) == tuple(
        record["stable"][key] for key in ("colour", "version", "p99")
    )
    inner = record["rollout"]
    assert ("baking", 2, 4, 840.0) == tuple(
        inner[key] for key in ("phase", "step", "of", "left")
    )
    assert "INCONCLUSIVE" == inner["evidence"]["verdict"]["kind"]
    assert 3 == inner["evidence"]["containers"]


def test_a_mark_of_the_routers_takes_everyone_off_the_canary() -> None:
    """Nobody is asked to the canary any more, and its step has a cross."""
    record = shown(rollout(), marked=True)

    assert 0 == record["weight"]["asked"]
    assert "rolled_back" == record["outcome"]
    assert ["done", "failed", "dropped", "dropped"] == [
        step["state"] for step in record["rollout"]["steps"]
    ]


def test_a_release_without_a_rollout_has_no_outcome() -> None:
    """Nothing is neither healthy nor rolled back."""
    record = shown(weight=None)

    assert (None, None, []) == (record["rollout"], record["outcome"], record["next"])
    assert ("blue", "green") == (record["stable"]["colour"], record["canary"]["colour"])


def test_a_rollout_that_cannot_be_read_needs_a_person() -> None:
    """Damage is told, with the command that always helps."""
    record = shown({"id": "k3j2h1g0", "phase": "dancing"})

    assert record["damaged"]
    assert "needs_person" == record["outcome"]
    assert ["canary rollout abort shop"] == record["next"]


def test_the_keys_of_a_record_are_always_all_there() -> None:
    """Programs need not ask whether there is a key."""
    full, bare = shown(rollout(), sight=sight(look())), shown(weight=None)
    unseen = shown(rollout())

    assert [*full] == [*bare] == [*unseen]
    assert [*full["rollout"]] == [*unseen["rollout"]]
    assert [*full["canary"]] == [*bare["canary"]]


@pytest.mark.parametrize(
    "other",
    [
        rollout("paused", paused={"from": "baking", "cause": "hand", "left": 60}),
        rollout(step=2),
        rollout(why="extended once", extended=1),
        rollout(id="aaaaaaaa"),
    ],
)
def test_a_headline_changes_with_what_matters(other: dict[str, Any]) -> None:
    """Phase, step, why, and which rollout it is."""
    assert headline(shown(rollout())) != headline(shown(other))


def test_a_headline_stays_while_users_come_by() -> None:
    """Counts and the clock are no news; a verdict is."""
    calm, later, bad = (look(), look((1, 44)), look((30, 44)))
    one = view(found(rollout(), sight=sight(calm)), NOW)

    assert headline(one) == headline(
        view(found(rollout(), sight=sight(later)), NOW + 9)
    )
    assert headline(one) != headline(view(found(rollout(), sight=sight(bad)), NOW))


def test_who_failed_on_the_canary_was_there() -> None:
    """Users who had come before their step are stable's, until they fail."""
    failed = look((2, 2))
    moved = Look(
        state=failed.state, totals=failed.totals, share=counted(Share(), 0, 220, 0)
    )

    record = shown(rollout(), sight=sight(moved))

    assert (2, 2) == (record["canary"]["users"], record["canary"]["failed"])
    assert 220 == record["stable"]["users"]


@pytest.mark.parametrize(
    "moved", [{"weight": 10}, {"release": {"services": ["shop"], "stable": "green"}}]
)
def test_a_rollout_that_is_over_says_nothing_of_moves_by_hand_since(
    moved: dict[str, Any],
) -> None:
    """Neither that everyone is on stable, nor which colour that is."""
    since = (
        body(rollout("aborted", versions={"stable": "1", "canary": "2"}), None) | moved
    )

    record = view(Found(name="shop", version=9, body=since), NOW)

    assert (record["rollout"], record["outcome"]) == (None, None)
    assert record["stable"]["recorded"] is None
    if "release" in moved:
        assert record["stable"]["colour"] == "green"
    else:
        assert record["next"] == ["canary promote shop", "canary abort shop"]


def test_the_version_is_the_one_that_the_alias_names() -> None:
    """The record's is told beside it, and stands in for what can't be seen."""
    live = rollout(versions={"stable": "12", "canary": "13"})

    record = shown(live, named={"green": "14"})

    told = {role: record[role] for role in ("stable", "canary")}
    assert [(it["version"], it["recorded"]) for it in told.values()] == [
        ("12", "12"),
        ("14", "13"),
    ]


def test_colours_are_those_of_the_rollout() -> None:
    """After a promotion the rollout's canary is stable; its role was another."""
    promoted = body(rollout("draining", 3), None)
    promoted["release"]["stable"] = "green"

    record = view(Found(name="shop", version=9, body=promoted), NOW)

    assert "green" == record["canary"]["colour"]
