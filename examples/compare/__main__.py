"""`python -m examples.compare`: the same bug and the same traffic on two screens."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from examples.compare import laws, report, traffic
from examples.compare.dice import share_rolled_back
from examples.compare.often import often
from examples.compare.play import Comparison
from examples.compare.report import Story
from examples.compare.services.orders.faults import FAULTS
from examples.compare.stage import REFRESH, open_stage
from examples.demo.__main__ import FAILURES
from examples.demo.emulator import BUILD
from rollouts.judge import Settings

RESULT = BUILD / "compare.json"
SEED = 1
# Of a good version, on the left screen: each takes hundredths of a second.
DEPLOYMENTS = 200
# Of each version: these have all of their traffic.
REPEATED = 50
# The plan has the default.
ALPHA = Settings().alpha


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.compare", description=__doc__
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=FAULTS,
        help="what is wrong with the release; all of these, one after the other",
    )
    parser.add_argument("--seed", type=int, default=SEED, help="of traffic and dice")
    asked = parser.parse_args(arguments)
    console = Console()
    # Otherwise a plain `kill` would leave the emulator behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        # In this order: what is promoted is the last.
        faults = [fault for fault in FAULTS if fault in (asked.only or FAULTS)]
        return compare(console, faults, asked.seed)
    except (*FAILURES, TimeoutError) as error:
        console.print(f"compare: {error}", style="red", markup=False, soft_wrap=True)
        return 1


def compare(console: Console, faults: Sequence[str], seed: int) -> int:
    """Deploy, release one version after the other, report, and stop everything."""
    began = time.monotonic()
    with console.status("") as status:
        stage = open_stage(status.update)
    deployed = time.monotonic()
    with stage.system.emulator:
        comparison = Comparison(console=console, stage=stage, seed=seed)
        comparison.play(faults)
        with console.status("counting the cost"):
            cost = comparison.cost()
    times = (deployed - began, time.monotonic() - deployed)
    story = Story(
        releases=comparison.releases,
        often={fault: often(fault, REPEATED) for fault in faults},
        false_alarms=share_rolled_back(DEPLOYMENTS),
        deployments=DEPLOYMENTS,
        alpha=ALPHA,
        explained=comparison.explained,
        cost=cost,
        settings=_settings(seed, times),
    )
    return _tell(story, console)


def _tell(story: Story, console: Console) -> int:
    """All that was found, to the file and to whoever looks on; the exit code."""
    report.write(story, RESULT)
    report.show(story, console)
    console.print(
        f"\ndeployed in {story.settings['seconds_to_deploy']} s, played in "
        f"{story.settings['seconds']} s; figures in {RESULT}",
        soft_wrap=True,
    )
    lines = list(laws.broken(story.releases))
    for line in lines:
        console.print(f"broken: {line}", style="red", markup=False, soft_wrap=True)
    return 1 if lines else 0


def _settings(seed: int, times: tuple[float, float]) -> dict[str, Any]:
    return {
        "seed": seed,
        "orders_a_second": traffic.RATE,
        "users": traffic.USERS,
        "refresh_seconds": REFRESH,
        "seconds_to_deploy": round(times[0]),
        "seconds": round(times[1]),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    sys.exit(main())
