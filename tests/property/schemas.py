"""Documents drawn from the JSON Schema of a rules file, and ways to spoil them."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from flags.store.schema import rules_schema
from tests.property.strategies import json_values, texts

SCHEMA = rules_schema()
_DEEPEST = 3
# Conditions that hold conditions, and how many levels each counts for: a condition on
# items stands for as many tests as there may be items, so no other is drawn in it.
_NESTED = {"Join": 1, "Items": _DEEPEST}


def drawn(model: str) -> st.SearchStrategy[Any]:
    """Values that the schema calls good for a model."""
    return good({"$ref": f"#/$defs/{model}"})


@st.composite
def good(draw: st.DrawFn, schema: dict[str, Any], depth: int = 0) -> Any:
    """A value that fits a schema, of those keywords that our schema uses."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return draw(good(SCHEMA["$defs"][name], depth + _NESTED.get(name, 0)))
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    if "const" in schema:
        return schema["const"]
    choices = schema.get("anyOf") or schema.get("oneOf") or []
    if choices and "properties" not in schema:
        shallow = [choice for choice in choices if not _joins(choice)]
        deep = depth >= _DEEPEST and shallow
        return draw(good(draw(st.sampled_from(shallow if deep else choices)), depth))
    kind = schema["type"]
    kind = draw(st.sampled_from(kind)) if isinstance(kind, list) else kind
    return draw(_KINDS[kind](schema, depth))


def _joins(schema: dict[str, Any]) -> bool:
    return bool(schema.get("$ref", "").rpartition("/")[2] in _NESTED)


def _text(schema: dict[str, Any], _depth: int) -> st.SearchStrategy[str]:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"]).filter(
            lambda text: len(text) <= schema.get("maxLength", 99)
        )
    likely = st.sampled_from(["key", "now", "plan", "gold", "1.2.3", "10.0.0.0/8"])
    return likely | texts.filter(lambda text: len(text) >= schema.get("minLength", 0))


def _number(schema: dict[str, Any], _depth: int) -> st.SearchStrategy[Any]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if schema["type"] == "integer":
        return st.integers(low, high)
    numbers = st.floats(low, high, allow_nan=False, allow_infinity=False)
    if None in {low, high} or math.ceil(low or 0) <= math.floor(high or 0):
        least, most = low and math.ceil(low), high and math.floor(high)
        numbers |= st.integers(least, most)
    return numbers


def _array(schema: dict[str, Any], depth: int) -> st.SearchStrategy[list[Any]]:
    items = good(schema["items"], depth) if "items" in schema else json_values
    return st.lists(items, min_size=schema.get("minItems", 0), max_size=3)


@st.composite
def _object(draw: st.DrawFn, schema: dict[str, Any], depth: int) -> dict[str, Any]:
    known = schema.get("properties", {})
    if known:
        required = schema.get("required", [])
        for choice in [draw(st.sampled_from(schema.get("oneOf", [{}])))]:
            required = [*required, *choice.get("required", ())]
        free = {*known} - {n for c in schema.get("oneOf", ()) for n in c["required"]}
        more = draw(st.sets(st.sampled_from(sorted(free or required)), max_size=4))
        wanted = {*required, *more}
        return {name: draw(good(known[name], depth)) for name in sorted(wanted)}
    pattern, inner = next(iter(schema.get("patternProperties", {".*": None}).items()))
    inner = inner or schema.get("additionalProperties")
    values = good(inner, depth) if isinstance(inner, dict) else json_values
    names = st.from_regex(pattern, fullmatch=True) if pattern != ".*" else texts
    smallest = schema.get("minProperties", 0)
    return draw(st.dictionaries(names, values, min_size=smallest, max_size=3))


_KINDS: dict[str, Any] = {
    "string": _text,
    "number": _number,
    "integer": _number,
    "boolean": lambda _schema, _depth: st.booleans(),
    "null": lambda _schema, _depth: st.none(),
    "array": _array,
    "object": _object,
}


conditions = st.one_of(*map(drawn, ("Clause", "InSegment", "Join", "Draw", "Items")))
nasty: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        2**70,
        10**400,
        math.nan,
        -math.inf,
        "",
        " ",
        "\ud800",
        "\x00",
        "é\u202e\U0001f600",
        "x" * 3_000,
        "(a+)+$",
        "[",
        "2026-13-01",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "25:00-26:00",
        "10.0.0.0/33",
        "1.2.3.4.5",
        "../etc/passwd",
        [],
        {},
        [[]],
        {"": ""},
        {"\ud800": 1},
        {"split": "x"},
        {"ramp": []},
        {"list": "0" * 32},
        (1,),
        {1: 2},
    ]
)


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Each container in the data, with a key or an index of it."""
    keys = (
        list(data)
        if isinstance(data, dict)
        else range(len(data))
        if isinstance(data, list)
        else ()
    )
    for key in keys:
        yield data, key
        yield from places(data[key])


@st.composite
def spoilt(draw: st.DrawFn, good: Any) -> Any:
    """The same with a few values replaced, removed, doubled or renamed."""
    data = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        spots = list(places(data))
        if not spots:
            break
        holder, key = spots[draw(st.integers(0, len(spots) - 1))]
        way = draw(st.sampled_from(["replace", "replace", "remove", "rename", "move"]))
        if way == "replace":
            holder[key] = draw(nasty | json_values)
        elif way == "remove":
            del holder[key]
        elif way == "rename" and isinstance(holder, dict):
            holder[draw(st.text(max_size=5) | st.just("name"))] = holder.pop(key)
        else:
            other, name = spots[draw(st.integers(0, len(spots) - 1))]
            holder[key] = copy.deepcopy(other[name]) if name in [*keys(other)] else 0
    return data


def keys(holder: Any) -> list[Any]:
    """The keys or indexes that a container still has."""
    return list(holder) if isinstance(holder, dict) else list(range(len(holder)))
