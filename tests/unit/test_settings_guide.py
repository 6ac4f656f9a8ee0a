"""docs/settings.md names every setting that there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "settings.md").read_text("utf-8")
# Where each table's variables are read, as patterns from the root.
READERS = {
    "Environment of the router": ("router/**/*.py",),
    "Environment of the controller": (
        "rollouts/controller/*.py",
        "rollouts/handler.py",
    ),
    "Environment of functions with the layer": ("flags/**/*.py",),
    "Environment of the command line": ("admin_cli/**/*.py",),
    "Environment of the build": (
        "router/Makefile",
        "flags/Makefile",
        "rollouts/Makefile",
    ),
}
# Functions of the template, by their tables.
FUNCTIONS = {
    "Environment of the router": "RouterFunction",
    "Environment of the controller": "ControllerFunction",
}
# Named by the command line, but read by functions.
ELSEWHERE = {"Environment of the command line": {"CANARY_REPORT_USE"}}
# Read by the C library.
SYSTEM = {"Environment of the router": {"RES_OPTIONS"}}


def rows(title: str) -> dict[str, list[str]]:
    """A section's table: the cells of each row by the name in its first one."""
    section = GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| `(\w+)` \|(.*)\|$", section, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in found}


def read_in(title: str) -> set[str]:
    """The variables that the code of a room names."""
    paths = [path for pattern in READERS[title] for path in ROOT.glob(pattern)]
    texts = "".join(path.read_text("utf-8") for path in paths)
    return set(re.findall(r"\bCANARY_[A-Z_]*[A-Z]\b", texts))


def template() -> Any:
    """The router's template, short forms of functions aside."""

    class Loader(yaml.SafeLoader):
        """Takes `!Ref` and the like for nothing."""

    Loader.add_multi_constructor("!", lambda *_: None)
    text = (ROOT / "template.yaml").read_text("utf-8")
    return yaml.load(text, Loader)  # noqa: S506 - a SafeLoader


@pytest.mark.parametrize("title", READERS)
def test_every_variable_is_listed(title: str) -> None:
    """The table has what the code reads, and nothing else."""
    ours = read_in(title) - ELSEWHERE.get(title, set())

    assert ours | SYSTEM.get(title, set()) == set(rows(title))


def test_every_parameter_is_listed() -> None:
    """With the default that it has."""
    defaults = {
        name: str(parameter["Default"])
        for name, parameter in template()["Parameters"].items()
    }

    assert defaults == {
        name: cells[0].strip("`")
        for name, cells in rows("Parameters of the template").items()
    }


def test_what_is_allowed_is_what_the_template_allows() -> None:
    """Lists of values, bounds and lengths are those of the template."""
    listed = rows("Parameters of the template")
    for name, parameter in template()["Parameters"].items():
        allowed = listed[name][1]
        bounds = {parameter.get("MinValue"), parameter.get("MaxValue")} - {None}
        length = {parameter.get("MaxLength")} - {None}
        values = parameter.get("AllowedValues", [])
        if len(values) > 5:
            values = [values[0], values[-1]]

        assert [
            one for one in (*bounds, *length, *values) if str(one) not in allowed
        ] == []


@pytest.mark.parametrize("title", FUNCTIONS)
def test_variables_follow_from_parameters(title: str) -> None:
    """What a variable is said to follow from is a parameter of the template."""
    parameters = set(template()["Parameters"])
    for cells in rows(title).values():
        assert set(re.findall(r"`(\w+)`", cells[1])) <= parameters


@pytest.mark.parametrize(("title", "function"), FUNCTIONS.items())
def test_every_variable_is_set_by_the_template(title: str, function: str) -> None:
    """Nobody has to set one by hand."""
    properties = template()["Resources"][function]["Properties"]

    assert set(properties["Environment"]["Variables"]) == set(rows(title))
