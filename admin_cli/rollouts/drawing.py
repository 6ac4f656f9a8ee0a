"""Puts a rollout on the screen: once, or again and again.

Laws
1. A terminal is drawn over; a pipe gets a line for each change, and nothing else.
2. A line of JSON is a whole view.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.live import Live

from admin_cli.output import Format, Screen, as_yaml
from admin_cli.rollouts.tree import line, tree

View = Mapping[str, Any]
Draw = Callable[[View, bool], None]


@contextmanager
def drawing(screen: Screen, *, watch: bool) -> Iterator[Draw]:
    """What draws a view; it is told whether there is news in it."""
    console = screen.console()
    if not watch:
        yield lambda shown, _: screen.show(shown, lambda: tree(shown))
    elif screen.format is not Format.TABLE:
        yield lambda shown, new: _write(screen, _record(screen, shown)) if new else None
    elif not console.is_terminal:
        # Neither with NO_COLOR: what can't be styled can't be drawn over.
        yield lambda shown, new: _write(screen, f"{line(shown)}\n") if new else None
    else:
        with Live(console=console, auto_refresh=False) as live:
            yield lambda shown, _: live.update(tree(shown), refresh=True)


def _record(screen: Screen, shown: View) -> str:
    if screen.format is Format.YAML:
        return f"---\n{as_yaml(shown)}"
    return f"{json.dumps(shown, allow_nan=False)}\n"


def _write(screen: Screen, text: str) -> None:
    # Whoever waits at the other end of a pipe sees it at once.
    screen.out.write(text)
    screen.out.flush()
