"""The answers to one person, session or tenant, out of one version of the rules.

Laws
1. An answer always comes: without rules, flag or value of the right type it is the
   default, and `details` says why.
2. One request, one version of the rules: what is bound sees no change. Only rules that
   raise in use give way, to the ones before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy

from flags.engine import evaluate
from flags.engine.identity import MAX_LENGTH, identity
from flags.hints import TYPE_CHECKING, Any, TypeVar
from flags.model import CALLER_DEFAULT, Context, Details, ErrorCode, Reason, Ruleset

if TYPE_CHECKING:
    from flags.client import Flags
    from flags.engine import Plan

T = TypeVar("T")
J = TypeVar("J", dict[str, Any], list[Any])


class Bound:
    """Flags for one context. Make one for each request: it never refreshes."""

    __slots__ = ("_attributes", "_client", "_key", "_now", "_plans", "_rules")

    def __init__(
        self,
        client: Flags,
        rules: Ruleset | None,
        key: str | None,
        attributes: Mapping[str, Any],
        now: float,
    ) -> None:
        self._client = client
        self._rules = rules
        self._plans: Mapping[str, Plan] = rules.plans if rules else {}
        # Written out: most keys are texts, and this is made for each request.
        good = type(key) is str and 0 < len(key) <= MAX_LENGTH
        self._key = key if good else identity(key)
        self._attributes = attributes
        self._now = now

    def boolean(self, name: str, /, default: bool) -> bool:  # noqa: FBT001 - a value
        """The value of a boolean flag."""
        # Not by way of `_value`, like the others: a call is a third of the cost here.
        try:
            value = self._plans[name](self._key, self._attributes, self._now).value
        except Exception:  # noqa: BLE001 - law 1
            value = self._value(name)
        return value if isinstance(value, bool) else default

    def string(self, name: str, /, default: str) -> str:
        """The value of a string flag."""
        value = self._value(name)
        return value if isinstance(value, str) else default

    def number(self, name: str, /, default: float) -> float:
        """The value of a number flag. A boolean is no number."""
        value = self._value(name)
        return value if kind(value) == "number" else default

    def json(self, name: str, /, default: J) -> J:
        """The value of a flag whose variants are JSON objects, or arrays."""
        value = self._value(name)
        if kind(value) != kind(default):
            return default
        try:
            # A copy: the rules are shared by all calls to come.
            return deepcopy(value)
        except RecursionError:
            return default

    def details(self, name: str, /, default: Any = None) -> Details:
        """The value with where it is from; without a default any type is right."""
        try:
            return self._attempt(lambda: self._details(name, default), name)
        except Exception as error:  # noqa: BLE001 - law 1
            return missing(name, default, ErrorCode.GENERAL, str(error))

    def _value(self, name: str) -> Any:
        """The value, or None."""
        try:
            return self._attempt(lambda: self._answer(name), name)
        except Exception:  # noqa: BLE001 - law 1
            return None

    def _answer(self, name: str) -> Any:
        return self._plans[name](self._key, self._attributes, self._now).value

    def _attempt(self, work: Callable[[], T], name: str) -> T:
        """Work; if the rules raise, once more, and then by the ones before them."""
        try:
            return work()
        except Exception as error:
            if not self._blames(error, name):
                raise
        try:
            return work()  # what happens once may be another thread's doing
        except Exception as error:
            if not self._client.condemn(error, self._rules):
                raise
        rules = self._rules = self._client.rules
        self._plans = rules.plans if rules else {}
        return work()

    def _blames(self, error: Exception, name: str) -> bool:
        """Whether it must be the rules that raised: all else is as it should be."""
        rules = self._rules
        if rules is None or isinstance(error, RecursionError | MemoryError):
            return False
        try:
            known = name in rules.flags
        except TypeError:  # an odd name
            return False
        return known and _plain(self._key, self._attributes)

    def _details(self, name: str, default: Any) -> Details:
        rules, problem = self._rules, self._client.problem
        if rules is None:
            why = problem or "the table holds no rules yet"
            return missing(name, default, ErrorCode.PROVIDER_NOT_READY, why)
        if name not in rules.flags:
            message = f"no flag is named {name!r}"
            return missing(name, default, ErrorCode.FLAG_NOT_FOUND, message)
        context = Context(key=self._key, attributes=self._attributes)
        found = evaluate(rules, name, context, self._now)
        caller = found.variant == CALLER_DEFAULT
        if not caller and default is not None and kind(default) != kind(found.value):
            message = f"{name} is of type {kind(found.value)}, not {kind(default)}"
            return missing(name, default, ErrorCode.TYPE_MISMATCH, message)
        return Details(
            flag=name,
            value=default if caller else deepcopy(found.value),
            variant=None if caller else found.variant,
            reason=Reason.STALE if problem else found.reason,
            rule=found.rule,
            bucket=found.bucket,
            version=found.version,
            stale=problem is not None,
            metadata=rules.flags[name].metadata,
        )


def _plain(key: object, attributes: Any) -> bool:
    """Whether a context is JSON: what is not may raise by itself when compared."""
    try:
        named = isinstance(attributes, Mapping) and isinstance(key, str | None)
        return named and _json(dict(attributes))
    except Exception:  # noqa: BLE001 - so it isn't
        return False


def _json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(k, str) and _json(v) for k, v in value.items())
    if isinstance(value, list):
        return all(_json(item) for item in value)
    return value is None or type(value) in {bool, int, float, str}


def missing(name: str, default: Any, error: ErrorCode, message: str) -> Details:
    """The default, and why."""
    return Details(
        flag=name, value=default, reason=Reason.ERROR, error=error, message=message
    )


def kind(value: Any) -> str:
    """The type of a flag's value, in JSON's words."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    kinds: dict[Any, str] = {str: "string", dict: "object", list: "array"}
    return kinds.get(type(value), "nothing")
