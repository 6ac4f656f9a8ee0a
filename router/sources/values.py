"""Values out of untrusted structures."""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from flags.expressions import LONGEST, problem
from flags.hints import Any


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def dig(value: Any, *path: str) -> Any:
    """The value at the end of a path of keys, or None."""
    for key in path:
        value = mapping(value).get(key)
    return value


def named(headers: Iterable[tuple[str, Any]], name: str) -> str | None:
    """The header of this name, whatever its case; the first of several."""
    asked = name.lower()
    for found, value in headers:
        if found.lower() == asked:
            return str(value)
    return None


def parse(text: Any) -> Any:
    """What a JSON text says; None if it is not one."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None


def decoded(data: Any) -> bytes | None:
    """What base64 stands for; None if it is none."""
    try:
        return binascii.a2b_base64(data)
    except (TypeError, ValueError):
        return None


def arn_names(arn: str) -> tuple[str, ...]:
    """An ARN, and its last part: the name by which people know a topic or a queue."""
    return (arn, arn.rpartition(":")[2]) if arn else ()


def search(expression: str, data: Any) -> Any:
    """What a JMESPath expression finds; None if it finds nothing or may not run."""
    if data is None:
        return None
    try:
        return _compiled(expression)(data)
    except Exception:  # noqa: BLE001 - a rule meets whatever a stranger sends
        return None


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Callable[[Any], Any]:
    # Imported when a rule first needs it: most rules don't, and a cold start counts.
    import jmespath  # noqa: PLC0415

    if len(expression) > LONGEST:
        return _nothing
    parsed = jmespath.compile(expression)
    if problem(expression, parsed.parsed):
        return _nothing
    found: Callable[[Any], Any] = parsed.search
    return found


def _nothing(_data: Any) -> None:
    """What an expression finds that is too much to run."""
