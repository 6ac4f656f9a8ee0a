"""All that the judge knows of a rollout: small, immutable, and JSON between two looks.

Laws
1. A window is what was counted since the last one. It is never reopened: what arrives
   late is in the next one.
2. The same totals twice change nothing, so a look may be repeated or made by two.
3. When a window is closed depends on who was seen, never on who failed: windows that
   end where the canary fails would make a good one look bad.
4. One step with many windows ends where many steps with one end.
5. What was reached stays reached: the greatest evidence and a floor that was hit.
"""

from __future__ import annotations

from collections.abc import Iterable

from flags.record import Record, replace
from rollouts.judge import floor as floors
from rollouts.judge import process as processes
from rollouts.judge import settings as choices
from rollouts.judge import tally as tallies
from rollouts.judge.process import Process
from rollouts.judge.settings import Settings
from rollouts.judge.tally import NOTHING, Count, Tally

# A window with a single canary subject can hardly tell anything.
FEWEST = 2


class State(Record):
    """`counted` is everything so far, `peak` the greatest log E that ever was.

    `alone` is the evidence of windows with nobody on stable, `floor` whether that alone
    was ever enough.
    """

    settings: Settings
    processes: tuple[Process, ...]
    counted: Tally = NOTHING
    peak: float = 0.0
    floor: bool = False
    alone: Process = floors.started()


def begin(settings: Settings | None = None) -> State:
    """Before the first window; raises `InvalidEvidence` for settings that can't be."""
    settings = choices.checked(settings or Settings())
    fresh = processes.started(settings)
    return State(settings=settings, processes=(fresh,) * len(settings.names))


def advance(state: State, windows: Iterable[Tally]) -> State:
    """After these windows, in this order; raises `InvalidEvidence` for a bad one."""
    names = state.settings.names
    for window in [tallies.checked(window, names) for window in windows]:
        state = _advanced(state, window, tallies.plus(state.counted, window))
    return state


def observe(state: State, totals: Tally, *, overdue: bool = False) -> State:
    """After a look at the totals since the rollout began.

    What came since the last window becomes one as soon as it is full, or `overdue`: a
    minute old, say, or before a weight changes. Until then the state stays as it is.
    """
    tallies.checked(totals, state.settings.names)
    window = tallies.minus(totals, state.counted)
    tallies.checked(window, state.settings.names)
    if overdue or _full(window, state.settings):
        return _advanced(state, window, totals)
    return state


def renewed(state: State) -> State:
    """For a new step: health must be proven anew; the case against goes on."""
    anew = tuple(replace(process, proof=0.0) for process in state.processes)
    return replace(state, processes=anew)


def evidence(state: State) -> float:
    """The logarithm of E now: that of the comparison, and a part of the floor's."""
    settings = state.settings
    failed = first(state.counted, settings).canary_failed
    return floors.joined(_compared(state), state.alone, failed, settings.floor_users)


def proof(state: State) -> float:
    """The logarithm of the proof of health: the least that any measure has."""
    return min(process.proof for process in state.processes)


def first(tally: Tally, settings: Settings) -> Count:
    """What the first measure counted, all strata together."""
    return tallies.together(tally.counts.get(settings.measures[0][0], {}))


def _compared(state: State) -> float:
    """The logarithm of the mean within each group, then over the groups."""
    logs = iter([processes.evidence(process) for process in state.processes])
    groups = [[next(logs) for _ in group] for group in state.settings.measures]
    return processes.log_mean([processes.log_mean(group) for group in groups])


def _advanced(state: State, window: Tally, counted: Tally) -> State:
    settings = state.settings
    after = tuple(
        processes.taken(process, window.counts.get(name, {}).values(), settings)
        for name, process in zip(settings.names, state.processes, strict=True)
    )
    alone = floors.taken(
        state.alone,
        first(state.counted, settings),
        first(window, settings),
        settings.floor_share,
    )
    failed = first(counted, settings).canary_failed
    made = replace(
        state,
        processes=after,
        alone=alone,
        counted=counted,
        floor=state.floor or floors.hit(alone, failed, settings),
    )
    return replace(made, peak=max(state.peak, evidence(made)))


def _full(window: Tally, settings: Settings) -> bool:
    count = first(window, settings)
    if not count.stable:
        # Nobody to wait for: at a weight of 100 an outage must not last a minute.
        return count.canary >= settings.window
    subjects = count.canary + count.stable
    return subjects >= settings.window and min(count.canary, count.stable) >= FEWEST
