"""The two screens, side by side, for as long as a release runs.

On a terminal they are drawn anew again and again; elsewhere there is a line now and
then.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from examples.compare.replay import Replay
from examples.compare.services.orders import faults
from examples.compare.sightings import Glance, Story

MEANS = {
    faults.ALWAYS: "fails always",
    faults.SOME: "fails for three users in ten",
    faults.SLOW: "takes 1.5 s more",
    faults.GOOD: "is good",
}
LEFT, RIGHT = "weighted alias, SAM's alarms (a model)", "ours (on the emulator)"
STYLES = {"rolled back": "green", "promoted": "cyan", "under way": "yellow"}
WIDTH = 38
BAR = 24
# Seconds between two lines, where there is no terminal.
LINE = 10.0
# What is left of the left screen when the right one is done goes by in so many frames.
FRAMES, FRAME = 20, 0.1


class Screen:
    """Both screens of the releases of one fault; as a context manager, while it runs.

    The left one's clock is the right one's, from where its release begins.
    """

    def __init__(self, console: Console, fault: str, left: Story) -> None:
        self._console = console
        self._fault = fault
        self._replay = Replay(left)
        self._began: float | None = None
        self._told = float("-inf")
        self._right = Glance(
            at=0.0, state="before", weight=0.0, orders=0, users=0, on_green=0, failed=0
        )
        self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def look(self, right: Glance) -> None:
        """Show how the right one looks, and what the left one looked like then."""
        self._right = right
        if self._began is None and right.state != "before":
            self._began = right.at
        since = -1.0 if self._began is None else right.at - self._began
        self._show(self._replay.at(since), often=right.at - self._told >= LINE)

    def run_out(self) -> None:
        """Show the rest of the left one, much faster than it was."""
        start = self._right.at - (self._began or 0.0)
        rest = max(self._replay.end - start, 0.0)
        for frame in range(1, FRAMES + 1):
            glance = self._replay.at(start + rest * frame / FRAMES)
            self._show(glance, often=frame == FRAMES)
            if self._console.is_terminal:
                time.sleep(FRAME)

    def _show(self, left: Glance, *, often: bool) -> None:
        if self._console.is_terminal:
            self._live.update(pair(self._fault, left, self._right), refresh=True)
        elif often:
            self._told = self._right.at
            text = f"{self._fault:<6} | {line(left)} | {line(self._right)}"
            self._console.print(text, highlight=False, soft_wrap=True)


def pair(fault: str, left: Glance, right: Glance) -> Table:
    """Both screens at one moment."""
    table = Table(title=f"a new worker that {MEANS[fault]}", title_justify="left")
    table.add_column(LEFT, width=WIDTH)
    table.add_column(RIGHT, width=WIDTH)
    for one, other in zip(_lines(left), _lines(right), strict=True):
        table.add_row(one, other)
    return table


def line(glance: Glance) -> str:
    """One screen in a line."""
    return (
        f"{max(glance.at, 0):4.0f} s {glance.state:<11} {glance.weight:3.0f} % "
        f"{glance.orders:5} orders, {glance.failed:3} users failed"
    )


def _lines(glance: Glance) -> list[Text]:
    filled = round(glance.weight / 100 * BAR)
    bar = f"{'█' * filled}{'░' * (BAR - filled)} {glance.weight:.0f} %"
    return [
        Text(
            f"{glance.state}, {max(glance.at, 0):.0f} s", STYLES.get(glance.state, "")
        ),
        Text(bar, "green"),
        Text(f"{glance.orders} orders of {glance.users} users"),
        Text(f"{glance.on_green} users met green"),
        Text(f"{glance.failed} users failed on green", "red" if glance.failed else ""),
        Text(" ").join(map(_chain, glance.latest)),
    ]


def _chain(colours: Sequence[str]) -> Text:
    """What one order met, a letter for each service; red if not all alike."""
    mixed = len(set(colours)) > 1
    letters = "".join(colour[0].upper() for colour in colours)
    return Text(letters, "bold red" if mixed else colours[0])
