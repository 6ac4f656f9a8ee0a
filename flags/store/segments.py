"""Segments as people write them: named identities, to be used by many flags."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from flags.store.conditions import Condition
from flags.store.serving import By
from flags.store.strict import NamedDocument, misplaced
from flags.store.values import MAX_TEXT, SURROGATE, Text

_SHOWN = 5


def _ids(value: Any) -> Any:
    """Once each, in their order; one pass, since there may be tens of thousands."""
    if not isinstance(value, list):
        return value
    wrong: dict[tuple[str | int, ...], str] = {}
    for number, item in enumerate(value):
        if not isinstance(item, str):
            wrong[number,] = f"ids are texts; put {str(item)[:40]} in quotes"
        elif not 0 < len(item) <= MAX_TEXT or SURROGATE.search(item):
            wrong[number,] = f"give a text of 1 to {MAX_TEXT} characters"
        if len(wrong) == _SHOWN:
            break
    if wrong:
        raise misplaced(wrong)
    return list(dict.fromkeys(value))


Ids = Annotated[list[Text], BeforeValidator(_ids)]


class SegmentDocument(NamedDocument):
    """Those who are included, and without the excluded all who fit one of the rules."""

    by: By | None = None
    included: Annotated[Ids, Field(description="Ids that are in it, always.")] = Field(
        default_factory=list
    )
    excluded: Annotated[Ids, Field(description="Ids that no rule takes in.")] = Field(
        default_factory=list
    )
    rules: Annotated[
        list[Condition], Field(description="Conditions; any of them will do.")
    ] = Field(default_factory=list)
