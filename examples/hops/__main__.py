"""`python -m examples.hops`: thousands of hops by every carrier, and their figures."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence

from rich.console import Console

from examples.demo.__main__ import FAILURES, REFRESH
from examples.demo.emulator import BUILD
from examples.demo.up import bring_up
from examples.hops import report
from examples.hops.office import SERVICES, open_office
from examples.hops.run import run

TOURS, ROUNDS = 150, 1150
RESULT = BUILD / "hops.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.hops", description=__doc__
    )
    parser.add_argument("--tours", type=int, default=TOURS, help="by every carrier")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="in batches")
    asked = parser.parse_args(arguments)
    console = Console()
    # Otherwise a plain `kill` would leave the emulator behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return hops(console, asked.tours, asked.rounds)
    except FAILURES as error:
        console.print(f"hops: {error}", style="red", markup=False, soft_wrap=True)
        return 1


def hops(console: Console, tour_count: int, round_count: int) -> int:
    """Deploy, send the parcels, judge every hop, and stop everything."""
    began = time.monotonic()
    with console.status("") as status:
        system = bring_up(
            status.update, refresh=REFRESH, build=BUILD / "hops", more=SERVICES
        )
        with system.emulator:
            status.update("sam deploy: parcels")
            office = open_office(system)
            deployed = time.monotonic()
            status.update(f"{tour_count + round_count:,} parcels on their way")
            figures = run(office, tour_count, round_count)
    ended = time.monotonic()
    figures["settings"] |= {
        "seconds_to_deploy": round(deployed - began),
        "seconds": round(ended - deployed),
    }
    report.write(figures, RESULT)
    report.show(figures, console)
    console.print(
        f"deployed in {deployed - began:.0f} s, driven in {ended - deployed:.0f} s; "
        f"figures in {RESULT}",
        soft_wrap=True,
    )
    for line in figures["broken"]:
        console.print(f"broken: {line}", style="red", markup=False, soft_wrap=True)
    return 1 if figures["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
