"""What the demo says at its end: a table, a file, and the laws that were broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from examples.demo import laws
from examples.demo.ramp import Story


def broken(story: Story) -> Iterator[str]:
    """A line for each law that does not hold."""
    for share in story.shares:
        second = story.second_opinions.get(share.asked, share)
        if not share.holds() and not second.holds():
            yield f"share: {share.asked:g} % asked, {share.seen:.2f} % seen"
    if flipped := laws.flips(story.steps):
        yield f"no flip: {_some(flipped)} left green on the way up"
    if stayed := laws.left(story.after_abort):
        yield f"abort: {_some(stayed)} still on green afterwards"
    if green := story.late.count(laws.GREEN):
        yield f"abort: {green} messages decided before it still ran on green"
    if story.torn:
        yield f"one colour: {_some(story.torn)} got two colours in one step"
    if story.refused:
        yield f"answers: {story.refused} HTTP requests were not answered with 200"
    for carrier, count in laws.tally(story.hops).items():
        if count.honoured < count.made:
            lost = sum(h.ran is None for h in story.hops if h.carrier == carrier)
            missed = count.made - count.honoured
            yield f"hops: {missed} of {count.made} by {carrier} failed, {lost} lost"


def _some(users: set[str]) -> str:
    named = ", ".join(sorted(users)[:3])
    return f"{len(users)} users ({named}{', ...' if len(users) > 3 else ''})"  # noqa: PLR2004


def summary(story: Story) -> dict[str, Any]:
    """The figures, as JSON."""
    counts = laws.tally(story.hops)
    return {
        "users": story.users,
        "requests": story.requests,
        "flips_up": len(laws.flips(story.steps)),
        "left_after_abort": len(laws.left(story.after_abort)),
        "share": [
            {"asked": share.asked, "seen": round(share.seen, 3)}
            for share in story.shares
        ],
        "second_opinions": {
            f"{asked:g}": round(share.seen, 3)
            for asked, share in story.second_opinions.items()
        },
        "two_colours": len(story.torn),
        "late_messages": {
            "made": len(story.late),
            "healed": len(story.late) - story.late.count(laws.GREEN),
        },
        "hops": {
            carrier: {"made": count.made, "honoured": count.honoured}
            for carrier, count in counts.items()
        },
        "broken": list(broken(story)),
    }


def write(story: Story, path: Path) -> None:
    """Write the figures to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(summary(story), indent=2) + "\n")


def show(story: Story, console: Console) -> None:
    """Print the figures."""
    figures = summary(story)
    table = Table(title="The shop's rollout", show_header=False)
    table.add_row("users", str(story.users))
    table.add_row("requests and messages sent", str(story.requests))
    for share in story.shares:
        second = story.second_opinions.get(share.asked)
        more = f"; as many others: {second.seen:.2f} %" if second else ""
        seen = f"{share.seen:.2f} % seen{more}"
        table.add_row(f"share: {share.asked:g} % asked", seen)
    table.add_row("flipped on the way up", str(figures["flips_up"]))
    table.add_row("left on green after the abort", str(figures["left_after_abort"]))
    late = figures["late_messages"]
    healed = f"{late['healed']} of {late['made']} on stable"
    table.add_row("decided before the abort, run after it", healed)
    for carrier, count in figures["hops"].items():
        honoured = f"{count['honoured']} of {count['made']} honoured"
        table.add_row(f"hops by {carrier}", honoured)
    console.print(table)
