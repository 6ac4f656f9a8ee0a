"""How an attribute's value is compared: one entry in `OPERATORS` each.

Laws
1. Making a test may raise ValueError (a bad operand); the test itself never raises.
2. A test answers None for a value of another type than it compares, and for MISSING:
   no match, and `canary explain` says so. It answers `UNDECIDED` for a text or an array
   that is longer than it reads.
3. A boolean never equals a number, and 1 equals 1.0.
4. A value counts as the JSON value that it stands for (`flags.engine.json_value`), and
   JSON's null as missing.
5. A test takes about a millisecond at most, whatever the operand and the value.

Modules that cost time to import are imported when a flag first needs them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from math import isfinite, nan
from operator import ge, gt, le, lt

from flags.engine.json_value import PLAIN, json_value
from flags.engine.ternary import UNDECIDED, Undecided
from flags.hints import Any, TypeAlias
from flags.model import Clause

Answer: TypeAlias = bool | Undecided | None
Test: TypeAlias = Callable[[Any], Answer]

# What stands for the value of an attribute that isn't there.
MISSING = object()

# How many answers a costly test remembers, and how long the texts may be.
REMEMBERED = 256
SHORT = 64
# Characters of a text, times the texts that are looked for in it.
MAX_SEARCHED = 200_000

_ARRAYS = (list, tuple, set, frozenset)

# What reads all of a value, however long that is: no value is beyond them.
_UNLIMITED = frozenset(
    {
        "equals",
        "in",
        "starts_with",
        "ends_with",
        "greater_than",
        "greater_or_equal",
        "less_than",
        "less_or_equal",
        "in_network",
        "modulo",
        "exists",
    }
)


def limited(clause: Clause) -> bool:
    """Whether there are values for which the comparison is undecided."""
    return clause.operator not in _UNLIMITED or clause.read_as == "number"


def _up_to(longest: int, test: Test) -> Test:
    """The test, undecided for longer texts."""

    def bounded(value: Any) -> Answer:
        if isinstance(value, str) and len(value) > longest:
            return UNDECIDED
        return test(value)

    return bounded


def answer(test: Test, value: Any) -> Answer:
    """What a test says of a value, or of the JSON value that it stands for."""
    found = test(value)
    if found is None and value is not MISSING and type(value) not in PLAIN:
        return test(json_value(value))
    return found


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _scalars(operand: Any, *, ignore_case: bool) -> Test:
    """Whether a value is one of these; by type, since `True == 1` to Python."""
    items = operand if isinstance(operand, _ARRAYS) else [operand]
    booleans = {item for item in items if isinstance(item, bool)}
    numbers = frozenset(item for item in items if _number(item))
    texts = frozenset(item for item in items if isinstance(item, str))
    if ignore_case:
        texts = frozenset(text.casefold() for text in texts)

    def test(value: Any) -> bool | None:
        if isinstance(value, str):
            return (value.casefold() if ignore_case else value) in texts
        if isinstance(value, bool):
            return value in booleans
        return value in numbers if isinstance(value, int | float) else None

    return test


def _equality(clause: Clause) -> Test:
    test = _scalars(_listed([clause.operand]), ignore_case=clause.ignore_case)
    return _reading(clause, test)


def _membership(clause: Clause) -> Test:
    test = _scalars(_listed(clause.operand), ignore_case=clause.ignore_case)
    return _reading(clause, test)


def _listed(operand: Any) -> list[Any]:
    good = isinstance(operand, list)
    if not good or not all(isinstance(item, str | int | float) for item in operand):
        raise ValueError("give texts, numbers, true or false")
    return list(operand)


def _texts(operand: Any) -> tuple[str, ...]:
    items = operand if isinstance(operand, list) else [operand]
    if not items or not all(isinstance(item, str) for item in items):
        raise ValueError("give a text, or a list of texts")
    return tuple(items)


def _edge(clause: Clause) -> Test:
    """Whether a text starts or ends so."""
    wanted, at_start = _texts(clause.operand), clause.operator == "starts_with"
    holds = str.startswith if at_start else str.endswith
    if not clause.ignore_case:
        return lambda value: holds(value, wanted) if isinstance(value, str) else None
    folded = tuple(text.casefold() for text in wanted)
    # No character is lost when case is folded: what lies further in decides nothing.
    most = max(map(len, folded)) or 1
    part = slice(most) if at_start else slice(-most, None)
    return lambda value: (
        holds(value[part].casefold(), folded) if isinstance(value, str) else None
    )


def _containment(clause: Clause) -> Test:
    """Whether a text has one of these in it; each is looked for by itself."""
    wanted, fold = _texts(clause.operand), clause.ignore_case
    if fold:
        wanted = tuple(text.casefold() for text in wanted)

    def test(value: Any) -> Answer:
        if not isinstance(value, str):
            return None
        text = value.casefold() if fold else value
        return any(part in text for part in wanted)

    return _up_to(MAX_SEARCHED // len(wanted), test)


def _reading(clause: Clause, test: Test) -> Test:
    """The test, which with `as: number` takes a text for the number that it says."""
    if clause.read_as is None:
        return test
    if clause.read_as != "number":
        raise ValueError(f"can't be compared as {clause.read_as!r}; leave `as` out")
    return _up_to(
        SHORT,
        lambda value: test(_parsed(value) if isinstance(value, str) else value),
    )


def _parsed(text: str) -> int | float | None:
    """The number that a text says, in JSON's spelling; None if it says none."""
    digits = "0123456789"
    # JSON's reader takes spaces around a number, and words.
    if not text or text[0] not in "-" + digits:
        return None
    try:
        number: int | float = json.loads(text) if text[-1] in digits else nan
    except ValueError:
        return None
    return number if isfinite(number) else None


def _order(holds: Callable[[Any, Any], bool]) -> Callable[[Clause], Test]:
    def make(clause: Clause) -> Test:
        operand = clause.operand
        if clause.read_as == "text":
            if not isinstance(operand, str):
                raise ValueError("give a text, to compare as text")
            return lambda value: (
                holds(value, operand) if isinstance(value, str) else None
            )
        if not _number(operand):
            raise ValueError("give a number")

        def test(value: Any) -> bool | None:
            kind = type(value)  # twice as fast as isinstance, which bool would pass
            if kind is int or kind is float:
                return holds(value, operand)
            return None

        return _reading(clause, test)

    return make


def _array(clause: Clause) -> Test:
    from flags.engine.arrays import comparison  # noqa: PLC0415 - see above

    return comparison(
        clause.operator, _listed(clause.operand), ignore_case=clause.ignore_case
    )


def _modulo(clause: Clause) -> Test:
    operand = clause.operand if isinstance(clause.operand, dict) else {}
    parts = [operand.get(name) for name in ("divisor", "from", "to")]
    if any(isinstance(part, bool) or not isinstance(part, int) for part in parts):
        raise ValueError("give divisor, from and to as whole numbers")
    divisor, first, last = (int(part or 0) for part in parts)
    if not 0 <= first <= last < divisor:
        raise ValueError("give remainders with 0 <= from <= to < divisor")

    def test(value: Any) -> bool | None:
        # 3.0 is a whole number, as everywhere here; infinity is not.
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        return first <= value % divisor <= last

    return _reading(clause, test)


def _existence(clause: Clause) -> Test:
    wanted = clause.operand
    if not isinstance(wanted, bool):
        raise ValueError("give true or false")  # noqa: TRY004 - as all operands
    return lambda value: (value is not MISSING and value is not None) is wanted


def _remembered(test: Test) -> Test:
    """The test with its last answers: texts like versions come again and again."""
    remember = lru_cache(maxsize=REMEMBERED)(test)

    def quick(value: Any) -> Answer:
        # Short ones only: what is kept must not grow with what is sent.
        if type(value) is str and len(value) <= SHORT:
            return remember(value)
        return test(value)

    return quick


def _pattern(clause: Clause) -> Test:
    from flags.engine.regex import automaton  # noqa: PLC0415 - see above

    (pattern,) = _texts(clause.operand)[:1]
    found = automaton(pattern, ignore_case=clause.ignore_case)

    def test(value: Any) -> Answer:
        return found.search(value) if isinstance(value, str) else None

    return _remembered(_up_to(found.longest, test))


def _version(clause: Clause) -> Test:
    from flags.engine.semver import MAX_TEXT, comparison  # noqa: PLC0415 - see above

    (text,) = _texts(clause.operand)[:1]
    return _remembered(_up_to(MAX_TEXT, comparison(clause.operator, text)))


def _version_range(clause: Clause) -> Test:
    from flags.engine.semver import MAX_TEXT  # noqa: PLC0415 - see above
    from flags.engine.version_ranges import in_range  # noqa: PLC0415 - see above

    (text,) = _texts(clause.operand)[:1]
    return _remembered(_up_to(MAX_TEXT, in_range(text)))


def _time(clause: Clause) -> Test:
    from flags.engine import times  # noqa: PLC0415 - see above

    try:
        return _up_to(times.MAX_TEXT, _moment(clause))
    except times.UnknownZone:
        # Whoever wrote it had the zone. Better one comparison that never holds, turned
        # round or not, than all rules refused, where zone files are older.
        return lambda _value: UNDECIDED


def _moment(clause: Clause) -> Test:
    from flags.engine import times  # noqa: PLC0415 - see above

    if clause.operator == "weekday_in":
        return times.weekday_in(list(_texts(clause.operand)), clause.zone)
    if clause.operator == "time_between":
        return times.time_between(clause.operand, clause.zone)
    moment = times.before if clause.operator == "before" else times.after
    return moment(clause.operand)


def _network(clause: Clause) -> Test:
    from flags.engine.networks import in_networks  # noqa: PLC0415 - see above

    return in_networks(_texts(clause.operand))


OPERATORS: dict[str, Callable[[Clause], Test]] = {
    "equals": _equality,
    "in": _membership,
    "starts_with": _edge,
    "ends_with": _edge,
    "contains": _containment,
    "matches": _pattern,
    "greater_than": _order(gt),
    "greater_or_equal": _order(ge),
    "less_than": _order(lt),
    "less_or_equal": _order(le),
    "version_equals": _version,
    "version_greater_than": _version,
    "version_greater_or_equal": _version,
    "version_less_than": _version,
    "version_less_or_equal": _version,
    "version_in": _version_range,
    "before": _time,
    "after": _time,
    "weekday_in": _time,
    "time_between": _time,
    "in_network": _network,
    "has_any": _array,
    "has_all": _array,
    "has_none": _array,
    "modulo": _modulo,
    "exists": _existence,
}
