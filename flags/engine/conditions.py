"""Conditions as functions: made once for each flag, called for each evaluation.

Laws
1. Total: a type mismatch or a missing attribute is a non-match, never an error.
2. `negate` turns round the answer of a comparison, a missing attribute's too.
3. `key` is the targeting key and `now` the time of the evaluation, an argument.
4. An attribute of just that name comes first; else its dots are a path into objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flags.bucketing import hasher, limits
from flags.engine.identity import identity
from flags.engine.items import of_items
from flags.engine.json_value import PLAIN, json_value
from flags.engine.operators import MISSING, OPERATORS, Test, answer
from flags.hints import TYPE_CHECKING, Any, TypeAlias
from flags.model import Clause, Condition, Draw, InSegment, Items, Split

if TYPE_CHECKING:
    from flags.model import Ruleset, Segment

Attributes: TypeAlias = Mapping[str, Any]
# Of the targeting key, the attributes and the time, in seconds since the epoch.
Predicate: TypeAlias = Callable[[str | None, Attributes, float], Any]
Getter: TypeAlias = Callable[[str | None, Attributes, float], Any]
Identify: TypeAlias = Callable[[str | None, Attributes], str | None]


def predicate(rules: Ruleset, condition: Condition) -> Predicate:
    """The condition as a function; raises ValueError for a bad operand."""
    if isinstance(condition, Clause):
        return _clause(condition)
    if isinstance(condition, InSegment):
        return _turned(member(rules, condition.segment), negate=condition.negate)
    if isinstance(condition, Draw):
        return _drawn(condition)
    if isinstance(condition, Items):
        get, part = getter(condition.attribute), predicate(rules, condition.when)
        return of_items(get, condition.join, part, negate=condition.negate)
    parts = tuple(predicate(rules, part) for part in condition.members)
    if condition.join == "all":
        return _all(parts)
    return _turned(any_of(parts), negate=condition.join == "none")


def _drawn(draw: Draw) -> Predicate:
    """Whom nobody can hash is neither drawn nor, with `negate`, left out."""
    who, hash_of = identify(draw.by), hasher(draw.salt)
    (limit,) = limits(Split(ends=(draw.end,), variants=("",)))
    negate = draw.negate

    def holds(key: str | None, attributes: Attributes, _now: float) -> bool:
        found = who(key, attributes)
        return found is not None and (hash_of(found) < limit) is not negate

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


def _turned(part: Predicate, *, negate: bool) -> Predicate:
    if not negate:
        return part
    return lambda key, attributes, now: not part(key, attributes, now)


def _clause(clause: Clause) -> Predicate:
    test, name = OPERATORS[clause.operator](clause), clause.attribute
    if not _plain(name):
        get = getter(name)
        return _turned(
            lambda key, attributes, now: answer(test, get(key, attributes, now)),
            negate=clause.negate,
        )
    if _texts(clause):
        make = _one_of if clause.operator in {"equals", "in"} else _edge
        return _turned(make(clause), negate=clause.negate)
    return _turned(_of_attribute(name, test), negate=clause.negate)


def _of_attribute(name: str, test: Test) -> Predicate:
    """One call less than by way of a getter."""

    def holds(_key: str | None, attributes: Attributes, _now: float) -> bool | None:
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


def member(rules: Ruleset, name: str) -> Predicate:
    """Whether a segment holds somebody: included, else not excluded and by a rule."""
    segment: Segment = rules.segments[name]
    included, excluded = segment.included, segment.excluded
    who = identify(segment.by)
    if segment.by is None and not segment.rules:
        return lambda key, _attributes, _now: key in included
    by_rule = any_of(tuple(predicate(rules, rule) for rule in segment.rules))

    def holds(key: str | None, attributes: Attributes, now: float) -> bool:
        member = who(key, attributes)
        if member in included:
            return True
        return member not in excluded and by_rule(key, attributes, now)

    return holds
