"""The decision as a key of a JSON object, and what the key is called there.

CloudEvents allow small letters and digits only in the names of their attributes, and
readers refuse an event with any other. So there it is an extension attribute.
"""

from __future__ import annotations

from collections.abc import Mapping

from flags.carriers.tokens import read
from flags.token import NAME, Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# "canary-decision", as CloudEvents allow it.
ATTRIBUTE = "canarydecision"


def is_cloud_event(found: Mapping[str, Any]) -> bool:
    """Whether an object says that it is a CloudEvent, complete or not."""
    return isinstance(found.get("specversion"), str)


def key_in(found: Mapping[str, Any]) -> str:
    """What the decision is called in this object."""
    return ATTRIBUTE if is_cloud_event(found) else NAME


def from_object(found: Any) -> Token | None:
    """The decision under its key in an object; None for anything else."""
    if not isinstance(found, Mapping):
        return None
    token = read(found.get(ATTRIBUTE)) if is_cloud_event(found) else None
    return token or read(found.get(NAME))


def is_named(text: str) -> bool:
    """Whether a text may have a decision in it: most have none, and aren't parsed."""
    return NAME in text or ATTRIBUTE in text
