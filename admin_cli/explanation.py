"""One decision, step by step, as data and as text.

The decision itself comes from the library; this only writes down the way to it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType

from admin_cli.output import inline, lines, table
from flags.engine import Step, evaluate
from flags.engine.ramping import split_at
from flags.model import Context, Decision, Flag, Ramp, Reason, Ruleset, Serve, Split
from flags.release import decide, is_newer
from flags.token import Carried, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

Data = dict[str, Any]


def explain(
    rules: Ruleset, name: str, context: Context, token: str | None, now: float
) -> Data:
    """Decide as a router would at `now`, and say how."""
    flag = rules.flags[name]
    carried, steps = _carried(rules, flag, token, now)
    walk: list[Step] = []
    decision = evaluate(rules, name, context, now, walk)
    if flag.release is not None:
        chosen = decide(rules, flag, context, carried, now)
        if chosen.reason in {Reason.CARRIED, Reason.HEALED}:
            decision, walk = chosen, []
    return {
        "flag": flag.name,
        "key": context.key,
        "attributes": dict(context.attributes),
        "at": datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z"),
        "steps": [_step(step) for step in (*steps, *walk)],
        "ranges": list(_ranges(_served(flag, decision), now)),
        "result": _result(flag, decision),
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
    if not flag.enabled:
        return carried, [_missed("the off switch comes first")]
    in_force = decide(rules, flag, Context(), carried, now).reason is Reason.CARRIED
    detail = f"{carried.variant} of version {carried.generation}; {_since(flag)}"
    if is_newer(flag, carried):
        detail += f"; newer than the rules, version {flag.version}: routers read again"
    if not in_force:
        detail += "; no longer in force, so healed to stable"
    return carried, [Step(what="carried", matched=in_force, detail=detail)]


def _since(flag: Flag) -> str:
    since = flag.release.since if flag.release else None
    return "no rollout is live" if since is None else f"rollout began at {since}"


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


def _result(flag: Flag, decision: Decision) -> Data:
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
        release=flag.name, variant=decision.variant, generation=decision.version
    )
    return result | {"role": role, "token": str(Token(members=(made,)))}
