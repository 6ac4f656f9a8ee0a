"""Carries out what a person does to a rollout, and says what has come of it.

Laws
1. An abort is made anew whatever others do meanwhile; the other moves give way.
2. What puts everyone on the other side at once is asked about before; an abort never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from admin_cli import changing, clock
from admin_cli.changing import Body, Move, Moved, salt
from admin_cli.clerk import Clerk
from admin_cli.rollouts.observing import release
from admin_cli.rollouts.versions import BOTH, Compared, Comparison, Roles
from flags.store.changes import Store
from flags.store.compiler import other
from rollouts.machine import by_hand, moves, phases, refusals, transitions
from rollouts.machine.rollout import Rollout, damaged
from rollouts.moves import stable

# Gives a client of an AWS service, by its name.
Client = Callable[[str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A move: what history calls it, and what it does to a body.

    `change` gets the name, the body, the time, who does it, and why.
    """

    event: str
    change: Callable[[str, Body, float, str, str], Body]
    insists: bool = False
    # In these phases the aliases of these roles are compared before, else `remedy`.
    phases: frozenset[str] = frozenset()
    roles: Roles = BOTH
    remedy: str = ""


def promoted(name: str, body: Body, now: float, by: str, *, full: bool = False) -> Body:
    """The promotion of a plan's step or of everyone, recorded without a plan too."""
    made = moves.promote(name, body, now=now, by=by, full=full)
    return by_hand.recorded(body, made, id=salt(), now=now, by=by)


_PROMOTED = frozenset({phases.DRAINING, phases.COMPLETED})
_LIVE = frozenset({phases.PENDING, phases.PROGRESSING, phases.BAKING, phases.PAUSED})
_ONWARD = "point it back first, or abort, and `canary deploy` what is to be rolled out"
PAUSE = Verb(
    event=phases.PAUSE,
    change=lambda name, body, now, by, _: moves.pause(name, body, now=now, by=by),
)
RESUME = Verb(
    event=phases.RESUME,
    change=lambda name, body, now, by, _: moves.resume(name, body, now=now, by=by),
    phases=_LIVE,
    remedy=_ONWARD,
)
APPROVE = Verb(
    event=phases.APPROVE,
    change=lambda name, body, now, by, _: moves.approve(name, body, now=now, by=by),
    phases=_LIVE,
    remedy=_ONWARD,
)
PROMOTE = Verb(
    event=phases.PROMOTE,
    change=lambda name, body, now, by, _: promoted(name, body, now, by),
    phases=_LIVE,
    remedy=_ONWARD,
)
PROMOTE_FULL = Verb(
    event=phases.PROMOTE,
    change=lambda name, body, now, by, _: promoted(name, body, now, by, full=True),
    phases=_LIVE,
    roles=("canary",),
    remedy=_ONWARD,
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
    phases=frozenset({phases.ABORTED}),
    remedy="`canary rollout start` starts a new one, of the versions that are there",
)
UNDO = Verb(
    event=phases.UNDO,
    change=lambda name, body, now, by, _: moves.undo(name, body, now=now, by=by),
    phases=_PROMOTED,
    roles=("stable",),
    remedy="point it back with `aws lambda update-alias`, then undo",
)


def compared(verb: Verb, body: Body, name: str, client: Client) -> Compared:
    """The versions that the move would lead to; raises `InvalidDocument`.

    Of a release that the move doesn't fit nothing is asked: the move says why.
    """
    rollout = None if damaged(body) else Rollout.of(body)
    unplanned = "weight" in body and (rollout is None or rollout.terminal)
    if unplanned and verb in {PROMOTE, PROMOTE_FULL} and not damaged(body):
        return found_now(name, body, client)
    if rollout is None or unplanned or rollout.phase not in verb.phases:
        return Compared()
    if not rollout.versions and verb not in {RETRY, UNDO}:
        return Compared()
    comparison = Comparison(name=name, client=client("lambda"), remedy=verb.remedy)
    return comparison.made(body, rollout, verb.roles)


def pinned(verb: Verb, versions: Mapping[str, str] | None) -> Verb:
    """The verb, which keeps these versions where the record has none."""

    def change(name: str, body: Body, now: float, by: str, why: str) -> Body:
        made = verb.change(name, body, now, by, why)
        rollout = Rollout.of(made)
        if rollout is None:
            return made
        return transitions.keep(made, transitions.pinned(rollout, versions))

    return replace(verb, change=change) if versions else verb


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


def found_now(name: str, body: Body, client: Client) -> Compared:
    """The versions that a promotion by hand is of; raises `InvalidDocument`."""
    remedy = "put that right, then promote, or abort"
    comparison = Comparison(name=name, client=client("lambda"), remedy=remedy)
    return comparison.current(body, stable(body))


def promotion(store: Store, name: str, *, full: bool) -> str | None:
    """What to ask before everyone goes to the canary; None if nobody does.

    Without a plan there are no steps to go by: any promotion is a full one.
    """
    body = release(store.load(), name).body
    rollout = Rollout.of(body)
    if "weight" not in body or (rollout and rollout.live and not full):
        return None
    return f"put everyone of {name} from {stable(body)} to {other(stable(body))} now"


def reversal(body: Body, name: str, seen: Compared) -> str | None:
    """The same before everyone goes back to the version before."""
    rollout = Rollout.of(body)
    if rollout is None or rollout.phase not in _PROMOTED:
        return None
    known = _at(rollout, "stable")
    told = f"; {', '.join(seen.notes)}" if seen.notes and not known else ""
    return (
        f"put everyone of {name} back from {rollout.canary}{_at(rollout, 'canary')} "
        f"to {rollout.stable}{known}{told}"
    )


def repetition(body: Body, name: str) -> str | None:
    """What to ask before a version that was judged, or taken back, is tried again.

    None if a person aborted the rollout while it was live.
    """
    rollout = Rollout.of(body)
    if rollout is None or rollout.phase != phases.ABORTED or "weight" in body:
        return None
    if rollout.why.startswith("aborted by "):
        return None
    return (
        f"run the plan of {name} again with {rollout.canary}"
        f"{_at(rollout, 'canary')}, which went back to stable: {rollout.why}"
    )


def _at(rollout: Rollout, role: str) -> str:
    version = (rollout.versions or {}).get(role)
    return f" (version {version})" if version else ""


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
