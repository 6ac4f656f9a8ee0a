"""From a flag and a context to a decision.

Laws
1. Total and pure: no I/O, no clock, no dice; a valid flag never raises.
2. The first thing that matches wins: off switch, prerequisites, schedule, groups,
   named targets, rules in order, then what is served to everyone else.
3. One walk: an explanation calls the same tests that an answer comes from.

A flag becomes a plan, a function made of functions, when it is first asked for. Every
end that a walk can come to is made beforehand, so an evaluation creates nothing.
"""

from __future__ import annotations

from flags.engine.branches import Branch, branches
from flags.engine.identity import identity
from flags.engine.serving import Chooser, Outcome
from flags.hints import TYPE_CHECKING, TypeAlias
from flags.model import Context, Decision
from flags.record import Record

if TYPE_CHECKING:
    from flags.engine.conditions import Attributes
    from flags.model import Ruleset

Plan: TypeAlias = Chooser


class Step(Record):
    """One step of the walk through a flag, for `canary explain`."""

    what: str
    matched: bool
    detail: str


class Plans(dict[str, Plan]):
    """The plans of a ruleset by flag. Looking up an unknown flag raises KeyError.

    A flag that can't be planned (a bad operand, a missing segment) raises ValueError
    or KeyError too: the rules that hold it are to be refused.
    """

    def __init__(self, rules: Ruleset) -> None:
        super().__init__()
        self._rules = rules

    def __missing__(self, name: str) -> Plan:
        flag = self._rules.flags[name]
        plan = self[name] = _plan(branches(self._rules, flag))
        return plan


def _plan(all_branches: list[Branch]) -> Plan:
    *others, last = all_branches
    if not others:
        return last.serve
    pairs = tuple((branch.test, branch.serve) for branch in others)
    otherwise = last.serve

    def plan(key: str | None, attributes: Attributes, now: float) -> Outcome:
        for test, serve in pairs:
            if test(key, attributes, now):
                return serve(key, attributes, now)
        return otherwise(key, attributes, now)

    return plan


def evaluate(
    rules: Ruleset,
    name: str,
    context: Context,
    now: float,
    trace: list[Step] | None = None,
) -> Decision:
    """Decide at `now`, seconds since the epoch; raises KeyError for an unknown flag.

    With `trace`, note down every step of the way.
    """
    context = Context(key=identity(context.key), attributes=context.attributes)
    if trace is not None:
        trace += _walk(rules, name, context, now)
    outcome = rules.plans[name](context.key, context.attributes, now)
    draw = outcome.draw
    return Decision(
        flag=name,
        variant=outcome.variant,
        value=outcome.value,
        reason=outcome.reason,
        version=rules.flags[name].version,
        rule=outcome.rule,
        bucket=draw(context.key, context.attributes) if draw else None,
    )


def _walk(rules: Ruleset, name: str, context: Context, now: float) -> list[Step]:
    from flags.engine.wording import told, told_end  # noqa: PLC0415 - for people only

    found: list[Step] = []
    for branch in branches(rules, rules.flags[name]):
        matched = bool(branch.test(context.key, context.attributes, now))
        if branch.what:
            detail = told(rules, branch, context, now)
            found.append(Step(what=branch.what, matched=matched, detail=detail))
        if matched:
            outcome = branch.serve(context.key, context.attributes, now)
            if end := told_end(branch, outcome, context):
                found.append(Step(what=end[0], matched=end[1], detail=end[2]))
            break
    return found
