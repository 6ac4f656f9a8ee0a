"""Aliases beside the versions of a rollout's record."""

from __future__ import annotations

from typing import Any

import pytest

from rollouts.publishing import drift
from rollouts.publishing.alias import Alias

BOTH = {"stable": "cart:1, mail:4", "canary": "cart:2, mail:4"}


def at(version: str, **weights: float) -> Alias:
    """An alias; weights as `v3=0.5`."""
    shares = {name.removeprefix("v"): share for name, share in weights.items()}
    return Alias(name="green", version=version, weights=shares)


def test_of_a_train_the_one_that_moved_is_named() -> None:
    """Each service has a version of its own."""
    found = drift.of(BOTH, "canary", {"cart": at("3"), "mail": at("4")})

    assert found.moved == ("cart:green names version 3, not 2",)
    assert found.shared == ()


def test_weights_are_told_apart_from_moves() -> None:
    """A share of nothing is none."""
    aliases = {"cart": at("2", v3=0.25), "mail": at("4", v3=0.0)}
    found = drift.of(BOTH, "canary", aliases)

    assert found.moved == ()
    assert found.shared == ("cart:green sends 25 % of its users to version 3",)
    assert found.all == found.shared


@pytest.mark.parametrize("versions", [None, {}, {"canary": "mail:4"}, "damaged"])
def test_what_the_record_does_not_tell_is_compared_with_nothing(versions: Any) -> None:
    """It can be said what is there."""
    aliases = {"cart": at("3")}

    assert drift.of(versions, "canary", aliases) == drift.Drift()
    assert drift.unpinned(versions, "canary", aliases) == ["cart:green names version 3"]
    assert drift.unpinned(BOTH, "canary", aliases) == []


def test_versions_for_a_record() -> None:
    """What was written is what is compared with later."""
    there = {"stable": {"cart": at("1"), "mail": at("4")}}
    there["canary"] = {"cart": at("2"), "mail": at("4")}

    assert drift.named(there) == BOTH


@pytest.mark.parametrize("odd", [at("$LATEST"), at("2", v3=0.5)])
def test_no_version_is_kept_of_what_is_not_one(odd: Alias) -> None:
    """`$LATEST` changes with each update, and of two versions none is the one."""
    assert drift.named({"stable": {"cart": at("1")}, "canary": {"cart": odd}}) is None
    assert drift.named({"stable": {"cart": at("1")}, "canary": {}}) is None
    assert drift.named({}) is None
