"""The decision as a key of a JSON object, and what the key is called there.

CloudEvents allow small letters and digits only in the names of their attributes, and
readers refuse an event with any other. So there it is an extension attribute.
"""

from __future__ import annotations

from collections.abc import Mapping

from flags.carriers.places import Place, first
from flags.carriers.tokens import read
from flags.token import NAME, Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from flags.carriers.places import Way

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
    return first(in_object(found, ()))


def in_object(found: Any, way: Way) -> Iterator[Place]:
    """What stands under its key in an object; nothing in anything else."""
    if not isinstance(found, Mapping):
        return
    for key in (ATTRIBUTE, NAME) if is_cloud_event(found) else (NAME,):
        text = found.get(key)
        if text is not None:
            yield Place(way, (key,), text, read)


def is_named(text: str) -> bool:
    """Whether a text may have a decision in it: most have none, and aren't parsed."""
    return NAME in text or ATTRIBUTE in text
