"""What can be served: a variant, a split of percentages, or a ramp of dated splits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag

from flags.store.strict import Document
from flags.store.values import Moment, Percent, Text


def _lasting(by: str) -> str:
    if by == "now":
        msg = "the time is nobody's identity; name an attribute that stays"
        raise ValueError(msg)
    return by


By = Annotated[
    Text,
    AfterValidator(_lasting),
    Field(
        description="The attribute whose value is hashed; without it the targeting key."
    ),
]
Shares = dict[str, Percent]


class SplitDocument(Document):
    """Percentages by variant, drawn by an attribute of your choice."""

    split: Annotated[Shares, Field(description="Percentages that add up to 100.")]
    by: By | None = None


class StageDocument(Document):
    """The percentages from a moment on."""

    at: Annotated[
        Moment, Field(description="When, as RFC 3339: 2026-12-01T09:00:00+01:00.")
    ]
    split: Annotated[Shares, Field(description="Percentages that add up to 100.")]


class RampDocument(Document):
    """Percentages that change by themselves. Before the first stage `off` is served.

    With `linear` users move one by one between two stages, otherwise at the stages.
    """

    ramp: Annotated[
        list[StageDocument], Field(min_length=1, description="Stages, earliest first.")
    ]
    linear: bool = False
    by: By | None = None


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def form(serve: object) -> str:
    """Which form this is: `variant`, `shares`, `split` or `ramp`.

    A variant may be called `split` or `ramp`: then a number stands behind it.
    """
    if not isinstance(serve, Mapping):
        return "variant"
    for name in ("ramp", "split"):
        if name in serve and not _number(serve[name]):
            return name
    return "shares"


def _tag(value: Any) -> str:
    if isinstance(value, SplitDocument):
        return "<split>"
    return "<ramp>" if isinstance(value, RampDocument) else f"<{form(value)}>"


ServeDocument = Annotated[
    Annotated[str, Tag("<variant>"), Field(description="The name of a variant.")]
    | Annotated[Shares, Tag("<shares>"), Field(description="Percentages by variant.")]
    | Annotated[SplitDocument, Tag("<split>")]
    | Annotated[RampDocument, Tag("<ramp>")],
    Discriminator(_tag),
]
