"""The fixtures, in a run of pytest as users have it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import flags
from flags.testing import plugin

ROOT = Path(flags.__file__).parents[1]
# In a run of its own, without the settings of this project.
RUN = [sys.executable, "-m", "pytest", "-q", "-p", "no:canary", "-p", plugin.__name__]
TESTS = """
import pytest
from flags.testing import flags_from

features = flags_from({"flags": {
    "gift": {"variants": {"on": True, "off": False}, "off": "off", "serve": "on"},
}})

def test_override(override_flags):
    override_flags(features, {"gift": False})
    assert features.boolean("gift", default=True) is False
    override_flags(features, {"limit": 7}, keep=True)
    assert features.number("limit", default=0) == 7
    assert features.boolean("gift", default=True) is False

def test_all_is_as_before():
    assert features.boolean("gift", default=False) is True
    assert features.number("limit", default=0) == 0

def test_clock(fake_clock):
    before = fake_clock()
    fake_clock.advance(60)
    assert fake_clock() == before + 60
"""
LOADED = """
import json, sys
def test_nothing():
    pass
def pytest_sessionfinish():
    names = [name for name in sys.modules if name.startswith(("flags.", "pydantic"))]
    print("LOADED" + json.dumps(names))
"""


def run(folder: Path) -> str:
    """What pytest says of the tests in a folder."""
    done = subprocess.run(
        [*RUN, str(folder)],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    return done.stdout + done.stderr


def test_fixtures(tmp_path: Path) -> None:
    """Fixed values end with the test, and time is in the test's hands."""
    (tmp_path / "test_mine.py").write_text(TESTS, "utf-8")

    assert "3 passed" in run(tmp_path)


def test_light(tmp_path: Path) -> None:
    """Tests that use no fixture don't load the store, nor what it is made of."""
    (tmp_path / "conftest.py").write_text(LOADED, "utf-8")
    (tmp_path / "test_mine.py").write_text("def test_nothing(): pass", "utf-8")

    found = run(tmp_path)
    names = json.loads(found.partition("LOADED")[2].partition("]")[0] + "]")

    assert "1 passed" in found
    assert plugin.__name__ in names
    assert not [n for n in names if n.startswith(("flags.store", "pydantic"))]


def test_pytest_finds_it() -> None:
    """The package says where its plugin is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    named = plugin.__name__.replace("flags", "lambda_canary")
    assert {"canary": named} == project["entry-points"]["pytest11"]
