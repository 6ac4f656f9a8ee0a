"""What documents say about each other, and what is wrong with that."""

from __future__ import annotations

from typing import Any

import pytest

from flags.store.links import faults, gates, needs, uses

GIFT: dict[str, Any] = {"variants": {"on": 1, "off": 0}, "off": "off", "serve": "on"}
SHOP: dict[str, Any] = {"release": {"services": ["web"]}}


def requiring(name: str, **more: Any) -> dict[str, Any]:
    """A flag that requires another."""
    return {**GIFT, "requires": [{"flag": name, **(more or {"variant": "on"})}]}


def using(*segments: str) -> dict[str, Any]:
    """A flag with a rule for segments."""
    members = [{"none": [{"segment": name}]} for name in segments]
    return {**GIFT, "rules": [{"when": {"any": members}, "serve": "on"}]}


def said(bodies: dict[str, Any]) -> list[str]:
    """All problems between documents."""
    return [str(fault.problem) for fault in faults(bodies)]


GOOD: dict[str, Any] = {
    "cart": GIFT,
    "gift": requiring("cart", variants=["on", "off"]),
    "theme": using("beta"),
    "shop": SHOP,
    "segment:beta": {"rules": [{"segment": "inner"}]},
    "segment:inner": {"included": ["ann"]},
    "group:tests": {"exclusive": {"cart": 30, "gift": 30}},
    "group:q4": {"holdout": 5, "flags": ["cart"]},
    "group:q5": {"holdout": 5, "flags": ["cart"]},
    "routing": {"default": "web"},
}


def test_good() -> None:
    """Documents may lean on each other."""
    assert [] == said(GOOD)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"gift": requiring("crt")},
            "flags.gift.requires[0]: no flag 'crt'; did you mean cart?",
        ),
        (
            {"gift": requiring("zzz")},
            "flags.gift.requires[0]: no flag 'zzz'; apply it first, or along with it",
        ),
        (
            {"gift": requiring("shop")},
            "flags.gift.requires[0]: shop is a release; name a flag here",
        ),
        (
            {"gift": requiring("cart", variant="oh")},
            "flags.gift.requires[0]: cart has no variant 'oh'; defined: on, off",
        ),
        (
            {"gift": requiring("gift")},
            "flags.gift: these flags require each other: gift -> gift; open the circle",
        ),
        (
            {"cart": requiring("gift")},
            (
                "flags.cart: these flags require each other: cart -> gift -> cart; "
                "open the circle"
            ),
        ),
        (
            {"theme": using("beta", "bet")},
            (
                "flags.theme.rules[0].when.any[1].none[0].segment: no segment 'bet'; "
                "did you mean beta?"
            ),
        ),
        (
            {"segment:inner": {"rules": [{"segment": "beta"}]}},
            (
                "segments.beta: these segments use each other: beta -> inner -> beta; "
                "open the circle"
            ),
        ),
        (
            {"group:q4": {"holdout": 5, "flags": ["cart", "shop"]}},
            "groups.q4.flags[1]: shop is a release; name a flag here",
        ),
        (
            {"group:q4": {"exclusive": {"gift": 5}}},
            (
                "groups.q4.exclusive.gift: in the exclusive group tests already; "
                "a flag can be in one"
            ),
        ),
        (
            {"other": SHOP},
            "flags.other.release.services: web belongs to the release shop already",
        ),
        (
            {"cart": {**GIFT, "archived": True}, "group:q5": {}, "group:q4": {}}
            | {"group:tests": {}},
            "flags.gift.requires[0]: cart is archived; `canary restore cart` it first",
        ),
    ],
)
def test_faults(changes: dict[str, Any], expected: str) -> None:
    """What is wrong between documents is said once, with the place and a remedy."""
    assert [expected] == said(GOOD | changes)


PLANNED: dict[str, Any] = {"steps": [{"weight": 1}, {"groups": ["beta", "bet"]}]}


def test_segments_of_plans() -> None:
    """Those that a plan or a running rollout admits must be there."""
    rollout = {"phase": "baking", "plan": PLANNED, "admitted": ["gone"]}
    shop = {**SHOP, "plan": PLANNED, "rollout": rollout}

    assert [
        (
            "flags.shop.rollout.admitted[0]: no segment 'gone'; apply it first, "
            "or along with it"
        ),
        "flags.shop.plan.steps[1].groups[1]: no segment 'bet'; did you mean beta?",
        (
            "flags.shop.rollout.plan.steps[1].groups[1]: no segment 'bet'; "
            "did you mean beta?"
        ),
    ] == said({**GOOD, "shop": shop})


@pytest.mark.parametrize("phase", ["draining", "completed", "aborted"])
def test_a_rollout_that_is_over_needs_nobody(phase: str) -> None:
    """Its segments may go."""
    rollout = {"phase": phase, "plan": PLANNED, "admitted": ["gone"]}

    assert [] == said({**GOOD, "shop": {**SHOP, "rollout": rollout}})


def test_what_is_planned_is_not_yet_needed() -> None:
    """A snapshot can do without a segment that isn't admitted yet."""
    rollout = {"phase": "baking", "plan": PLANNED, "admitted": ["inner"]}
    shop = {**SHOP, "plan": PLANNED, "rollout": rollout}

    assert {"segment:inner"} == dict(needs({"shop": shop}))["shop"]
    assert {
        ("shop", "segment:inner"),
        ("shop", "segment:beta"),
        ("shop", "segment:bet"),
    } == uses({"shop": shop})


def test_chains_end() -> None:
    """No evaluation has to follow more flags than the library follows."""
    chain = {f"f{n}": requiring(f"f{n + 1}") for n in range(16)} | {"f16": GIFT}

    assert ["flags.f0: leads through more than 15 others; shorten the chain"] == said(
        chain
    )


@pytest.mark.parametrize("odd", [None, 7, "x", [1], {"a": 1}, [{"flag": 1}], [None]])
def test_odd_shapes(odd: Any) -> None:
    """What another grammar wrote has no say, and stops nothing."""
    keys = ("requires", "rules", "flags", "exclusive", "release", "plan", "rollout")
    body = dict.fromkeys(keys, odd)

    for name in ("old", "segment:old", "group:old"):
        list(faults({**GOOD, name: body}))
        gates({**GOOD, name: body})


def test_gates() -> None:
    """A flag is let through by each of its groups, in the order of their names."""
    assert {
        "cart": [("q4", "in"), ("q5", "in"), ("tests", "cart")],
        "gift": [("tests", "gift")],
    } == gates(GOOD)


def test_needs() -> None:
    """Prerequisites and segments are what a document can't do without."""
    assert {
        "gift": {"cart"},
        "theme": {"segment:beta"},
        "segment:beta": {"segment:inner"},
    } == dict(needs(GOOD))
