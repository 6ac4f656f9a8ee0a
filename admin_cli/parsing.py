"""How `canary` parses a command line, where typer would be too lenient.

An option that takes one value is refused if it is given twice, since one of the two
would be lost silently. The options that say which table are taken before a command and
after it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption

from admin_cli.location import LocationOptions
from admin_cli.options import Profile, Region, StackName, Table

_LOCATION = {
    "stack_name": StackName,
    "table": Table,
    "region": Region,
    "profile": Profile,
}


class Command(TyperCommand):
    """A command whose options are given once, but for those that take several."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse what stands twice."""
        _expect_once(self, ctx, args)
        return super().parse_args(ctx, args)


class Group(TyperGroup):
    """The same of a group of commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse what stands twice."""
        _expect_once(self, ctx, args)
        return super().parse_args(ctx, args)


def _expect_once(command: Any, ctx: Any, args: list[str]) -> None:
    # The parser takes from the list that it gets.
    _, _, order = command.make_parser(ctx).parse_args(args=[*args])
    for option in dict.fromkeys(order):
        if order.count(option) > 1 and _is_single(option):
            names = [option.opts[-1], *option.secondary_opts[:1]]
            ctx.fail(f"{' or '.join(names)} is given twice; give it once")


def _is_single(option: Any) -> bool:
    """Whether a second time would overrule the first."""
    if not isinstance(option, TyperOption) or option.multiple or option.count:
        return False
    return not option.is_flag or bool(option.secondary_opts)


def locating(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options that say which table, after it as well."""
    own = inspect.signature(command, eval_str=True)

    @wraps(command)
    def run(**given: Any) -> None:
        found = {name: given.pop(name) for name in _LOCATION}
        ctx = given["ctx"]
        ctx.obj = ctx.obj.joined(
            LocationOptions(stack=found.pop("stack_name"), **found)
        )
        command(**given)

    keyword = inspect.Parameter.KEYWORD_ONLY
    added = [
        inspect.Parameter(name, keyword, default=None, annotation=annotation)
        for name, annotation in _LOCATION.items()
    ]
    parameters = [*own.parameters.values(), *added]
    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run
