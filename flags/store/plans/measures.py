"""What the judge is asked to watch, out of a canonical plan.

The settings stand in the snapshot, where every byte is read at every cold start: what
the judge takes for granted is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flags.store.plans.durations import seconds

# What the judge does unless it is told otherwise; `rollouts.judge.Settings` says so.
USUAL = {"alpha": 0.05, "tolerance": 1.25, "floor_users": 5, "floor_share": 0.5}
# The hard floor looks at the first measure. Without errors that is latency, of which
# more than half may lie above a threshold in both versions: so many users never come.
_NO_FLOOR = 2**31


def watch_settings(plan: Mapping[str, Any]) -> dict[str, Any] | None:
    """The judge's settings for a canonical plan; None if nothing is to be judged.

    `measures` is always there: `errors` first, then latency's `slow:MILLISECONDS`.
    """
    guards = plan["guards"]
    errors = guards["errors"]
    slow = [f"slow:{round(seconds(text) * 1000)}" for text in guards["latency"]]
    measures = [group for group in (["errors"] if errors else [], slow) if group]
    if not measures:
        return None
    chosen: dict[str, Any] = {"floor_users": _NO_FLOOR}
    if errors:
        floor = errors["floor"]
        chosen = {name: errors[name] for name in ("alpha", "tolerance")}
        chosen |= {"floor_users": floor["users"], "floor_share": floor["share"] / 100}
    told = {name: value for name, value in chosen.items() if value != USUAL[name]}
    return {"measures": measures, **told}
