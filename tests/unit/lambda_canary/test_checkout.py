"""In a checkout the published name stands for the rooms."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import flags
import lambda_canary
from lambda_canary.naming import ROOT

TOKEN = "v1~shop.green.12"
SENDS = f"""
import json, sys
sys.path[:0] = sys.argv[1:]
import lambda_canary
from lambda_canary import carriers
from lambda_canary.testing import FakeClock
from lambda_canary.router import choice
with lambda_canary.carrying("{TOKEN}"):
    token = str(lambda_canary.current())
import flags
rooms = ("admin_cli", "rollouts", "router")
print(json.dumps([token, getattr(flags, "BETA", None), choice.__name__,
                  [name for name in sys.modules if name.partition(".")[0] in rooms],
                  [name for name in sys.modules if name.startswith("flags.")]]))
"""


def fresh(*folders: Path) -> Any:
    """What a process says in which these folders come first."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", SENDS, *map(str, folders)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("published", "room"),
    [
        ("lambda_canary", "flags"),
        ("lambda_canary.token", "flags.token"),
        ("lambda_canary.testing.plugin", "flags.testing.plugin"),
        ("lambda_canary.router.choice", "router.choice"),
        ("lambda_canary.rollouts", "rollouts"),
        ("lambda_canary.admin_cli.__main__", "admin_cli.__main__"),
    ],
)
def test_both_names_mean_one_module(published: str, room: str) -> None:
    """There is one copy, which knows itself by the room's name."""
    module = importlib.import_module(room)

    assert importlib.import_module(published) is module
    assert room == module.__name__
    assert module.__spec__
    assert room == module.__spec__.name


def test_what_is_not_there() -> None:
    """A module that no room has is missed as any other."""
    with pytest.raises(ModuleNotFoundError, match=r"lambda_canary\.nothing"):
        importlib.import_module("lambda_canary.nothing")
    with pytest.raises(ModuleNotFoundError, match=r"lambda_canary\.router\.nothing"):
        importlib.import_module("lambda_canary.router.nothing")


def test_there_is_one_state() -> None:
    """What is in force under one name is so under the other."""
    with flags.carrying(TOKEN):
        assert TOKEN == str(lambda_canary.current())


def test_beside_a_module_of_somebodys_project(tmp_path: Path) -> None:
    """Their `flags` keeps its name, and the library runs under its own."""
    (tmp_path / "flags.py").write_text("BETA = True\n")

    assert [TOKEN, True, "lambda_canary.router.choice", [], []] == fresh(tmp_path, ROOT)


def test_by_itself() -> None:
    """Without another `flags` the library is the room's own."""
    token, beta, choice, rooms, library = fresh(ROOT)

    assert (TOKEN, None, "router.choice") == (token, beta, choice)
    assert "router.choice" in rooms
    assert "flags.current" in library
