"""What all models of documents have in common: they are strict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from flags.errors import Problem
from flags.store.values import MAX_TEXT, Text

NAMED = (
    "a name has up to 63 letters, digits, dots, dashes or underscores, and begins with "
    "a letter or a digit"
)
SERVICE_NAMED = (
    "a service is a function's name, without account, region or alias: up to 64 "
    "letters, digits, dashes or underscores"
)
# The length is part of the pattern, so that one rule has one message.
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
SERVICE_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
ServiceName = Annotated[str, StringConstraints(pattern=SERVICE_PATTERN)]
Version = Annotated[
    int,
    Field(ge=0, description="The stored version that this text was made from."),
]


_RULES = {NAME_PATTERN: NAMED, SERVICE_PATTERN: SERVICE_NAMED}


class Document(BaseModel):
    """Strict: an unknown key is a typing error, and is refused."""

    model_config = ConfigDict(
        extra="forbid", strict=True, populate_by_name=True, allow_inf_nan=False
    )


class NamedDocument(Document):
    """What flags, segments and groups say about themselves.

    `version`, if given, must be the stored one: a file that was exported is refused
    when somebody has changed the document since.
    """

    version: Version | None = None
    description: Annotated[
        str, Field(max_length=MAX_TEXT, description="What it is for, in a sentence.")
    ] = ""
    owner: Annotated[Text | None, Field(description="Who answers for it.")] = None
    tags: Annotated[list[Text], Field(description="Words to find it by.")] = Field(
        default_factory=list
    )
    archived: bool = False

    def body(self) -> dict[str, Any]:
        """The document as it is stored: plain JSON, without its version."""
        return self.model_dump(
            by_alias=True, exclude={"version"}, exclude_none=True, exclude_defaults=True
        )


def misplaced(problems: Mapping[tuple[str | int, ...], str]) -> ValidationError:
    """An error that a validator raises to say where inside its value the fault is."""
    errors = [
        InitErrorDetails(
            type=PydanticCustomError("place", "{message}", {"message": message}),
            loc=place,
            input=None,
        )
        for place, message in problems.items()
    ]
    return ValidationError.from_exception_data("document", errors)


def problems_of(path: str, error: ValidationError) -> list[Problem]:
    """What pydantic found wrong with a document that stands at `path`."""
    return [_problem(path, item) for item in error.errors()]


def _problem(path: str, item: Any) -> Problem:
    place = path
    for part in item["loc"]:
        if isinstance(part, int):
            place += f"[{part}]"
        elif not part.startswith("<") and part != "[key]":  # tags, not keys
            place += f".{part}"
    message = item["msg"].removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        message = "unknown key; remove it or mend its spelling"
    if item["type"] == "model_type":
        message = "expected a mapping"
    if item["type"] == "string_unicode":
        message = "half of a surrogate pair, which no text can hold; remove it"
    if names := _RULES.get(item.get("ctx", {}).get("pattern")):
        message = names
    return Problem(path=place, message=message[:1].lower() + message[1:])
