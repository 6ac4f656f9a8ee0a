"""What is said in the end: laws, scores, one message, and the cost."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from examples.compare import laws, report
from examples.compare.cost import cost, percentile
from examples.compare.dice import ASSUMPTIONS
from examples.compare.laws import Release
from examples.compare.message import Explained, pick
from examples.compare.often import Often
from examples.compare.report import Story, cell
from examples.compare.score import score
from examples.compare.services.orders.faults import ALWAYS, FAILED, GOOD
from examples.compare.sightings import GREEN, WORKER
from tests.unit.examples.compare.stories import chain, seen, story

BACK = score(
    story([seen(WORKER, GREEN, at=5.0, outcome=FAILED)], rolled_back=12.0, dead=0)
)
PROMOTED = score(story(chain("ggg"), promoted=12.0))
MIXED = score(story(chain("bgb"), dead=3))
RELEASES = [
    Release(fault=ALWAYS, dice=MIXED, ours=BACK),
    Release(fault=GOOD, dice=BACK, ours=PROMOTED),
]
OFTEN = Often(
    deployments=20,
    rolled_back=0.3,
    users_failed=64.0,
    mixed_share=0.24,
    seconds_to_rollback=149.0,
)
EXPLAINED = Explained(
    fault=ALWAYS,
    order="always-1",
    user="ann",
    token="v1~compare.green.2",
    ran=["attempt 1 on green: failed", "attempt 2 on blue: ok"],
    command="canary explain compare --id ann --token v1~compare.green.2",
    answer="no longer in force, so healed to stable",
)


def told(**changes: Any) -> Story:
    """All that was found out."""
    found = Story(
        releases=RELEASES,
        often={ALWAYS: OFTEN, GOOD: OFTEN},
        false_alarms=0.265,
        deployments=200,
        alpha=0.05,
        explained=EXPLAINED,
        cost=cost([0.010, 0.012], [0.020, 0.030], 3.0, 3.0),
        settings={"seed": 1},
    )
    return replace(found, **changes)


def test_a_good_comparison() -> None:
    """If every law holds nothing is broken, whatever the left screen looks like."""
    assert list(laws.broken(RELEASES)) == []


@pytest.mark.parametrize(
    ("fault", "changes", "notes", "line"),
    [
        (ALWAYS, {"mixed_chains": 2}, {}, "always: 2 chains mixed versions"),
        (ALWAYS, {"users_both": 1}, {}, "always: 1 users saw both"),
        (ALWAYS, {"dlq": 4}, {}, "always: 4 messages in the dead-letter queue"),
        (ALWAYS, {}, {"refused": 1}, "always: 1 orders were refused"),
        (ALWAYS, {}, {"lost": 2}, "always: 2 orders were never worked off"),
        (
            ALWAYS,
            {"rolled_back": False},
            {"why": "time served"},
            "always: a bad release was not rolled back (time served)",
        ),
        (
            GOOD,
            {"promoted": False},
            {"why": "alarm"},
            "good: a good release was not promoted (alarm)",
        ),
    ],
)
def test_a_broken_law_is_named(
    fault: str, changes: dict[str, Any], notes: dict[str, Any], line: str
) -> None:
    """Each law of ours that is broken gets one line."""
    ours = PROMOTED if fault == GOOD else BACK
    release = Release(fault=fault, dice=MIXED, ours=replace(ours, **changes), **notes)
    assert list(laws.broken([release])) == [line]


def test_the_message_to_explain() -> None:
    """One that failed on green, carried a decision, and was then done by blue."""
    healed = [
        replace(one, token="t") if one.service == WORKER else one
        for one in chain("gggb", order="healed")
    ]
    other = chain("gggg", order="dead")
    found = pick([*other, *healed])
    assert found is not None
    assert (found.order, found.colour, found.token) == ("healed", GREEN, "t")
    assert pick(other) is None


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 1.0), (0.5, 5.0), (0.99, 10.0), (1.0, 10.0)]
)
def test_percentiles(share: float, value: float) -> None:
    """The smallest value that this share of them does not exceed."""
    assert percentile([10.0, *map(float, range(1, 10))], share) == value


def test_the_cost_is_the_difference() -> None:
    """Milliseconds of both ways, and what the router adds at the same percentile."""
    found = cost([0.010] * 99 + [0.050], [0.012] * 99 + [0.060], 3.0, 2.925)
    assert (found.direct_ms, found.routed_ms) == ((10.0, 10.0), (12.0, 12.0))
    assert found.added_ms == (2.0, 2.0)
    assert (found.own_invocations, found.extra_invocations) == (3.0, 2.92)


@pytest.mark.parametrize(
    ("fault", "found", "name", "text"),
    [
        (ALWAYS, BACK, "seconds_to_rollback", "7"),
        (ALWAYS, MIXED, "seconds_to_rollback", "never"),
        (GOOD, BACK, "seconds_to_rollback", "-"),
        (GOOD, BACK, "good_rolled_back", "1"),
        (GOOD, PROMOTED, "good_rolled_back", "0"),
        (ALWAYS, BACK, "good_rolled_back", "-"),
        (ALWAYS, MIXED, "mixed_chains", "1"),
        (ALWAYS, MIXED, "dlq", "3"),
    ],
)
def test_cells(fault: str, found: Any, name: str, text: str) -> None:
    """Each score of each screen is one cell."""
    assert cell(found, fault, name) == text


def test_the_file(tmp_path: Path) -> None:
    """It holds all figures of both screens, and says that the left one is a model."""
    path = tmp_path / "build" / "compare.json"
    report.write(told(), path)
    figures = json.loads(path.read_text("utf-8"))
    assert figures["left"]["model"] is True
    assert figures["left"]["assumptions"] == list(ASSUMPTIONS)
    assert figures["releases"][ALWAYS]["left"]["mixed_chains"] == 1
    assert figures["releases"][ALWAYS]["left_often"]["rolled_back"] == 0.3
    assert figures["releases"][ALWAYS]["right"]["seconds_to_rollback"] == 7.0
    assert figures["good_releases_rolled_back"] == {
        "left": {"share": 0.265, "of": 200},
        "right": {"rolled_back": 0, "of": 1, "bound": 0.05},
    }
    assert figures["cost"]["extra_invocations"] == 3.0
    assert figures["explained"]["order"] == "always-1"
    assert figures["broken"] == []


def test_what_is_shown() -> None:
    """Six scores, the assumptions, one message explained, and the cost."""
    out = io.StringIO()
    report.show(told(), Console(file=out, width=160))
    text = out.getvalue()
    for part in (*report.SCORES.values(), *ASSUMPTIONS, EXPLAINED.command):
        assert part in text
    assert "healed to stable" in text
    assert "30% of 20 were rolled back, 149 s after the first; 64 users failed" in text
    assert "extra invocations per order: 3.00" in text


def test_nothing_to_explain() -> None:
    """If no message failed on green and was saved, nothing is explained."""
    out = io.StringIO()
    report.show(told(explained=None), Console(file=out, width=160))
    assert "canary explain" not in out.getvalue()
