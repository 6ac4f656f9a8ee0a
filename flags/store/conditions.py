"""Conditions as people write them: comparisons, segments, draws, and joins of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from flags.codec import MAX_DEPTH
from flags.store.comparison import ClauseDocument
from flags.store.serving import By
from flags.store.strict import Document, Name
from flags.store.values import Percent, Text


class InSegmentDocument(Document):
    """Whether a segment holds whom the flag is evaluated for."""

    segment: Annotated[Name, Field(description="The name of a segment.")]
    negate: Annotated[bool, Field(alias="not", description="Those outside of it.")] = (
        False
    )


class DrawDocument(Document):
    """A share of the users; for the others the rule doesn't hold, and they go on."""

    percentage: Annotated[Percent, Field(description="How many of them are drawn.")]
    by: By | None = None
    seed: Annotated[
        Text | None,
        Field(
            description="Draws with the same seed draw the same users; without it each "
            "rule draws its own."
        ),
    ] = None
    negate: Annotated[bool, Field(alias="not", description="Those not drawn.")] = False


class ItemsDocument(Document):
    """Whether any, or all, items of an array meet a condition.

    Inside of it the attribute `item` is the item, `item.name` a part of it.
    """

    attribute: Annotated[Text, Field(description="The array, as in a comparison.")]
    negate: Annotated[bool, Field(alias="not", description="Turns it round.")] = False
    any_item: Annotated[When | None, Field(description="One item will do.")] = None
    all_items: Annotated[When | None, Field(description="Each item must.")] = None

    @model_validator(mode="after")
    def _one_join(self) -> ItemsDocument:
        if (self.any_item is None) is (self.all_items is None):
            msg = "give either any_item or all_items"
            raise ValueError(msg)
        return self

    def items(self) -> tuple[str, When]:
        """How the items are joined, and the condition on each."""
        if self.any_item is not None:
            return "any", self.any_item
        return "all", cast("When", self.all_items)


class JoinDocument(Document):
    """Conditions joined by exactly one of `all`, `any`, `none`."""

    all: Annotated[list[When] | None, Field(min_length=1)] = None
    any: Annotated[list[When] | None, Field(min_length=1)] = None
    none: Annotated[list[When] | None, Field(min_length=1)] = None

    @model_validator(mode="after")
    def _one_join(self) -> JoinDocument:
        if len(self._joins()) != 1:
            msg = (
                "give an attribute with an operator, a segment, a percentage, "
                "or one of all, any, none"
            )
            raise ValueError(msg)
        return self

    def join(self) -> tuple[str, list[When]]:
        """How the members are joined, and the members."""
        return self._joins()[0]

    def _joins(self) -> list[tuple[str, list[When]]]:
        given = (("all", self.all), ("any", self.any), ("none", self.none))
        return [(name, members) for name, members in given if members is not None]


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return next((tag for name, tag in _TAGS.items() if name in value), "<join>")
    return _MODELS.get(type(value), "<join>")


# By the key that tells them apart; the first that is there.
_TAGS = {
    "any_item": "<items>",
    "all_items": "<items>",
    "attribute": "<clause>",
    "segment": "<segment>",
    "percentage": "<draw>",
}
_MODELS: Mapping[type, str] = {
    ItemsDocument: "<items>",
    ClauseDocument: "<clause>",
    InSegmentDocument: "<segment>",
    DrawDocument: "<draw>",
}
When = Annotated[
    Annotated[ClauseDocument, Tag("<clause>")]
    | Annotated[ItemsDocument, Tag("<items>")]
    | Annotated[InSegmentDocument, Tag("<segment>")]
    | Annotated[DrawDocument, Tag("<draw>")]
    | Annotated[JoinDocument, Tag("<join>")],
    Discriminator(_kind),
]


def _shallow(when: object) -> object:
    """Refuse conditions that are nested deeper than the library reads them."""
    level = [when]
    for _ in range(MAX_DEPTH):
        parts = [
            (key, part)
            for item in level
            if isinstance(item, dict)
            for key, part in item.items()
        ]
        inner = [part for key, part in parts if key in {"any_item", "all_items"}]
        inner += [item for _, part in parts if isinstance(part, list) for item in part]
        # Once each: a YAML file may name one condition in many places.
        level = list({id(part): part for part in inner}.values())
    if any(isinstance(item, dict) for item in level):
        msg = f"conditions are nested deeper than {MAX_DEPTH}"
        raise ValueError(msg)
    return when


Condition = Annotated[When, BeforeValidator(_shallow)]
