"""All that is known of a rollout at one moment, for those who decide and who watch."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flags.record import Record
from rollouts.judge.share import Share
from rollouts.judge.state import State
from rollouts.judge.tally import NOTHING, Tally

_NOTHING: Mapping[str, Latency] = MappingProxyType({})
_NOBODY: Mapping[float, Drawn] = MappingProxyType({})
_NONE: Mapping[str, int] = MappingProxyType({})


class Latency(Record):
    """How long targets took to answer, in milliseconds; estimates, some 10 % off."""

    calls: int
    p50: float
    p99: float


class Drawn(Record):
    """How many users the split drew for either version."""

    canary: int = 0
    stable: int = 0


class Look(Record):
    """What stood in the table.

    `state` is the judge's, None if nobody has looked yet; `totals` may be ahead of it.
    `share` is None if no newcomers were counted. `latency` is by colour: "canary" and
    "stable". `weights` says whom the split drew, by the weight in per cent, each user
    once in a window. `containers` reported within the last half hour. `judged_at` is
    when the state was last written, in seconds since the epoch. `errors` counts users
    who failed on the canary by the type of the error, the most frequent first.
    """

    state: State | None = None
    totals: Tally = NOTHING
    share: Share | None = None
    latency: Mapping[str, Latency] = _NOTHING
    weights: Mapping[float, Drawn] = _NOBODY
    containers: int = 0
    judged_at: float | None = None
    errors: Mapping[str, int] = _NONE
