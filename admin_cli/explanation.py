"""One decision, step by step, as data and as text.

The decision itself comes from the library; this only writes down the way to it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType

from admin_cli.output import inline, lines, table
from flags.aborts import is_marked, marked
from flags.engine import Step, evaluate
from flags.engine.ramping import split_at
from flags.lineage import stamped
from flags.model import Context, Decision, Flag, Ramp, Reason, Ruleset, Serve, Split
from flags.release import decide, is_newer, own
from flags.token import Carried, Seal, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

Data = dict[str, Any]
# Of decisions that came along with the request, instead of from the rules.
BROUGHT = frozenset({Reason.OVERRIDE, Reason.CARRIED, Reason.HEALED})


def explain(  # noqa: PLR0913 - what a router decides by
    rules: Ruleset,
    name: str,
    context: Context,
    token: str | None,
    now: float,
    *,
    marks: frozenset[str] = frozenset(),
) -> Data:
    """Decide as a router would at `now`, which has seen these abort marks; say how."""
    ended = _ended(rules.flags[name], marks)
    rules = marked(rules, marks)
    flag = rules.flags[name]
    carried, steps = _carried(rules, flag, token, now)
    walk: list[Step] = []
    decision = evaluate(rules, name, context, now, walk)
    if flag.release is not None:
        chosen = decide(rules, flag, context, carried, now)
        if chosen.reason in BROUGHT:
            decision, walk = chosen, []
    return {
        "flag": flag.name,
        "key": context.key,
        "attributes": dict(context.attributes),
        "at": _iso(now),
        "steps": [_step(step) for step in (*ended, *steps, *walk)],
        "ranges": list(_ranges(_served(flag, decision), now)),
        "result": _result(flag, decision, carried, rules.lineage),
    }


def text(explained: Data) -> RenderableType:
    """An explanation for people."""
    steps = (
        (number, step["step"], "yes" if step["matched"] else "no", step["detail"])
        for number, step in enumerate(explained["steps"], 1)
    )
    result = explained["result"]
    shown = [f"{name}: {inline(value)}" for name, value in result.items()]
    return Group(table(("#", "STEP", "MATCHED", "DETAIL"), steps), lines(["", *shown]))


def _ended(flag: Flag, marks: frozenset[str]) -> list[Step]:
    if not is_marked(flag, marks):
        return []
    detail = f"{_since(flag)}; aborted by a router, not yet settled"
    return [Step(what="aborted", matched=True, detail=detail)]


def _carried(
    rules: Ruleset, flag: Flag, text: str | None, now: float
) -> tuple[Carried | None, list[Step]]:
    if text is None:
        return None, []
    if flag.release is None:
        return None, [_missed("not a release, so nothing is carried about it")]
    token = Token.parse(text)
    if token is None:
        return None, [_missed("malformed, so read as absent")]
    carried = token.get(flag.name)
    if carried is None:
        return None, [_missed(f"names no decision about {flag.name}")]
    step = _brought(rules, flag, carried, now)
    dropped = step.what == "override" and not step.matched
    newer = is_newer(flag, carried, rules.lineage)
    return None if dropped or newer else carried, [step]


def _brought(rules: Ruleset, flag: Flag, carried: Carried, now: float) -> Step:
    if not flag.enabled:
        return _missed("the off switch comes first")
    if carried.seal is not None:
        return _override(flag, carried, carried.seal, now)
    return _decision(rules, flag, carried, now)


def _decision(rules: Ruleset, flag: Flag, carried: Carried, now: float) -> Step:
    made = own(carried, rules.lineage)
    if made is None:
        return _missed("made by another table's rules, so nobody's")
    newer = is_newer(flag, carried, rules.lineage)
    decision = decide(rules, flag, Context(), carried, now)
    in_force = decision.reason is Reason.CARRIED and not newer
    detail = f"{made.variant} of version {made.generation}; {_since(flag)}"
    if newer:
        detail += f"; newer than the rules, version {flag.version}, so nobody's"
    elif not in_force:
        detail += "; no longer in force, so healed to stable"
    return Step(what="carried", matched=in_force, detail=detail)


def _override(flag: Flag, carried: Carried, seal: Seal, now: float) -> Step:
    detail = f"{carried.variant} until {_iso(seal.expires)}; "
    if seal.expires <= now:
        missed = "over, so routers drop it"
    elif carried.variant not in flag.variants:
        missed = "the release has no such variant, so it is read as absent"
    else:
        detail += "taken as verified: `canary token check` looks at the seal"
        return Step(what="override", matched=True, detail=detail)
    return Step(what="override", matched=False, detail=detail + missed)


def _since(flag: Flag) -> str:
    since = flag.release.since if flag.release else None
    return "no rollout is live" if since is None else f"rollout began at {since}"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _missed(detail: str) -> Step:
    return Step(what="carried", matched=False, detail=detail)


def _step(step: Step) -> Data:
    return {"step": step.what, "matched": step.matched, "detail": step.detail}


def _served(flag: Flag, decision: Decision) -> Serve | None:
    """What was served to this decision, if its bucket mattered."""
    if decision.bucket is None:
        return None
    for rule in flag.rules:
        if rule.name == decision.rule:
            return rule.serve
    return flag.serve


def _ranges(serve: Serve | None, now: float) -> Iterator[Data]:
    serve = split_at(serve, now) if isinstance(serve, Ramp) else serve
    if isinstance(serve, Split):
        starts = (0, *serve.ends[:-1])
        for start, end, name in zip(starts, serve.ends, serve.variants, strict=True):
            yield {"from": start, "to": end - 1, "variant": name}


def _result(
    flag: Flag, decision: Decision, carried: Carried | None, lineage: int
) -> Data:
    result: Data = {
        "variant": decision.variant,
        "value": decision.value,
        "reason": decision.reason.value,
        "rule": decision.rule,
        "bucket": decision.bucket,
        "version": decision.version,
    }
    if flag.release is None:
        return result
    role = "stable" if decision.variant == flag.release.stable else "canary"
    made = Carried(
        release=flag.name,
        variant=decision.variant,
        generation=stamped(decision.version, lineage),
    )
    if carried is not None and decision.reason is Reason.OVERRIDE:
        made = carried
    return result | {"role": role, "token": str(Token(members=(made,)))}
