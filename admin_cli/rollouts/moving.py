"""Carries out what a person does to a rollout, and says what has come of it.

Laws
1. An abort is made anew whatever others do meanwhile; the other moves give way.
2. What puts everyone on the other side at once is asked about before; an abort never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from admin_cli import changing, clock
from admin_cli.changing import Body, Move, Moved, salt
from admin_cli.clerk import Clerk
from admin_cli.rollouts.observing import release
from flags.store.changes import Store
from flags.store.compiler import other
from rollouts.machine import moves, phases, refusals
from rollouts.machine.rollout import Rollout
from rollouts.moves import stable


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A move: what history calls it, and what it does to a body.

    `change` gets the name, the body, the time, who does it, and why.
    """

    event: str
    change: Callable[[str, Body, float, str, str], Body]
    insists: bool = False


PAUSE = Verb(
    event=phases.PAUSE,
    change=lambda name, body, now, by, _: moves.pause(name, body, now=now, by=by),
)
RESUME = Verb(
    event=phases.RESUME,
    change=lambda name, body, now, by, _: moves.resume(name, body, now=now, by=by),
)
APPROVE = Verb(
    event=phases.APPROVE,
    change=lambda name, body, now, by, _: moves.approve(name, body, now=now, by=by),
)
PROMOTE = Verb(
    event=phases.PROMOTE,
    change=lambda name, body, now, by, _: moves.promote(name, body, now=now, by=by),
)
PROMOTE_FULL = Verb(
    event=phases.PROMOTE,
    change=lambda name, body, now, by, _: moves.promote(
        name, body, now=now, by=by, full=True
    ),
)
ABORT = Verb(
    event=phases.ABORT,
    change=lambda name, body, now, by, why: moves.abort(
        name, body, now=now, why=f"aborted by {by}" + (f": {why}" if why else "")
    ),
    insists=True,
)
RETRY = Verb(
    event=phases.RETRY,
    change=lambda name, body, now, by, _: moves.retry(
        name, body, id=salt(), now=now, by=by
    ),
)
UNDO = Verb(
    event=phases.UNDO,
    change=lambda name, body, now, by, _: moves.undo(name, body, now=now, by=by),
)


def carry_out(clerk: Clerk, verb: Verb, name: str, if_version: int | None) -> Moved:
    """Make the move, signed by the clerk's person."""
    signature = clerk.signature

    def change(body: Body) -> Body:
        now = clock.now().timestamp()
        return verb.change(name, body, now, signature.author, signature.reason)

    move = Move(
        name=name,
        action=phases.action(verb.event),
        change=change,
        if_version=if_version,
    )
    attempt = partial(changing.carry_out, clerk.store, signature, move)
    return changing.insist(attempt) if verb.insists else attempt()


def promotion(store: Store, name: str, *, full: bool) -> str | None:
    """What to ask before everyone goes to the canary; None if nobody does.

    Without a plan there are no steps to go by: any promotion is a full one.
    """
    body = release(store.load(), name).body
    rollout = Rollout.of(body)
    if "weight" not in body or (rollout and rollout.live and not full):
        return None
    return f"put everyone of {name} from {stable(body)} to {other(stable(body))} now"


def reversal(store: Store, name: str) -> str | None:
    """The same before everyone goes back to the version before."""
    rollout = Rollout.of(release(store.load(), name).body)
    if rollout is None or rollout.phase not in _PROMOTED:
        return None
    return f"put everyone of {name} back from {rollout.canary} to {rollout.stable}"


_PROMOTED = {phases.DRAINING, phases.COMPLETED}


def words(verb: Verb, name: str, moved: Moved) -> Iterator[str]:
    """What there is to say of it."""
    now = stable(moved.body)
    if not moved.entries:
        yield _nothing(verb, name, moved.body, now)
        return
    rollout = Rollout.of(moved.body)
    if rollout is not None:
        yield f"{name}: {rollout.why}"


def _nothing(verb: Verb, name: str, body: Body, colour: str) -> str:
    rollout = Rollout.of(body)
    if verb is ABORT or rollout is None:
        return f"{name} has no live rollout; everyone is on {colour} already"
    return f"{name} is {refusals.where(rollout)} already; nothing changed"
