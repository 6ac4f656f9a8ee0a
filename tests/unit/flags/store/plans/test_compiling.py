"""Rollouts in the compiled release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flags.codec import decode, flag_from
from flags.engine import evaluate
from flags.model import Context, Flag
from flags.store.compiler import Making, compile_flag, compile_snapshot
from flags.store.drawing import drawn, flag_of
from flags.store.plans import canonical
from tests.unit.flags.store.plans.running import release
from tests.unit.flags.store.wrong import read_flag

GOLDEN = Path(__file__).parents[4] / "golden" / "rollout.json"
BETA = {"version": 1, "included": ["ann"]}
GUARDED = canonical(
    {
        "steps": [{"groups": ["beta"], "bake": "5m"}, {"weight": 5, "bake": "10m"}],
        "guards": {"errors": {"alpha": 0.01}, "latency": ["800ms"]},
    }
)
UNGUARDED = canonical(
    {"steps": [{"weight": 5, "bake": "10m"}], "guards": {"errors": False}}
)


def compiled(body: dict[str, Any], previous: Flag | None = None) -> dict[str, Any]:
    """A release's part of the snapshot."""
    version = previous.version + 1 if previous else 1
    making = Making(version=version, salt=f"s{version}")
    return compile_flag(read_flag("shop", body), previous, making)


def after(body: dict[str, Any], previous: Flag | None = None) -> Flag:
    """The same, as readers have it."""
    return flag_from("shop", compiled(body, previous))


def test_golden() -> None:
    """The snapshot of a watched release is what readers of this version know."""
    body = release(2, plan=GUARDED, step=1, admitted=["beta"])
    text = compile_snapshot(7, {"shop": compiled(body)}, {}, {"beta": BETA})

    assert json.loads(GOLDEN.read_text("utf-8")) == json.loads(text)


def test_admitted() -> None:
    """Who is admitted is on the canary, whatever the weight, by a rule of its own."""
    rules = {"name": "no-ann", "when": {"attribute": "key", "equals": "ann"}}
    for names in (["beta"], ["beta", "gamma"]):
        body = release(0, plan=GUARDED, admitted=names)
        body["rules"] = [{**rules, "serve": "stable"}]
        gamma = {"version": 1, "included": ["cas"]}
        segments = {"beta": BETA, "gamma": gamma}
        text = compile_snapshot(1, {"shop": compiled(body)}, {}, segments)
        ruleset = decode(text)
        ann, bob = (
            evaluate(ruleset, "shop", Context(key=k), 0.0) for k in ("ann", "bob")
        )

        assert ("green", "rollout-admitted") == (ann.variant, ann.rule)
        assert "blue" == bob.variant


@pytest.mark.parametrize("phase", ["pending", "progressing", "baking", "paused"])
def test_live(phase: str) -> None:
    """A live rollout is watched."""
    found = after(release(2, plan=GUARDED, phase=phase)).release

    assert found
    assert found.watch == {"measures": [["errors"], ["slow:800"]], "alpha": 0.01}
    assert "abcd1234" == found.rollout


@pytest.mark.parametrize("phase", ["draining", "completed", "aborted"])
@pytest.mark.parametrize("weight", [None, 5])
def test_not_live(phase: str, weight: float | None) -> None:
    """What is over is not watched, and admits nobody; a weight by hand neither."""
    body = release(weight, plan=GUARDED, phase=phase, admitted=["beta"])
    flag = after(body)

    assert flag.release
    assert (None, None, ()) == (flag.release.watch, flag.release.rollout, flag.rules)


def test_no_guard() -> None:
    """Without a guard there is a rollout, and nothing to watch."""
    found = after(release(plan=UNGUARDED)).release

    assert found
    assert (None, "abcd1234") == (found.watch, found.rollout)


def test_a_rollout_keeps_its_beginning() -> None:
    """From step to step, through a pause, and through a lost snapshot."""
    first = after(release(0, plan=GUARDED, phase="pending"))
    second = after(release(5, plan=GUARDED, step=1), first)
    kept = flag_of("shop", drawn("shop", compiled(release(5, plan=GUARDED), second)))
    third = after(release(50, plan=GUARDED, step=1), kept)

    assert first.release
    assert second.release
    assert third.release
    assert [1, 1, 1] == [f.release.since for f in (first, second, third) if f.release]
    assert {"s1"} == {first.salt, second.salt, third.salt}


def test_another_rollout_begins_anew() -> None:
    """What replaces a rollout counts nothing of it, and draws its own users."""
    first = after(release(5, plan=GUARDED))
    second = after(release(0, plan=GUARDED, id="efgh5678"), first)

    assert second.release
    assert (2, "s2") == (second.release.since, second.salt)


def test_a_plan_after_a_weight_by_hand_begins_anew() -> None:
    """And a weight by hand after a plan goes on: nobody is drawn anew."""
    by_hand = {"release": {"services": ["web"], "stable": "blue"}, "weight": 5}
    first = after(by_hand)
    second = after(release(5, plan=GUARDED), first)
    third = after(by_hand, second)

    assert [1, 2, 2] == [f.release.since for f in (first, second, third) if f.release]


@pytest.mark.parametrize(
    "watch",
    [1, "x", [], {}, {"measures": []}, {"measures": [[]]}, {"measures": [[1]]}, None],
)
def test_damage_is_nobodys_judge(watch: Any) -> None:
    """A damaged `watch` is none; the rest of the snapshot is read."""
    part = compiled(release(plan=GUARDED))
    part["release"] |= {"watch": watch, "rollout": 5}
    found = decode(compile_snapshot(1, {"shop": part}, {})).flags["shop"].release

    assert found
    assert (1, None, None) == (found.since, found.watch, found.rollout)


def test_what_later_versions_add_is_passed_over() -> None:
    """A reader takes a release with keys that it doesn't know."""
    part = compiled(release(plan=GUARDED))
    part["release"]["later"] = {"x": 1}
    found = decode(compile_snapshot(1, {"shop": part}, {})).flags["shop"].release

    assert after(release(plan=GUARDED)).release == found
