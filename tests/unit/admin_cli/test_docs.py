"""docs/cli.md keeps up with the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from admin_cli.app import EPILOG, app
from flags import errors

DOCS = (Path(__file__).parents[3] / "docs" / "cli.md").read_text()


def commands(group: Any) -> dict[str, Any]:
    """All commands by what one types."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = commands(command) if hasattr(command, "commands") else {"": command}
        found |= {f"{name} {rest}".strip(): one for rest, one in inner.items()}
    return found


COMMANDS = commands(get_command(app))


def section(name: str) -> str:
    """What the page says about a command."""
    _, _, rest = DOCS.partition(f"\n### {name}\n")
    return rest.partition("\n##")[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    """A command has a section that begins with the first line of its help."""
    first = COMMANDS[name].help.splitlines()[0]

    assert section(name).strip().startswith(first)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented(name: str) -> None:
    """A section names each option of its command."""
    for option in COMMANDS[name].params:
        for spelling in option.opts if option.param_type_name == "option" else ():
            assert f"`{spelling}" in section(name) or spelling in SHARED


LOCATION = {"--stack-name", "--table", "--region", "--profile"}
SHARED = {"-o", "--output", "--reason", "--author", "--dry-run"} | LOCATION


def test_the_options_of_all_commands_are_documented() -> None:
    """Options that commands share, and those before the command, stand in a table."""
    params = get_command(app).params
    spellings = SHARED | {opt for param in params for opt in param.opts}
    for spelling in spellings - {"--install-completion", "--show-completion"}:
        assert f"`{spelling}" in DOCS


@pytest.mark.parametrize(
    "error", [e for e in vars(errors).values() if hasattr(e, "exit_code")]
)
def test_every_exit_code_is_documented(error: type[errors.FlagsError]) -> None:
    """The page and the help name every code that an error has."""
    assert f"| {error.exit_code} |" in DOCS
    assert f"{error.exit_code} " in EPILOG
