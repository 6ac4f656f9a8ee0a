"""A flag as a list of lines, each a few comparisons that all hold: Powertools' rules.

Laws
1. Exact or not at all: for each context the first line whose comparisons hold has the
   variant that the engine decides on, or `NotSayable` is raised.
2. No comparison is turned round. To Powertools an attribute that is missing fits
   nothing, neither `EQUALS` nor `NOT_EQUALS`; so "not" becomes an earlier line for
   those who fit, which ends as if the rule were not there.
3. What takes more lines than `MOST_LINES` is refused: they are tried one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from flags.model import (
    CALLER_DEFAULT,
    Clause,
    Condition,
    Draw,
    Flag,
    InSegment,
    Items,
    Ruleset,
    Serve,
    Split,
)
from flags.powertools.comparisons import (
    Comparison,
    NotSayable,
    clause_comparisons,
    identified,
    identity_in,
)

MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Line:
    """Those for whom all comparisons hold get the variant; `rule` says by what."""

    when: tuple[Comparison, ...]
    variant: str
    rule: str


# The last line has no comparisons.
Lines: TypeAlias = tuple[Line, ...]


def lines_of(rules: Ruleset, flag: Flag, within: tuple[str, ...] = ()) -> Lines:
    """All lines of a flag; `within` are the flags that require it."""
    if flag.gates:
        raise NotSayable(f"it is in the group {flag.gates[0].group}")
    off = _leaf(flag.off, "off")
    if not flag.enabled:
        return off
    found = _serve(flag, flag.serve, "everyone else")
    for rule in reversed(flag.rules):
        found = _test(rules, rule.when, _serve(flag, rule.serve, rule.name), found)
    for kind, targets in reversed(list(flag.kinds.items())):
        found = _targets(targets, kind, found)
    found = _targets(flag.targets, None, found)
    if flag.active is not None:
        found = _test(rules, flag.active, found, off)
    for required in reversed(flag.requires):
        other = _required(rules, required.flag, (*within, flag.name))
        kept, found = found, ()
        for line in reversed(other):
            end = kept if line.variant in required.variants else off
            found = _choose(line.when, end, found or end)
    return found


def _required(rules: Ruleset, name: str, within: tuple[str, ...]) -> Lines:
    if name not in rules.flags or name in within:
        raise NotSayable(f"it requires {name}, which can't be decided")
    try:
        return lines_of(rules, rules.flags[name], within)
    except NotSayable as error:
        raise NotSayable(f"it requires {name}: {error}") from error


def _leaf(variant: str, rule: str) -> Lines:
    if variant == CALLER_DEFAULT:
        raise NotSayable("it serves the caller's default")
    return (Line((), variant, rule),)


def _serve(flag: Flag, serve: Serve, rule: str) -> Lines:
    if isinstance(serve, str):
        return _leaf(serve, rule)
    if isinstance(serve, Split) and serve.by is None and len(set(serve.variants)) == 1:
        # All of them, but for those without a key.
        everyone = _leaf(serve.variants[0], rule)
        return _choose((identified(),), everyone, _leaf(flag.off, rule))
    raise NotSayable("it splits users by a hash")


def _targets(targets: Mapping[str, str], kind: str | None, otherwise: Lines) -> Lines:
    by_variant: dict[str, list[str]] = {}
    for key, variant in targets.items():
        by_variant.setdefault(variant, []).append(key)
    rule = "targets" if kind is None else f"targets.{kind}"
    for variant, keys in reversed(by_variant.items()):
        named = (identity_in(kind, keys),)
        otherwise = _choose(named, _leaf(variant, rule), otherwise)
    return otherwise


def _test(rules: Ruleset, condition: Condition, yes: Lines, no: Lines) -> Lines:
    """The lines of `yes` for whom the condition holds, and of `no` for the others."""
    if isinstance(condition, InSegment):
        if condition.negate:
            yes, no = no, yes
        return _segment(rules, condition.segment, yes, no)
    if isinstance(condition, Draw):
        raise NotSayable("it draws users by a hash")
    if isinstance(condition, Items):
        raise NotSayable("it looks at the items of an array")
    if isinstance(condition, Clause):
        absence = condition.operator == "exists" and condition.operand is False
        if condition.negate is not absence:
            yes, no = no, yes
        return _either(clause_comparisons(condition), yes, no)
    if condition.join == "all":
        for member in reversed(condition.members):
            yes = _test(rules, member, yes, no)
        # Without members `all` holds.
        return yes
    if condition.join == "none":
        yes, no = no, yes
    return _any(rules, condition.members, yes, no)


def _any(rules: Ruleset, members: Iterable[Any], yes: Lines, no: Lines) -> Lines:
    for member in reversed(tuple(members)):
        no = _test(rules, member, yes, no)
    return no


def _segment(rules: Ruleset, name: str, yes: Lines, no: Lines) -> Lines:
    segment = rules.segments.get(name)
    if segment is None:
        raise NotSayable(f"there is no segment {name}")
    found = _any(rules, segment.rules, yes, no)
    if segment.excluded and segment.rules:
        found = _choose((identity_in(segment.by, segment.excluded),), no, found)
    if segment.included:
        found = _choose((identity_in(segment.by, segment.included),), yes, found)
    return found


def _either(
    alternatives: Iterable[tuple[Comparison, ...]], yes: Lines, no: Lines
) -> Lines:
    for comparisons in reversed(tuple(alternatives)):
        no = _choose(comparisons, yes, no)
    return no


def _choose(when: tuple[Comparison, ...], yes: Lines, no: Lines) -> Lines:
    """`yes` for whom all these hold, else `no`."""
    if not when:
        return yes
    # Where `yes` goes on as `no` does, falling through is shorter.
    rest = len(yes) - len(no)
    head = yes[:rest] if rest >= 0 and yes[rest:] == no else yes
    if len(head) + len(no) > MOST_LINES:
        raise NotSayable(f"it takes more than {MOST_LINES} rules")
    return (*(Line(when + line.when, line.variant, line.rule) for line in head), *no)
