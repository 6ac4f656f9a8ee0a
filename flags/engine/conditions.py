"""Conditions as functions: made once for each flag, called for each evaluation.

Laws
1. Total: a type mismatch or a missing attribute is a non-match, never an error.
2. `negate` turns round the answer of a comparison, a missing attribute's too, but for
   what can't be decided (`flags.engine.ternary`).
3. `key` is the targeting key and `now` the time of the evaluation, an argument.
4. An attribute of just that name comes first; else its dots are a path into objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flags.bucketing import hasher, limits
from flags.engine import ternary
from flags.engine.identity import identity
from flags.engine.items import of_items
from flags.engine.json_value import PLAIN, json_value
from flags.engine.operators import MISSING, OPERATORS, Test, answer, limited
from flags.engine.ternary import UNDECIDED, Predicate
from flags.hints import TYPE_CHECKING, Any, TypeAlias
from flags.model import Clause, Condition, Draw, Group, InSegment, Items, Split

if TYPE_CHECKING:
    from flags.model import Ruleset, Segment

Attributes: TypeAlias = Mapping[str, Any]
Getter: TypeAlias = Callable[[str | None, Attributes, float], Any]
Identify: TypeAlias = Callable[[str | None, Attributes], str | None]


def predicate(
    rules: Ruleset, condition: Condition, *, exact: bool = False
) -> Predicate:
    """The condition as a function; raises ValueError for a bad operand.

    An exact one tells what is undecided from what doesn't hold. Only what turns a
    condition round needs that, and it costs time.
    """
    if isinstance(condition, Clause):
        return _clause(condition)
    if isinstance(condition, InSegment):
        exact = exact or (condition.negate and doubtful(rules, condition))
        part = member(rules, condition.segment, exact=exact)
        return _turned(part, exact=exact) if condition.negate else part
    if isinstance(condition, Draw):
        return _drawn(condition)
    if isinstance(condition, Items):
        get, part = (
            getter(condition.attribute),
            predicate(rules, condition.when, exact=True),
        )
        return of_items(get, condition.join, part, negate=condition.negate)
    return _joined(rules, condition, exact=exact)


def _joined(rules: Ruleset, group: Group, *, exact: bool) -> Predicate:
    none = group.join == "none"
    exact = exact or (none and doubtful(rules, group))
    parts = tuple(predicate(rules, part, exact=exact) for part in group.members)
    if group.join == "all":
        return ternary.all_of(parts) if exact else _all(parts)
    part = ternary.any_of(parts) if exact else any_of(parts)
    return _turned(part, exact=exact) if none else part


def doubtful(rules: Ruleset, condition: Condition) -> bool:
    """Whether there are values for which the condition is undecided."""
    if isinstance(condition, Clause):
        return limited(condition)
    if isinstance(condition, InSegment):
        parts = rules.segments[condition.segment].rules
    elif isinstance(condition, Group):
        parts = condition.members
    else:
        return True
    return any(doubtful(rules, part) for part in parts)


def _drawn(draw: Draw) -> Predicate:
    """Where there is nobody to hash it is undecided."""
    who, hash_of = identify(draw.by), hasher(draw.salt)
    (limit,) = limits(Split(ends=(draw.end,), variants=("",)))
    negate = draw.negate

    def holds(key: str | None, attributes: Attributes, _now: float) -> Any:
        found = who(key, attributes)
        if found is None:
            return UNDECIDED
        return (hash_of(found) < limit) is not negate

    return holds


def any_of(parts: tuple[Predicate, ...]) -> Predicate:
    """Whether one of them holds."""

    def holds(key: str | None, attributes: Attributes, now: float) -> bool:
        for part in parts:  # noqa: SIM110 - `any` would make a generator each time
            if part(key, attributes, now):
                return True
        return False

    return holds


def _all(parts: tuple[Predicate, ...]) -> Predicate:
    def holds(key: str | None, attributes: Attributes, now: float) -> bool:
        for part in parts:  # noqa: SIM110 - as above
            if not part(key, attributes, now):
                return False
        return True

    return holds


def _turned(part: Predicate, *, exact: bool) -> Predicate:
    if exact:
        return ternary.turned(part)
    return lambda key, attributes, now: not part(key, attributes, now)


def _clause(clause: Clause) -> Predicate:
    part = _compared(clause)
    return _turned(part, exact=limited(clause)) if clause.negate else part


def _compared(clause: Clause) -> Predicate:
    test, name = OPERATORS[clause.operator](clause), clause.attribute
    if not _plain(name):
        get = getter(name)
        return lambda key, attributes, now: answer(test, get(key, attributes, now))
    if _texts(clause):
        return (_one_of if clause.operator in {"equals", "in"} else _edge)(clause)
    return _of_attribute(name, test)


def _of_attribute(name: str, test: Test) -> Predicate:
    """One call less than by way of a getter."""

    def holds(_key: str | None, attributes: Attributes, _now: float) -> Any:
        value = attributes.get(name, MISSING)
        found = test(value)
        return found if found is not None else answer(test, value)

    return holds


def _plain(attribute: str) -> bool:
    return attribute not in {"key", "now"} and "." not in attribute


def _texts(clause: Clause) -> bool:
    """The most frequent comparisons: with one text, or with several."""
    if clause.operator not in {"equals", "in", "starts_with", "ends_with"}:
        return False
    return not clause.ignore_case and all(isinstance(x, str) for x in _listed(clause))


def _listed(clause: Clause) -> list[Any]:
    return clause.operand if isinstance(clause.operand, list) else [clause.operand]


def _one_of(clause: Clause) -> Predicate:
    """As the operators do it, at a third of the cost."""
    name = clause.attribute
    texts = frozenset(_listed(clause))

    def holds(_key: str | None, attributes: Attributes, _now: float) -> bool:
        value = attributes.get(name)
        try:
            if value in texts:
                return True
        except TypeError:  # a list or an object, which has no hash
            pass
        return type(value) not in PLAIN and json_value(value) in texts

    return holds


def _edge(clause: Clause) -> Predicate:
    """As the operators do it, at half of the cost."""
    name, texts = clause.attribute, tuple(_listed(clause))
    if clause.operator == "starts_with":

        def starts(_key: str | None, attributes: Attributes, _now: float) -> bool:
            value = attributes.get(name)
            if type(value) not in PLAIN:
                value = json_value(value)
            return isinstance(value, str) and value.startswith(texts)

        return starts

    def ends(_key: str | None, attributes: Attributes, _now: float) -> bool:
        value = attributes.get(name)
        if type(value) not in PLAIN:
            value = json_value(value)
        return isinstance(value, str) and value.endswith(texts)

    return ends


def getter(attribute: str) -> Getter:
    """Where an attribute's value comes from; MISSING if it isn't there."""
    if attribute == "key":
        return lambda key, _attributes, _now: MISSING if key is None else key
    if attribute == "now":
        return lambda _key, _attributes, now: now
    if _plain(attribute):
        return lambda _key, attributes, _now: attributes.get(attribute, MISSING)
    return lambda _key, attributes, _now: _follow(attributes, attribute)


def _follow(attributes: Attributes, path: str) -> Any:
    if path in attributes:
        return attributes[path]
    found: Any = attributes
    for part in path.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return MISSING
        found = found[part]
    return found


def identify(by: str | None) -> Identify:
    """Whose identity is hashed or looked up: the targeting key's, or an attribute's."""
    if by is None or by == "key":
        return lambda key, _attributes: identity(key)
    get = getter(by)
    return lambda key, attributes: identity(get(key, attributes, 0.0))


def member(rules: Ruleset, name: str, *, exact: bool = False) -> Predicate:
    """Whether a segment holds somebody: included, else not excluded and by a rule."""
    segment: Segment = rules.segments[name]
    included, excluded = segment.included, segment.excluded
    who = identify(segment.by)
    if segment.by is None and not segment.rules:
        return lambda key, _attributes, _now: key in included
    parts = tuple(predicate(rules, rule, exact=exact) for rule in segment.rules)
    by_rule = ternary.any_of(parts) if exact else any_of(parts)

    def holds(key: str | None, attributes: Attributes, now: float) -> Any:
        member = who(key, attributes)
        if member in included:
            return True
        return member not in excluded and by_rule(key, attributes, now)

    return holds
