"""What the controller saw, as it tells the machine. Plain data, put together by I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# Of alarms, as CloudWatch calls them (there is INSUFFICIENT_DATA as well).
OK: Final = "OK"
ALARM: Final = "ALARM"
# Of checks. A check without a result is unknown: it has not answered yet.
PASSED: Final = "passed"
FAILED: Final = "failed"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One look at the world, at `now` (seconds since the epoch).

    `verdict` is the judge's word (REGRESSED, PROVEN, INCONCLUSIVE) and `words` its
    reason; None if there is none, or the evidence can't be read. `counted` is how many
    subjects of the canary and of stable the verdict is about. `suspect` is what the
    share check says when routing looks wrong. `alarms` are states by name, of those in
    the plan; a name that is not in it doesn't exist, and None means that CloudWatch
    gave no answer. `checks` are results by `plan.Check.key`. `stable_missing` and
    `canary_missing` are aliases in that role which don't exist (`shop:green`);
    `stable_moved` and `canary_moved` say in words which run something else than the
    rollout is about, and `unsettled` what is to be seen once more before anybody goes
    on. `versions` are those that the aliases name, for a rollout that has none yet.
    `marked` is whether a sentinel has aborted. `weight` is the one that routers read,
    if looked at.
    """

    now: float
    verdict: str | None = None
    words: str = ""
    suspect: str | None = None
    alarms: Mapping[str, str] | None = field(default_factory=dict)
    checks: Mapping[str, str] = field(default_factory=dict)
    stable_missing: tuple[str, ...] = ()
    canary_missing: tuple[str, ...] = ()
    stable_moved: tuple[str, ...] = ()
    canary_moved: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    versions: Mapping[str, str] | None = None
    counted: tuple[int, int] | None = None
    marked: bool = False
    weight: float | None = None
