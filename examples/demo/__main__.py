"""`python -m examples.demo`: a whole deployment here, a rollout, and its figures."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from examples.demo import guide, report
from examples.demo.canary import CanaryError
from examples.demo.emulator import BUILD, EmulatorError
from examples.demo.ramp import STEPS, Ramp
from examples.demo.stack import StackError
from examples.demo.step import LATE, Crowd, Step
from examples.demo.traffic import RefusedError
from examples.demo.up import bring_up

FAILURES = (
    *(EmulatorError, StackError, CanaryError, RefusedError),
    # The emulator went away, or refuses.
    *(BotoCoreError, ClientError),
)
USERS = 2000
FEWEST = 100
RESULT = BUILD / "demo.json"
# Changes arrive at the routers within this many seconds. The template says 5; a
# demo of seven changes has no time for that.
REFRESH = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.demo", description=__doc__
    )
    parser.add_argument("--users", type=_users, default=USERS, help="how many come")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--up", action="store_true", help="only deploy, and leave it")
    what.add_argument("--down", action="store_true", help="end what --up left")
    asked = parser.parse_args(arguments)
    console = Console()
    # Otherwise a plain `kill` would leave the emulator behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if asked.up:
            return guide.up(console)
        if asked.down:
            return guide.down(console)
        return demo(console, asked.users)
    except FAILURES as error:
        console.print(f"demo: {error}", style="red", markup=False, soft_wrap=True)
        return 1


def demo(console: Console, users: int) -> int:
    """Deploy, drive the rollout, report, and stop everything."""
    began = time.monotonic()
    with _progress(console) as progress:
        task = progress.add_task("", total=Step.due(users) * STEPS + LATE)

        def say(text: str) -> None:
            progress.update(task, description=text)

        system = bring_up(say, refresh=REFRESH)
        deployed = time.monotonic()
        with system.emulator:
            crowd = Crowd.of(users)
            advance = partial(progress.advance, task)
            ramp = Ramp(system=system, crowd=crowd, say=say, progress=advance)
            story = ramp.run()
    report.write(story, RESULT)
    report.show(story, console)
    times = (deployed - began, time.monotonic() - deployed)
    console.print(
        f"deployed in {times[0]:.0f} s, driven in {times[1]:.0f} s, "
        f"rules read every {REFRESH} s (5 by default); figures in {RESULT}",
        soft_wrap=True,
    )
    laws = list(report.broken(story))
    for law in laws:
        console.print(f"broken: {law}", style="red", markup=False, soft_wrap=True)
    return 1 if laws else 0


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<32}"),
        BarColumn(bar_width=20),
        TextColumn("{task.completed:.0f} of {task.total:.0f} receipts"),
        TimeElapsedColumn(),
        console=console,
    )


def _users(text: str) -> int:
    number = int(text)
    # Fewer would come twice by one door within a step.
    if number < FEWEST:
        raise argparse.ArgumentTypeError(f"at least {FEWEST} users must come")
    return number


if __name__ == "__main__":
    sys.exit(main())
