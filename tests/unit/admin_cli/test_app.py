"""Global options, and what all commands share."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from admin_cli import VERSION
from flags.store.syntax import parse

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary

ROOT = Path(__file__).parents[3]


def test_the_version_is_the_project_s() -> None:
    """`canary --version` doesn't drift from the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == VERSION


@pytest.mark.parametrize("argv", [("list",), ("get", "shop"), ("routes",)])
@pytest.mark.usefixtures("table")
def test_output_is_json_in_a_pipe_and_a_table_on_a_terminal(
    canary: Canary, argv: tuple[str, ...]
) -> None:
    """Programs get JSON and people get text, without asking."""
    assert json.loads(canary(*argv).out)
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(canary.terminal(*argv).out)


@pytest.mark.usefixtures("table")
def test_the_format_is_an_option_before_and_after_the_command(canary: Canary) -> None:
    """The nearer `-o` wins."""
    before = canary("-o", "yaml", "list").out

    assert parse(before, "stdout") == canary("list").data
    assert before == canary("list", "-o", "yaml").out
    assert before == canary("-o", "json", "list", "-o", "yaml").out


@pytest.mark.usefixtures("table")
def test_a_change_is_told_to_people_as_text(canary: Canary) -> None:
    """On a terminal a change is a line and its fields."""
    told = canary.terminal("set-weight", "shop", "10").out

    assert "shop: version 1 -> 2\n  weight: (none) -> 10\n" == told


@pytest.mark.usefixtures("table")
def test_no_change_is_silent_on_stdout_of_a_terminal(canary: Canary) -> None:
    """The note on stderr says it all."""
    result = canary.terminal("abort", "shop")

    assert (0, "") == (result.code, result.out)
    assert "no live rollout" in result.err


@pytest.mark.usefixtures("table")
def test_a_new_document_is_told_as_new(canary: Canary) -> None:
    """A first version has no version before it."""
    flag = "flags: {f: {variants: {a: 1}, off: a, serve: a}}"

    told = canary("apply", "-f", "-", "-o", "table", stdin=flag).out

    assert told.startswith("f: new, version 1\n")


@pytest.mark.usefixtures("table")
def test_no_color_means_no_escape_sequences(canary: Canary) -> None:
    """A terminal is styled unless NO_COLOR is set."""
    assert "\x1b[1m" in canary.terminal("list", colour=True).out
    assert "\x1b" not in canary.terminal("list").out
