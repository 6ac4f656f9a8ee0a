"""Conditions as people write them: comparisons, segments, and joins of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from flags.codec import MAX_DEPTH
from flags.engine.operators import OPERATORS
from flags.model import Clause
from flags.store.strict import Document, Name, misplaced
from flags.store.values import NULL, Moment, Number, Scalar, Text, Texts, Zone

MAX_PATTERN = 256
FOLDING = (
    "equals",
    "in",
    "starts_with",
    "ends_with",
    "contains",
    "matches",
    "has_any",
    "has_all",
    "has_none",
)
ZONED = ("weekday_in", "time_between")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Weekdays = Annotated[list[Weekday], Field(min_length=1)]
Hours = Annotated[
    str, Field(pattern=r"^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$", max_length=11)
]
Scalars = list[Scalar]
Pattern = Annotated[str, Field(min_length=1, max_length=MAX_PATTERN)]


def attempt(operator: str, key: str, **clause: Any) -> None:
    """Make the operator, since only it knows what its operand may be.

    `key` is where the operand stands, for the problem.
    """
    try:
        if operator in OPERATORS:
            OPERATORS[operator](Clause(operator=operator, **clause))
    except ValueError as error:
        raise misplaced({(key,): str(error)}) from error


class ModuloDocument(Document):
    """Which remainders of a whole number fit, the first and the last included."""

    divisor: Annotated[int, Field(ge=1)]
    from_: Annotated[int, Field(alias="from", ge=0)]
    to: Annotated[int, Field(ge=0)]


def _says(text: str, **limits: Any) -> Any:
    return Field(default=None, description=f"Holds if the attribute {text}.", **limits)


class ClauseDocument(Document):
    """One comparison; exactly one operator."""

    attribute: Annotated[
        Text,
        Field(
            description="`key` is the targeting key, `now` the time; else the name of "
            "an attribute, or a path into nested ones (`tenant.plan`)."
        ),
    ]
    negate: Annotated[
        bool, Field(alias="not", description="Turns the comparison round.")
    ] = False
    ignore_case: Annotated[
        bool, Field(description="Upper and lower case are the same.")
    ] = False
    zone: Annotated[
        Zone | None, Field(description="Time zone of weekdays and hours; else UTC.")
    ] = None
    equals: Scalar | None = _says("is this value")
    in_: Scalars | None = _says("is one of these values", alias="in")
    starts_with: Texts | None = _says("is text that starts so")
    ends_with: Texts | None = _says("is text that ends so")
    contains: Texts | None = _says("is text with this in it")
    matches: Pattern | None = _says("is text with a match of this pattern")
    greater_than: Number | None = _says("is a greater number")
    greater_or_equal: Number | None = _says("is this number or greater")
    less_than: Number | None = _says("is a lesser number")
    less_or_equal: Number | None = _says("is this number or less")
    exists: bool | None = _says("is there (true) or not (false)")
    version_equals: Text | None = _says("is this semantic version")
    version_greater_than: Text | None = _says("is a later version")
    version_greater_or_equal: Text | None = _says("is this version or later")
    version_less_than: Text | None = _says("is an earlier version")
    version_less_or_equal: Text | None = _says("is this version or earlier")
    version_in: Text | None = _says("is a version in a range: ^1.2 || >=3 <4")
    before: Moment | None = _says("is a time before this")
    after: Moment | None = _says("is a time after this")
    weekday_in: Weekdays | None = _says("is a time on one of these days")
    time_between: Hours | None = _says("is a time within these hours: 09:00-17:00")
    in_network: Texts | None = _says("is an address in one of these networks")
    has_any: Scalars | None = _says("is an array with one of these")
    has_all: Scalars | None = _says("is an array with all of these")
    has_none: Scalars | None = _says("is an array with none of these")
    modulo: ModuloDocument | None = _says("is a whole number with such a remainder")

    @model_validator(mode="after")
    def _one_operator(self) -> ClauseDocument:
        given = self._operators()
        if nulls := [name for name, operand in given.items() if operand is None]:
            raise misplaced(dict.fromkeys(((name,) for name in nulls), NULL))
        if len(given) != 1:
            msg = f"give exactly one operator of {', '.join(OPERAND_KEYS)}"
            raise ValueError(msg)
        ((name, operand),) = given.items()
        for option, takers in (("ignore_case", FOLDING), ("zone", ZONED)):
            if getattr(self, option) and name not in takers:
                raise misplaced({(option,): f"goes with {', '.join(takers)} only"})
        attempt(
            name,
            name,
            attribute=self.attribute,
            operand=operand,
            ignore_case=self.ignore_case,
            zone=self.zone,
        )
        return self

    def _operators(self) -> dict[str, Any]:
        given = self.model_dump(by_alias=True, include=self.model_fields_set - _OPTIONS)
        return {name: given[name] for name in given}

    def operator(self) -> tuple[str, Any]:
        """The operator and its operand."""
        return next(iter(self._operators().items()))


_OPTIONS = {"attribute", "negate", "ignore_case", "zone"}
OPERAND_KEYS = tuple(
    field.alias or name
    for name, field in ClauseDocument.model_fields.items()
    if name not in _OPTIONS
)


class InSegmentDocument(Document):
    """Whether a segment holds whom the flag is evaluated for."""

    segment: Annotated[Name, Field(description="The name of a segment.")]
    negate: Annotated[bool, Field(alias="not", description="Those outside of it.")] = (
        False
    )


class JoinDocument(Document):
    """Conditions joined by exactly one of `all`, `any`, `none`."""

    all: Annotated[list[When] | None, Field(min_length=1)] = None
    any: Annotated[list[When] | None, Field(min_length=1)] = None
    none: Annotated[list[When] | None, Field(min_length=1)] = None

    @model_validator(mode="after")
    def _one_join(self) -> JoinDocument:
        if len(self._joins()) != 1:
            msg = (
                "give an attribute with an operator, a segment, "
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
        named = [name for name in ("attribute", "segment") if name in value]
        return {"attribute": "<clause>", "segment": "<segment>"}.get(
            named[0] if named else "", "<join>"
        )
    if isinstance(value, ClauseDocument):
        return "<clause>"
    return "<segment>" if isinstance(value, InSegmentDocument) else "<join>"


When = Annotated[
    Annotated[ClauseDocument, Tag("<clause>")]
    | Annotated[InSegmentDocument, Tag("<segment>")]
    | Annotated[JoinDocument, Tag("<join>")],
    Discriminator(_kind),
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


Condition = Annotated[When, BeforeValidator(_shallow)]
