"""What is said in the end: the scores, one message, the cost, and a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from examples.compare import laws
from examples.compare.cost import Cost
from examples.compare.dice import ASSUMPTIONS
from examples.compare.laws import Release
from examples.compare.message import Explained
from examples.compare.often import Often
from examples.compare.score import Score
from examples.compare.screen import LEFT, MEANS, RIGHT
from examples.compare.services.orders.faults import GOOD
from examples.compare.stage import CONDITIONS

# By the names that they have in the file.
SCORES = {
    "mixed_chains": "chains that mixed versions",
    "users_both": "users who saw both",
    "users_failed": "users who failed",
    "dlq": "messages in the DLQ",
    "seconds_to_rollback": "seconds to rollback",
    "good_rolled_back": "good releases rolled back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that was found out; `often` has the left screen of each fault, repeated.

    `false_alarms` is the share of so many `deployments` of a good version that the
    left screen's alarms take back. `alpha` is the bound that the judge of the right
    one has for the same.
    """

    releases: Sequence[Release]
    often: Mapping[str, Often]
    false_alarms: float
    deployments: int
    alpha: float
    explained: Explained | None
    cost: Cost
    settings: Mapping[str, Any]


def summary(story: Story) -> dict[str, Any]:
    """The figures, as JSON."""
    good = [release for release in story.releases if release.fault == GOOD]
    return {
        "left": {"what": LEFT, "model": True, "assumptions": list(ASSUMPTIONS)},
        "right": {"what": RIGHT, "model": False, "conditions": list(CONDITIONS)},
        "releases": {
            it.fault: _release(it, story.often[it.fault]) for it in story.releases
        },
        "good_releases_rolled_back": {
            "left": {"share": story.false_alarms, "of": story.deployments},
            "right": {
                "rolled_back": sum(it.ours.rolled_back for it in good),
                "of": len(good),
                "bound": story.alpha,
            },
        },
        "explained": asdict(story.explained) if story.explained else None,
        "cost": asdict(story.cost),
        "settings": dict(story.settings),
        "broken": list(laws.broken(story.releases)),
    }


def _release(release: Release, often: Often) -> dict[str, Any]:
    notes = {
        name: getattr(release, name) for name in ("why", "refused", "lost", "held")
    }
    return {
        "means": f"a worker that {MEANS[release.fault]}",
        "left": asdict(release.dice),
        "left_often": asdict(often),
        "right": asdict(release.ours) | notes,
    }


def write(story: Story, path: Path) -> None:
    """Write the figures to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(summary(story), indent=2) + "\n")


def show(story: Story, console: Console) -> None:
    """Print the figures: what the screens come to, one message, and the cost."""
    console.print(_scores(story))
    texts = [*_repeated(story), _beside(story), *_notes()]
    if story.explained:
        texts += ["", told(story.explained)]
    texts += ["", price(story.cost)]
    console.print("\n".join(texts), highlight=False, markup=False, soft_wrap=True)


def _repeated(story: Story) -> Iterator[str]:
    yield "left, again and again, each with other dice and other orders:"
    for fault, often in story.often.items():
        seconds = often.seconds_to_rollback
        after = "" if seconds is None else f", {seconds:.0f} s after the first"
        yield (
            f"- {fault}: {often.rolled_back:.0%} of {often.deployments} were rolled "
            f"back{after}; {often.users_failed:.0f} users failed, "
            f"{often.mixed_share:.0%} of the chains were mixed (medians)"
        )


def _beside(story: Story) -> str:
    healed = sum(release.ours.healed for release in story.releases)
    moved = sum(release.ours.users_moved for release in story.releases)
    return (
        f"left: alarms take {story.false_alarms:.0%} of {story.deployments} modelled "
        f"deployments of a good version back; right: the judge's bound is "
        f"{story.alpha:.0%}\n"
        f"right: {healed} orders that began on green were finished by blue after a "
        f"rollback; {moved} users met both versions because a step or a rollback moved "
        "them"
    )


def _notes() -> Iterator[str]:
    yield "\nThe left screen is a model:"
    yield from (f"- {assumption}" for assumption in ASSUMPTIONS)
    yield "The right one really ran:"
    yield from (f"- {condition}" for condition in CONDITIONS)


def _scores(story: Story) -> Table:
    table = Table(title="left, a model / right, ours", box=SIMPLE_HEAD)
    table.add_column("the new worker", no_wrap=True)
    for release in story.releases:
        table.add_column(release.fault, justify="right", no_wrap=True)
    for name, text in SCORES.items():
        cells = [
            f"{cell(release.dice, release.fault, name)} / "
            f"{cell(release.ours, release.fault, name)}"
            for release in story.releases
        ]
        table.add_row(text, *cells)
    orders = [f"{it.dice.orders} / {it.ours.orders}" for it in story.releases]
    table.add_row("of orders", *orders)
    users = [f"{it.dice.users} / {it.ours.users}" for it in story.releases]
    table.add_row("of users", *users)
    return table


def cell(score: Score, fault: str, name: str) -> str:
    """One figure, as the table has it."""
    if name == "good_rolled_back":
        return str(int(score.rolled_back)) if fault == GOOD else "-"
    if name != "seconds_to_rollback":
        return str(getattr(score, name))
    if fault == GOOD:
        return "-"
    if not score.rolled_back:
        return "never"
    return f"{score.seconds_to_rollback or 0:.0f}"


def told(explained: Explained) -> str:
    """One message of the run, and what the command line says of it."""
    means = MEANS[explained.fault]
    whose = f"order {explained.order} of {explained.user}"
    lines = [
        f"One message, when the worker was one that {means}: {whose}",
        *(f"  {line}" for line in explained.ran),
        f"$ {explained.command}",
        explained.answer,
    ]
    return "\n".join(lines)


def price(cost: Cost) -> str:
    """Our own cost, in words."""
    added, direct, routed = cost.added_ms, cost.direct_ms, cost.routed_ms
    return (
        "What ours costs, measured here while a rollout was watched:\n"
        f"  added to a request: p50 {added[0]:.1f} ms, p99 {added[1]:.1f} ms "
        f"(straight {direct[0]:.1f} and {direct[1]:.1f}, through the router "
        f"{routed[0]:.1f} and {routed[1]:.1f}; {cost.requests} each)\n"
        f"  extra invocations per order: {cost.extra_invocations:.2f}, beside "
        f"{cost.own_invocations:.2f} of the functions themselves "
        f"({cost.orders} orders); weighted aliases add none\n"
        "  most of those milliseconds are the emulator's, for one more invocation; "
        "docs/benchmarks.md has the router by itself"
    )
