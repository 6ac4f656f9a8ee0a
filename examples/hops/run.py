"""One run: the weight is set, the parcels go, and every hop is judged."""

from __future__ import annotations

import time
from typing import Any

from examples.demo.canary import canary
from examples.hops import report
from examples.hops.drive import Drive, Journey, Progress
from examples.hops.judge import judge
from examples.hops.office import Office
from examples.hops.ways import CARRIERS, rounds, tours

RELEASE = "parcels"
FROM, TO = 30.0, 60.0
# Beyond the refresh time, for the requests under way.
MARGIN = 0.3


def run(
    office: Office,
    tour_count: int,
    round_count: int,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """All figures of so many parcels by every carrier, and in batches."""
    canary(office.system, "set-weight", RELEASE, f"{FROM:g}", "--reason", "hops")
    time.sleep(office.system.refresh + MARGIN)
    drive = Drive(
        office=office,
        tours=list(tours(tour_count)),
        rounds=list(rounds(round_count)),
        release=RELEASE,
        to_weight=TO,
        progress=progress,
    )
    journey = drive.run()
    parcels = [*drive.tours, *drive.rounds]
    verdict = judge(parcels, journey.receipts, _undecided(journey))
    settings = {
        "tours": tour_count,
        "rounds": round_count,
        "weights": [FROM, TO],
        "refresh_seconds": office.system.refresh,
        "retry_seconds": office.retry_seconds,
    }
    return report.summary(verdict, journey, settings)


def _undecided(journey: Journey) -> dict[str, int]:
    """At the routes that have a carrier's name; at the doors it is as it should be."""
    return {name: n for name, n in journey.undecided.items() if name in CARRIERS}
