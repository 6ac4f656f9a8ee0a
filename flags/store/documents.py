"""The documents that people write, as pydantic models.

Shape only. What one part says about another (a variant that no one defined, weights
that don't add up) is checked in `flags.store.checks`, so that both kinds of problem
come out together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from flags.codec import MAX_DEPTH
from flags.store.values import MAX_TEXT, Number, Percent, Scalar, Text, VariantValue

COLOURS = ("blue", "green")
ROLES = ("canary", "stable")
Name = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=63)
]
ServiceName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=64)
]
Colour = Literal["blue", "green"]


class Document(BaseModel):
    """Strict: an unknown key is a typing error, and is refused."""

    model_config = ConfigDict(
        extra="forbid", strict=True, populate_by_name=True, allow_inf_nan=False
    )


class ClauseDocument(Document):
    """One comparison; exactly one operator."""

    attribute: Text
    negate: Annotated[bool, Field(alias="not")] = False
    equals: Scalar | None = None
    in_: Annotated[list[Scalar] | None, Field(alias="in", min_length=1)] = None
    starts_with: Text | None = None
    ends_with: Text | None = None
    contains: Text | None = None
    greater_than: Number | None = None
    greater_or_equal: Number | None = None
    less_than: Number | None = None
    less_or_equal: Number | None = None
    exists: bool | None = None

    @model_validator(mode="after")
    def _one_operator(self) -> ClauseDocument:
        if len(self._operators()) != 1:
            names = "equals, in, starts_with, ends_with, contains, greater_than, "
            names += "greater_or_equal, less_than, less_or_equal, exists"
            msg = f"give exactly one operator of {names}"
            raise ValueError(msg)
        return self

    def _operators(self) -> dict[str, Any]:
        given = self.model_dump(by_alias=True, exclude_none=True)
        return {k: v for k, v in given.items() if k not in {"attribute", "not"}}

    def operator(self) -> tuple[str, Any]:
        """The operator and its operand."""
        return next(iter(self._operators().items()))


class GroupDocument(Document):
    """Conditions joined by exactly one of `all`, `any`, `none`."""

    all: Annotated[list[When] | None, Field(min_length=1)] = None
    any: Annotated[list[When] | None, Field(min_length=1)] = None
    none: Annotated[list[When] | None, Field(min_length=1)] = None

    @model_validator(mode="after")
    def _one_join(self) -> GroupDocument:
        if len(self._joins()) != 1:
            msg = "give an attribute with an operator, or one of all, any, none"
            raise ValueError(msg)
        return self

    def join(self) -> tuple[str, list[When]]:
        """How the members are joined, and the members."""
        return self._joins()[0]

    def _joins(self) -> list[tuple[str, list[When]]]:
        given = (("all", self.all), ("any", self.any), ("none", self.none))
        return [(name, members) for name, members in given if members is not None]


def _kind_of_condition(value: Any) -> str:
    clause = isinstance(value, ClauseDocument) or (
        isinstance(value, dict) and "attribute" in value
    )
    return "<clause>" if clause else "<group>"


When = Annotated[
    Annotated[ClauseDocument, Tag("<clause>")]
    | Annotated[GroupDocument, Tag("<group>")],
    Discriminator(_kind_of_condition),
]


def _kind_of_serve(value: Any) -> str:
    return "<split>" if isinstance(value, dict) else "<variant>"


ServeDocument = Annotated[
    Annotated[str, Tag("<variant>")] | Annotated[dict[str, Percent], Tag("<split>")],
    Discriminator(_kind_of_serve),
]


def _shallow(when: object) -> object:
    """Refuse conditions that are nested deeper than the library reads them."""
    level = [when]
    for _ in range(MAX_DEPTH):
        lists = [
            lst for item in level if isinstance(item, dict) for lst in item.values()
        ]
        inner = [part for lst in lists if isinstance(lst, list) for part in lst]
        # Once each: a YAML file may name one condition in many places.
        level = list({id(part): part for part in inner}.values())
    if any(isinstance(item, dict) for item in level):
        msg = f"conditions are nested deeper than {MAX_DEPTH}"
        raise ValueError(msg)
    return when


class RuleDocument(Document):
    """Serve this to everyone for whom the condition holds."""

    name: Text | None = None
    when: Annotated[When, BeforeValidator(_shallow)]
    serve: ServeDocument


class ReleaseDocument(Document):
    """Makes a flag a canary: the services it covers, and the stable colour.

    Without `stable` the stored one stays; a new release starts on blue.
    """

    services: Annotated[list[ServiceName], Field(min_length=1)]
    stable: Colour | None = None


class FlagDocument(Document):
    """A flag, or with `release` a canary.

    A canary has the roles `stable` and `canary` instead of variants, and a
    `weight`, the canary's percentage; no weight means no live rollout. `version`,
    if given, must be the stored one: a file that was exported is refused when
    somebody has changed the flag since.
    """

    version: Annotated[int, Field(ge=0)] | None = None
    description: Annotated[str, StringConstraints(max_length=MAX_TEXT)] = ""
    enabled: bool = True
    release: ReleaseDocument | None = None
    weight: Percent | None = None
    variants: Annotated[dict[Name, VariantValue] | None, Field(min_length=1)] = None
    off: str | None = None
    targets: dict[str, list[Text]] = Field(default_factory=dict)
    rules: list[RuleDocument] = Field(default_factory=list)
    serve: ServeDocument | None = None

    def body(self) -> dict[str, Any]:
        """The document as it is stored: plain JSON, without its version."""
        return self.model_dump(
            by_alias=True, exclude={"version"}, exclude_none=True, exclude_defaults=True
        )
