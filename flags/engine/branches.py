"""A flag as a list of branches: the first whose test holds says what is served."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flags.bucketing import bucket, owner
from flags.engine.conditions import Attributes, identify, predicate
from flags.engine.serving import Chooser, Outcome, always, chooser
from flags.engine.ternary import Predicate
from flags.hints import TYPE_CHECKING, TypeAlias
from flags.model import Condition, Flag, Gate, Reason, Requirement, Rule, Serve
from flags.record import Record

if TYPE_CHECKING:
    from flags.model import Ruleset

# Says what a test looked at: for explanations only.
Detail: TypeAlias = Callable[[str | None, Attributes, float], str]


class Branch(Record):
    """One test of the walk, and what is served if it holds.

    `what`, `detail` and `serves` are for its explanation.
    """

    what: str
    test: Predicate
    serve: Chooser
    detail: Condition | Detail | str
    serves: Serve | None = None


def branches(rules: Ruleset, flag: Flag) -> list[Branch]:
    """All branches in order; the last one's test always holds."""
    if not flag.enabled:
        off = always(Outcome(flag, flag.off, Reason.DISABLED))
        detail = "the flag is disabled"
        return [Branch(what="off switch", test=_anyone, serve=off, detail=detail)]
    found = [_requirement(rules, flag, item) for item in flag.requires]
    if flag.active is not None:
        found.append(_schedule(rules, flag, flag.active))
    found += [_gate(rules, flag, gate) for gate in flag.gates]
    found += _targets(flag)
    found += [_rule(rules, flag, rule) for rule in flag.rules]
    reason = Reason.DEFAULT if found else Reason.STATIC
    last = chooser(flag, flag.serve, reason, None)
    return [*found, _last(last, flag.serve)]


def _last(serve: Chooser, serves: Serve) -> Branch:
    return Branch(what="", test=_anyone, serve=serve, detail="", serves=serves)


def _anyone(_key: str | None, _attributes: Attributes, _now: float) -> bool:
    return True


def _requirement(rules: Ruleset, flag: Flag, required: Requirement) -> Branch:
    plan, wanted = rules.plans[required.flag], required.variants

    def unmet(key: str | None, attributes: Attributes, now: float) -> bool:
        return plan(key, attributes, now).variant not in wanted

    def detail(key: str | None, attributes: Attributes, now: float) -> str:
        served = plan(key, attributes, now).variant
        listed = " or ".join(sorted(wanted))
        return f"{required.flag} serves {served}, and has to serve {listed}"

    return Branch(
        what=f"requires {required.flag}",
        test=unmet,
        serve=always(Outcome(flag, flag.off, Reason.PREREQUISITE)),
        detail=detail,
    )


def _schedule(rules: Ruleset, flag: Flag, active: Condition) -> Branch:
    on = predicate(rules, active)
    return Branch(
        what="schedule",
        test=lambda key, attributes, now: not on(key, attributes, now),
        serve=always(Outcome(flag, flag.off, Reason.SCHEDULE)),
        detail=active,
    )


def _gate(rules: Ruleset, flag: Flag, gate: Gate) -> Branch:
    """Who has no identity to draw a slot by stays out."""
    group, slots = rules.groups[gate.group], gate.slots
    who = identify(group.split.by)

    def slot(key: str | None, attributes: Attributes) -> str | None:
        identity = who(key, attributes)
        if identity is None:
            return None
        return owner(group.split, bucket(group.salt, identity))

    def detail(key: str | None, attributes: Attributes, _now: float) -> str:
        drawn, listed = slot(key, attributes), " or ".join(map(repr, sorted(slots)))
        found = "nobody to draw for" if drawn is None else f"in slot {drawn!r}"
        return f"{found}; the flag has {listed}"

    return Branch(
        what=f"group {gate.group}",
        test=lambda key, attributes, _now: slot(key, attributes) not in slots,
        serve=always(Outcome(flag, flag.off, Reason.EXCLUDED)),
        detail=detail,
    )


def _targets(flag: Flag) -> Iterator[Branch]:
    if flag.targets:
        yield _named(flag, flag.targets, None)
    for kind, targets in flag.kinds.items():
        yield _named(flag, targets, kind)


def _named(flag: Flag, targets: Mapping[str, str], kind: str | None) -> Branch:
    what = "targets" if kind is None else f"targets.{kind}"
    who = identify(kind)
    ends = {
        variant: Outcome(flag, variant, Reason.TARGETING_MATCH, what)
        for variant in targets.values()
    }
    outcomes = {key: ends[variant] for key, variant in targets.items()}

    def detail(key: str | None, attributes: Attributes, _now: float) -> str:
        identity = who(key, attributes)
        if identity is None:
            return "nobody to look for"
        named = targets.get(identity)
        found = f"among {len(targets)} keys" if named is None else f"for {named}"
        return f"{identity!r} is {'not ' if named is None else ''}named {found}"

    return Branch(
        what=what,
        test=lambda key, attributes, _now: who(key, attributes) in outcomes,
        serve=lambda key, attributes, _now: outcomes[who(key, attributes) or ""],
        detail=detail,
    )


def _rule(rules: Ruleset, flag: Flag, rule: Rule) -> Branch:
    return Branch(
        what=rule.name,
        test=predicate(rules, rule.when),
        serve=chooser(flag, rule.serve, Reason.TARGETING_MATCH, rule.name),
        detail=rule.when,
        serves=rule.serve,
    )
