"""What people can't do with a rollout now, in words that name what they can do."""

from __future__ import annotations

from flags.errors import InvalidDocument, NoRollout, Problem
from rollouts.machine import phases
from rollouts.machine.rollout import END, GATE, Body, Rollout, damaged, iso
from rollouts.machine.transitions import over


def refused(name: str, message: str) -> InvalidDocument:
    """The error about a release's rollout."""
    return InvalidDocument([Problem(path=f"flags.{name}.rollout", message=message)])


def unreadable(name: str) -> InvalidDocument:
    """The error about a record that says nothing."""
    return refused(
        name, f"it can't be read; `canary rollout abort {name}` goes back to stable"
    )


def where(rollout: Rollout) -> str:
    """Phase and step, as messages tell them."""
    if not rollout.live:
        return rollout.phase
    cause = f" ({rollout.paused.cause})" if rollout.paused else ""
    return f"{rollout.phase}{cause} at {rollout.plan.words(rollout.step)}"


def live(name: str, body: Body, verb: str) -> Rollout:
    """The live rollout; raises `NoRollout`, or `InvalidDocument` about damage."""
    if damaged(body):
        raise unreadable(name)
    rollout = Rollout.of(body)
    if rollout and rollout.live:
        return rollout
    begin = f"start one with `canary rollout start {name}`"
    if rollout and rollout.phase in {phases.DRAINING, phases.COMPLETED}:
        begin = f"it is promoted; `canary rollout undo {name}` takes that back"
    if rollout and rollout.phase == phases.ABORTED:
        begin = f"it was aborted; `canary rollout retry {name}` runs the plan again"
    msg = f"{name} has no live rollout to {verb}: {begin}"
    raise NoRollout(msg)


def busy(name: str, body: Body, *, replace: bool) -> None:
    """Raises `InvalidDocument` if a rollout runs that isn't to be replaced."""
    rollout = Rollout.of(body)
    if replace or not ("weight" in body or (rollout and not rollout.terminal)):
        return
    instead = "replace it with --replace"
    ended = f"end it with `canary rollout abort {name}`, or {instead}"
    if rollout and rollout.live:
        raise refused(name, f"one runs already, {where(rollout)}; {ended}")
    if rollout and rollout.phase == phases.DRAINING:
        message = (
            f"{rollout.stable} drains until {iso(over(rollout))}, so that it can be "
            f"gone back to; wait, or {instead}"
        )
        raise refused(name, message)
    if damaged(body):
        raise unreadable(name)
    message = f"the canary has a weight without a plan, {body['weight']} %; {ended}"
    raise refused(name, message)


def planned(name: str, body: Body) -> None:
    """Raises `InvalidDocument` if a plan runs, which says when the canary is stable."""
    rollout = Rollout.of(body)
    if rollout and rollout.live:
        message = (
            f"its plan runs, {where(rollout)}; `canary rollout promote {name}` goes "
            "one step on, and with --full to everyone"
        )
        raise refused(name, message)


def disabled(name: str, body: Body, verb: str) -> None:
    """Raises `InvalidDocument` if the kill switch makes a rollout pointless."""
    if not body.get("enabled", True):
        message = f"disabled, so everyone stays on stable; enable it, then {verb}"
        raise InvalidDocument([Problem(path=f"flags.{name}.enabled", message=message)])


def not_paused(name: str, rollout: Rollout) -> InvalidDocument:
    """There is nothing to resume."""
    return refused(
        name,
        f"not paused but {where(rollout)}, so it goes on by itself; "
        f"`canary rollout status {name}` shows it",
    )


def waiting(name: str, rollout: Rollout) -> InvalidDocument | None:
    """What a paused rollout waits for, if resuming it is not what helps."""
    cause = rollout.paused.cause if rollout.paused else None
    if cause == GATE:
        return refused(
            name,
            f"{where(rollout)}: it waits for `canary rollout approve {name}`; "
            f"`canary rollout abort {name}` goes back to stable",
        )
    if cause == END:
        return refused(
            name,
            f"the plan ends here, at {rollout.exposure.weight:g} %: "
            f"`canary rollout promote {name} --full` makes it stable, "
            f"`canary rollout abort {name}` goes back",
        )
    return None


def no_gate(name: str, rollout: Rollout) -> InvalidDocument:
    """There is nothing to approve."""
    wanted = f"`canary rollout promote {name}` goes on to the next step"
    if rollout.phase == phases.PAUSED:
        wanted = f"`canary rollout resume {name}` lets it go on"
    message = f"{where(rollout)}, so no gate waits for approval; {wanted}"
    return refused(name, message)


def no_approver(name: str, by: str, approvers: tuple[str, ...]) -> InvalidDocument:
    """Somebody else must approve."""
    message = f"{by} may not approve here; ask {' or '.join(approvers)}"
    return refused(name, message)


def not_begun(name: str) -> InvalidDocument:
    """A step can't be skipped before the first."""
    return refused(
        name,
        "pending: the controller enters the first step within a minute; wait for that, "
        f"or end it with `canary rollout abort {name}`",
    )


def not_aborted(name: str, rollout: Rollout | None, body: Body) -> InvalidDocument:
    """There is nothing to retry."""
    if damaged(body):
        return unreadable(name)
    if "weight" in body:
        return refused(name, f"one is live; end it with `canary rollout abort {name}`")
    found = f"the last one is {rollout.phase}" if rollout else "there was none"
    message = f"only an aborted one can be retried, and {found}"
    return refused(name, f"{message}; `canary rollout start {name}` starts one")


def no_plan(name: str) -> InvalidDocument:
    """What was promoted by hand had no plan that could be run again."""
    message = "the last promotion was by hand, so there is no plan to run again"
    return refused(name, f"{message}; `canary rollout start {name}` starts one")


def not_promoted(name: str, rollout: Rollout | None, body: Body) -> NoRollout:
    """There is nothing to undo."""
    if "weight" in body:
        hint = f"one is live; `canary rollout abort {name}` goes back to stable"
    elif damaged(body):
        hint = f"it can't be read; see `canary history {name}`"
    else:
        found = f"the last one is {rollout.phase}" if rollout else "there was none"
        hint = f"{found}; `canary history {name}` shows what changed"
    return NoRollout(f"{name} has no promotion to undo: {hint}")


def moved_on(name: str, rollout: Rollout, verb: str) -> InvalidDocument:
    """The colours have been swapped since."""
    return refused(
        name,
        f"the stable colour was changed after rollout {rollout.id}, so there is "
        f"nothing to {verb}; `canary rollout start {name}` starts a new one",
    )


def set_weight(name: str, body: Body, percent: float) -> InvalidDocument | None:
    """Why the weight can't be set by hand, if a plan is in charge of it."""
    rollout = Rollout.of(body)
    if damaged(body) and "weight" in body:
        return unreadable(name)
    if rollout is None or rollout.terminal:
        return None
    if rollout.phase == phases.DRAINING:
        return refused(
            name,
            f"{rollout.stable} drains until {iso(over(rollout))}; wait, or "
            f"`canary rollout undo {name}` goes back to it",
        )
    if rollout.phase != phases.PAUSED:
        return refused(
            name,
            f"its plan sets the weight, {where(rollout)}; first "
            f"`canary rollout pause {name}`, or `canary rollout abort {name}`",
        )
    planned = rollout.exposure.weight
    # A body may be anything here: what is no percentage is refused by the schema.
    if percent > planned:
        return refused(
            name,
            f"{percent:g} % is above the plan's {planned:g} % so far; lower it only, "
            f"or `canary rollout promote {name}` goes on to the next step",
        )
    return None
