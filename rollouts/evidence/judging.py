"""The judge's state as an item, from one look to the next.

Laws
1. The state is read before the totals. So nobody compares new counts with old ones
   that are ahead of them, whoever else looks meanwhile.
2. A state is written only over the one that it was made from (`revision`).
3. A window is a minute old at most; a clock that is a minute ahead of ours counts as
   an old window, not as a young one.
4. When somebody looks depends on time and chance, never on who failed: else windows
   would end where the canary fails.
"""

from __future__ import annotations

from flags.record import Record
from rollouts.evidence.layout import EXPIRES, Change, Item, judge_key, number
from rollouts.judge.errors import InvalidEvidence
from rollouts.judge.settings import Settings
from rollouts.judge.state import State, begin, observe, renewed
from rollouts.judge.stored import dumps, loads
from rollouts.judge.tally import Tally

# Seconds after which a window is closed, however few were seen.
OVERDUE = 60.0


class Judged(Record):
    """The state as it was written last; the first `revision` is 1."""

    state: State
    revision: int
    judged_at: float


def read(item: Item | None) -> Judged | None:
    """The state in an item, None if there is none; raises `InvalidEvidence`."""
    if not item:
        return None
    try:
        text = item["state"]["S"]
        revision, judged_at = int(item["revision"]["N"]), float(item["judged_at"]["N"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidEvidence(f"a damaged item of the judge: {error!r}") from error
    return Judged(state=loads(text), revision=revision, judged_at=judged_at)


def elapsed(judged: Judged, now: float) -> float:
    """Seconds since the last window was looked at; many if the clocks disagree."""
    seconds = now - judged.judged_at
    return OVERDUE if seconds < -OVERDUE else max(0.0, seconds)


def judged(  # noqa: PLR0913 - what a look is made of
    before: Judged | None,
    settings: Settings,
    totals: Tally,
    now: float,
    *,
    overdue: bool = False,
    renew: bool = False,
) -> Judged | None:
    """The state after a look, None if it is what it was; raises `InvalidEvidence`.

    `settings` count for a first look only: after that the state has its own.
    """
    overdue = overdue or (before is not None and elapsed(before, now) >= OVERDUE)
    old = before.state if before else begin(settings)
    state = observe(old, totals, overdue=overdue)
    if renew:
        state = renewed(state)
    if before and state == old and not overdue:
        return None
    revision = before.revision + 1 if before else 1
    return Judged(state=state, revision=revision, judged_at=now)


def writing(release: str, since: int, made: Judged, expires_at: int) -> Change:
    """What writes a state over the one that it was made from."""
    values = {
        ":state": {"S": dumps(made.state)},
        ":revision": number(made.revision),
        ":at": number(made.judged_at),
        ":expires": number(expires_at),
    }
    condition = "attribute_not_exists(#revision)"
    if made.revision > 1:
        condition = "#revision = :before"
        values[":before"] = number(made.revision - 1)
    return Change(
        key=judge_key(release, since),
        expression=(
            "SET #state = :state, #revision = :revision, #at = :at, #expires = :expires"
        ),
        condition=condition,
        names={
            "#state": "state",
            "#revision": "revision",
            "#at": "judged_at",
            "#expires": EXPIRES,
        },
        values=values,
    )
