"""One comparison as people write it: an attribute, an operator and its operand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from flags.engine.operators import OPERATORS
from flags.model import Clause
from flags.store.strict import Document, misplaced
from flags.store.values import NULL, Moment, Ordered, Scalar, Text, Texts, Zone

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
ORDERS = ("greater_than", "greater_or_equal", "less_than", "less_or_equal")
READING = {"number": ("equals", "in", *ORDERS, "modulo"), "text": ORDERS}
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
    as_: Annotated[
        Literal["number", "text"] | None,
        Field(
            alias="as",
            description="`number`: a text counts as the number that it says. `text`: "
            "texts are compared by their order.",
        ),
    ] = None
    equals: Scalar | None = _says("is this value")
    in_: Scalars | None = _says("is one of these values", alias="in")
    starts_with: Texts | None = _says("is text that starts so")
    ends_with: Texts | None = _says("is text that ends so")
    contains: Texts | None = _says("is text with this in it")
    matches: Pattern | None = _says("is text with a match of this pattern")
    greater_than: Ordered | None = _says("is a greater number")
    greater_or_equal: Ordered | None = _says("is this number or greater")
    less_than: Ordered | None = _says("is a lesser number")
    less_or_equal: Ordered | None = _says("is this number or less")
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
        if self.as_ and name not in READING[self.as_]:
            message = f"{self.as_} goes with {', '.join(READING[self.as_])} only"
            raise misplaced({("as",): message})
        attempt(
            name,
            name,
            attribute=self.attribute,
            operand=operand,
            ignore_case=self.ignore_case,
            zone=self.zone,
            read_as=self.as_,
        )
        return self

    def _operators(self) -> dict[str, Any]:
        given = self.model_dump(by_alias=True, include=self.model_fields_set - _OPTIONS)
        return {name: given[name] for name in given}

    def operator(self) -> tuple[str, Any]:
        """The operator and its operand."""
        return next(iter(self._operators().items()))


_OPTIONS = {"attribute", "negate", "ignore_case", "zone", "as_"}
OPERAND_KEYS = tuple(
    field.alias or name
    for name, field in ClauseDocument.model_fields.items()
    if name not in _OPTIONS
)
