"""Who is meant by a value: the one reading of an identity.

The client, OpenFeature, `by:`, segments, targets, the router and the command line all
read it here, so that a user is the same one to each of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from flags.engine.json_value import json_value
from flags.hints import Any

# A longer text identifies nobody: it is a document, or an attack.
MAX_LENGTH = 1024
# A number that every language's JSON holds in 64 bits.
LARGEST = 2**63 - 1


def identity(value: Any) -> str | None:
    """The identity that a value stands for; None if it stands for nobody.

    A text of 1 to 1,024 characters as it is; a whole number of 64 bits as its digits,
    so that 7, 7.0 and Decimal("7") are "7"; the `key` of an object. An empty text is
    nobody: all who have none would share one bucket.
    """
    if type(value) is not str:
        value = _text(value.get("key") if isinstance(value, Mapping) else value)
    return value if value is not None and 0 < len(value) <= MAX_LENGTH else None


def _text(value: Any) -> str | None:
    value = json_value(value)
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return str(value) if -LARGEST <= value <= LARGEST else None
