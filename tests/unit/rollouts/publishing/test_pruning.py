"""Which versions nothing names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollouts.publishing.alias import Alias
from rollouts.publishing.pruning import Naming, judge, rollouts_of

VERSIONS = [str(number) for number in range(1, 13)]


def going(naming: Naming, keep: int = 2) -> list[str]:
    """The versions that go."""
    return [one.version for one in judge(VERSIONS, naming, keep) if one.goes]


def test_the_latest_stay() -> None:
    """Of unnamed versions the last ones stay, by number and not by text."""
    verdicts = judge(["$LATEST", *reversed(VERSIONS)], Naming(), 3)

    assert VERSIONS == [one.version for one in verdicts]
    assert VERSIONS[:9] == [one.version for one in verdicts if one.goes]
    assert ("one of the last 3",) == verdicts[-1].reasons


def test_none_need_stay() -> None:
    """With nothing to keep, all that nothing names can go."""
    assert VERSIONS == going(Naming(), keep=0)


@pytest.mark.parametrize(
    ("naming", "reason"),
    [
        (Naming(aliases={"a": Alias(name="a", version="4")}), "alias a"),
        (
            Naming(aliases={"a": Alias(name="a", version="9", weights={"4": 0.05})}),
            "alias a sends it 5%",
        ),
        (
            Naming(rollouts={"4": "canary of shop's rollout (baking)"}),
            "canary of shop's rollout (baking)",
        ),
        (Naming(sources=frozenset("4")), "an event source mapping"),
        (Naming(urls=frozenset("4")), "a function URL"),
        (Naming(provisioned=frozenset("4")), "provisioned concurrency"),
    ],
)
def test_what_is_named_stays(naming: Naming, reason: str) -> None:
    """Whatever may run a version keeps it, and the reason is told."""
    (verdict,) = [one for one in judge(VERSIONS, naming, 0) if one.version == "4"]

    assert (reason,) == verdict.reasons
    assert "4" not in going(naming)


@pytest.mark.parametrize("phase", ["baking", "paused", "draining", "aborted"])
@pytest.mark.parametrize(
    "versions",
    [
        {"stable": "3", "canary": "4"},
        {"stable": "cart:3, mail:9", "canary": "mail:9, cart:4"},
    ],
)
def test_rollouts_name_both_versions(phase: str, versions: dict[str, Any]) -> None:
    """A release's last rollout names its versions, for all services or for each."""
    documents: dict[str, dict[str, Any]] = {
        "shop": {
            "release": {"services": ["cart", "mail"]},
            "rollout": {"phase": phase, "versions": versions},
        },
        "mail": {"variants": {"on": True}},
        "bare": {"release": {"services": ["cart"]}, "rollout": {"phase": phase}},
    }

    assert {
        "3": f"stable of shop's rollout ({phase})",
        "4": f"canary of shop's rollout ({phase})",
    } == rollouts_of("cart", documents)
    assert {} == rollouts_of("other", documents)


@pytest.mark.parametrize(
    "rollout", [None, "junk", 5, [], {"versions": "4"}, {"versions": {"stable": 4}}]
)
def test_a_damaged_rollout_names_nothing(rollout: object) -> None:
    """A table can be edited; what can't be read is no error here."""
    body = {"release": {"services": ["cart"]}, "rollout": rollout}

    assert {} == rollouts_of("cart", {"shop": body})


NUMBERS = st.integers(1, 60).map(str)


@pytest.mark.property
@given(
    versions=st.sets(NUMBERS),
    stable=NUMBERS,
    weighed=NUMBERS,
    named=st.frozensets(NUMBERS),
    keep=st.integers(0, 9),
)
def test_nothing_that_is_named_goes(
    versions: set[str],
    stable: str,
    weighed: str,
    named: frozenset[str],
    keep: int,
) -> None:
    """Whatever the versions, only unnamed ones go, and as many as asked for stay."""
    alias = Alias(name="blue", version=stable, weights={weighed: 0.1})
    naming = Naming(aliases={"blue": alias}, sources=named)

    verdicts = judge(versions, naming, keep)

    gone = {one.version for one in verdicts if one.goes}
    assert not gone & {stable, weighed, *named}
    assert len(versions) - len(gone) >= min(keep, len(versions))
    latest = sorted(versions, key=int)[len(versions) - min(keep, len(versions)) :]
    assert not gone & set(latest)
