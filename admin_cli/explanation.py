"""One decision, step by step, as data and as text.

The decision itself comes from the library; this only writes down the way to it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType

from admin_cli.output import inline, lines, table
from flags.engine import Step, evaluate
from flags.errors import InvalidDocument, Problem
from flags.model import Context, Decision, Flag, Reason, Serve, Split
from flags.release import decide, is_newer
from flags.token import Carried, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

Data = dict[str, Any]


def explain(flag: Flag, context: Context, token: str | None) -> Data:
    """Decide as a router would, and say how."""
    carried, steps = _carried(flag, token)
    walk: list[Step] = []
    decision = evaluate(flag, context, walk)
    if flag.release is not None:
        chosen = decide(flag, context, carried)
        if chosen.reason in {Reason.CARRIED, Reason.HEALED}:
            decision, walk = chosen, []
    return {
        "flag": flag.name,
        "key": context.key,
        "attributes": dict(context.attributes),
        "steps": [_step(step) for step in (*steps, *walk)],
        "ranges": list(_ranges(_served(flag, decision))),
        "result": _result(flag, decision),
    }


def attributes(pairs: list[str]) -> dict[str, Any]:
    """`NAME=VALUE` pairs; raises `InvalidDocument` with all that are none."""
    problems = [
        Problem(path="--attribute", message=f"{pair!r} is not NAME=VALUE")
        for pair in pairs
        if not pair.partition("=")[0] or "=" not in pair
    ]
    if problems:
        raise InvalidDocument(problems)
    split = (pair.partition("=") for pair in pairs)
    return {name: _value(text) for name, _, text in split}


def text(explained: Data) -> RenderableType:
    """An explanation for people."""
    steps = (
        (number, step["step"], "yes" if step["matched"] else "no", step["detail"])
        for number, step in enumerate(explained["steps"], 1)
    )
    result = explained["result"]
    shown = [f"{name}: {inline(value)}" for name, value in result.items()]
    return Group(table(("#", "STEP", "MATCHED", "DETAIL"), steps), lines(["", *shown]))


def _carried(flag: Flag, text: str | None) -> tuple[Carried | None, list[Step]]:
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
    in_force = decide(flag, Context(), carried).reason is Reason.CARRIED
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


def _ranges(serve: Serve | None) -> Iterator[Data]:
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
    return result | {"role": role, "token": str(Token((made,)))}


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float | str) else text
