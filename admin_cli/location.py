"""Which table is meant: what the command line says of it, then the environment.

Laws
1. Pure: options and an environment in, a location or all problems at once out.
2. What is said on the command line beats the environment, also where the two say it in
   other words: `--stack-name` beats `CANARY_TABLE`.
3. Of two things that are said on the command line neither beats the other: if they
   can't both be meant, both are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from flags.errors import InvalidDocument, Problem

STACK = "canary"
STACK_VARIABLE, TABLE_VARIABLE = "CANARY_STACK", "CANARY_TABLE"
REGION_VARIABLE, KEYS_VARIABLE = "AWS_REGION", "CANARY_TOKEN_KEYS"
# A name or an ARN.
_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}|arn:[A-Za-z0-9_.:/-]+")
_OPTIONS = {
    "stack": "--stack-name",
    "table": "--table",
    "region": "--region",
    "profile": "--profile",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A table: its own name, or the stack whose output names it."""

    stack: str = STACK
    table: str | None = None
    region: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationOptions:
    """What the command line says of the location, before the command and after it."""

    stack: str | None = None
    table: str | None = None
    region: str | None = None
    profile: str | None = None

    def joined(self, later: LocationOptions) -> LocationOptions:
        """Both together; raises `InvalidDocument` if not all of it can be meant."""
        both = {
            name: (getattr(self, name), getattr(later, name))
            for name in (field.name for field in fields(self))
        }
        joined = LocationOptions(
            **{
                name: first if second is None else second
                for name, (first, second) in both.items()
            }
        )
        problems = [
            Problem(
                path=_OPTIONS[name],
                message=f"{first!r} and {second!r} contradict each other; give one",
            )
            for name, (first, second) in both.items()
            if None not in {first, second} and first != second
        ]
        if problems := problems or [*joined._problems()]:
            raise InvalidDocument(problems)
        return joined

    def resolve(self, environ: Mapping[str, str]) -> Location:
        """What is meant in this environment; raises `InvalidDocument`."""
        stack, table = self.stack, self.table
        if stack is None:
            table = table or environ.get(TABLE_VARIABLE) or None
            stack = environ.get(STACK_VARIABLE) or STACK
        if problems := [*_unfit(table, self), *_elsewhere(table or stack, self)]:
            raise InvalidDocument(problems)
        region = self.region or region_of(table or stack)
        return Location(
            stack=stack,
            table=table,
            region=region or environ.get(REGION_VARIABLE) or None,
            profile=self.profile,
        )

    def keys(self, option: str | None, environ: Mapping[str, str]) -> str | None:
        """Where the keys of overrides are; None where the stack says it.

        `CANARY_TOKEN_KEYS` belongs to the environment's own table, and to no other.
        """
        found = environ.get(KEYS_VARIABLE) or None
        if option is not None or found is None:
            return option
        if self.stack not in {None, environ.get(STACK_VARIABLE)}:
            return None
        usual = environ.get(TABLE_VARIABLE)
        if usual and self.table and bare(usual) != bare(self.table):
            message = (
                f"{KEYS_VARIABLE} goes with {TABLE_VARIABLE}={usual}, and --table "
                f"names {self.table}; say with --token-keys where its keys are"
            )
            raise InvalidDocument([Problem(path="--table", message=message)])
        return found

    def _problems(self) -> Iterator[Problem]:
        for name, option in _OPTIONS.items():
            if getattr(self, name) == "":
                message = "empty; name one, or leave the option out"
                yield Problem(path=option, message=message)
        if self.stack and self.table:
            message = (
                "not both: a stack names its own table; give --stack-name or --table"
            )
            yield Problem(path="--stack-name, --table", message=message)


def bare(name: str) -> str:
    """The name of a table or a stack, also of one that an ARN names."""
    resource = name.rsplit(":", maxsplit=1)[-1] if name.startswith("arn:") else name
    return resource.split("/")[1] if "/" in resource else resource


def region_of(name: str) -> str:
    """The region in an ARN; empty if it is a name."""
    return _part(name, 3)


def account_of(name: str) -> str:
    """The account in an ARN; empty if it is a name."""
    return _part(name, 4)


def _part(name: str, number: int) -> str:
    parts = name.split(":")
    return parts[number] if parts[0] == "arn" and len(parts) > number else ""


def _unfit(table: str | None, options: LocationOptions) -> Iterator[Problem]:
    if table and not _TABLE.fullmatch(table):
        message = (
            f"{table!r} is not the name of a table: 3 to 255 letters, digits, "
            "dots, dashes or underscores"
        )
        path = "--table" if options.table else TABLE_VARIABLE
        yield Problem(path=path, message=message)


def _elsewhere(name: str, options: LocationOptions) -> Iterator[Problem]:
    there = region_of(name)
    if there and options.region and there != options.region:
        message = f"{name} is in {there}, not in {options.region}; leave --region out"
        yield Problem(path="--region", message=message)
