"""Whom an explanation is about: attributes and contexts as people type them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from flags.engine.identity import identity
from flags.errors import InvalidDocument, Problem
from flags.model import Context
from flags.store.values import SURROGATE


def context(key: str | None, pairs: Sequence[str], text: str | None) -> Context:
    """The context of a targeting key, `NAME=VALUE` pairs and a JSON object.

    Raises `InvalidDocument` with all that is wrong. A dot in a name leads into an
    object: `tenant.plan=pro` is `{"tenant": {"plan": "pro"}}`.
    """
    problems = [
        Problem(path=option, message="not text in UTF-8")
        for option, given in (("--id", key), ("--context", text), *_named(pairs))
        if given and SURROGATE.search(given)
    ]
    found = _object(text, problems)
    inner = _key(found.pop("key", None), problems)
    key = inner if key is None else key
    for name, value in _split(pairs, problems):
        if not _put(found, name.split("."), value):
            message = f"{name}: a part of it is a value already; give it a key instead"
            problems.append(Problem(path="--attribute", message=message))
    if problems:
        raise InvalidDocument(problems)
    return Context(key=key, attributes=found)


def _named(pairs: Sequence[str]) -> Iterator[tuple[str, str]]:
    return (("--attribute", pair) for pair in pairs)


def _key(value: Any, problems: list[Problem]) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if (found := identity(value)) is not None:
        return found
    message = "`key` is the targeting key; give a text or a whole number"
    problems.append(Problem(path="--context", message=message))
    return None


def _object(text: str | None, problems: list[Problem]) -> dict[str, Any]:
    try:
        found = _loads(text) if text is not None else {}
    except (ValueError, RecursionError) as error:
        found, why = None, f": {error}"
    else:
        why = ""
    if isinstance(found, dict):
        return found
    message = f'no JSON object such as {{"tenant": {{"plan": "pro"}}}}{why}'
    problems.append(Problem(path="--context", message=message))
    return {}


def _split(pairs: Sequence[str], problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if name and sign:
            yield name, _value(text)
        else:
            message = f"{pair!r} is not NAME=VALUE"
            problems.append(Problem(path="--attribute", message=message))


def _put(into: dict[str, Any], path: list[str], value: Any) -> bool:
    """Put a value at the end of a path; False if a value is in the way."""
    *folders, last = path
    for folder in folders:
        into = into.setdefault(folder, {})
        if not isinstance(into, dict):
            return False
    if isinstance(into.get(last), dict):
        return False
    into[last] = value
    return True


def _loads(text: str) -> Any:
    return json.loads(
        text, parse_constant=_number, parse_float=_number, object_pairs_hook=_unique
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    counted = Counter(name for name, _ in pairs)
    if twice := [name for name, count in counted.items() if count > 1]:
        msg = f"{twice[0]} stands twice"
        raise ValueError(msg)
    return dict(pairs)


def _number(text: str) -> float:
    """A number that JSON can hold: 1e999 and NaN can't be one."""
    number = float(text)
    if not isfinite(number):
        msg = f"{text} is no number"
        raise ValueError(msg)
    return number


def _value(text: str) -> Any:
    try:
        value = _loads(text)
    except (ValueError, RecursionError):
        return text
    return text if value is None or isinstance(value, dict) else value
