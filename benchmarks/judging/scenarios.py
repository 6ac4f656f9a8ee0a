"""What is simulated: healthy canaries in hard circumstances, and faulty ones."""

from __future__ import annotations

from flags.record import Record
from rollouts.simulation import Cold, Fault, Incidents, Step, Traffic

HOUR = (Step(percent=10, minutes=60),)
RAMP = tuple(Step(percent=percent, minutes=15) for percent in (1, 5, 25, 50))
INCIDENTS = Incidents(every=20, lasts=4, errors=0.3)


class Scenario(Record):
    """A rollout to be played often."""

    traffic: Traffic
    fault: Fault = Fault()
    steps: tuple[Step, ...] = HOUR


# No difference between the versions, two requests a second, an error in 200.
HEALTHY = {
    "iid": Scenario(traffic=Traffic(rate=120)),
    # One user in fifty is broken everywhere, and tries four more times each time.
    "retrying_users": Scenario(
        traffic=Traffic(rate=120, users=2000, broken=0.02, retries=4)
    ),
    "shared_incidents": Scenario(traffic=Traffic(rate=120, incidents=INCIDENTS)),
    "ramp": Scenario(
        traffic=Traffic(rate=120, users=2000, incidents=INCIDENTS), steps=RAMP
    ),
    # A cold start is slow nine times in ten, and the canary has ten times as many.
    "cold_canary": Scenario(
        traffic=Traffic(
            rate=120, cold=Cold(stable=0.02, canary=0.2, slow_warm=0.01, slow_cold=0.9)
        )
    ),
    # Stable itself fails for so many in a hundred: no reason to blame the canary.
    **{
        f"base_{percent}": Scenario(traffic=Traffic(rate=120, errors=percent / 100))
        for percent in (5, 20, 30, 40)
    },
}
RATES = (20, 120, 600)
# Stable fails once in 200 requests; the canary once in 20, once in 10, nearly always.
FAULTS = {
    "tenfold": Fault(errors=0.045),
    "one_in_ten": Fault(errors=0.095),
    "outage": Fault(errors=0.9),
}
FAULTY = {
    (rate, name): Scenario(traffic=Traffic(rate=rate), fault=fault)
    for rate in RATES
    for name, fault in FAULTS.items()
}
