"""Cold starts find bytecode that is right for ever, and the same in every build."""

import importlib.util
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from examples.demo import emulator
from examples.demo.emulator import ROOT
from tests.packaging.conftest import Artefacts
from tests.packaging.test_template import Loader

pytestmark = pytest.mark.packaging

# PEP 552: the second word of the header, for "by hash, and never checked".
UNCHECKED = (1).to_bytes(4, "little")
HOST = sys.implementation.cache_tag
LAYER = {"cpython-312", "cpython-313", "cpython-314"}
FUNCTION = {"cpython-313"}
ZIPPED = [
    ("router", FUNCTION),
    ("controller", FUNCTION),
    ("judge", FUNCTION),
    ("layer", LAYER),
]
# What runs in Lambda, by the folder that it is mounted at.
MOUNTED = {
    "router": b"/var/task/",
    "controller": b"/var/task/",
    "judge": b"/opt/python/",
    "layer": b"/opt/python/",
}
NOWHERE = "9.99"


def compiled(folder: Path) -> dict[str, set[Path]]:
    """Sources that have bytecode, by the interpreter that it is for."""
    found: defaultdict[str, set[Path]] = defaultdict(set)
    for path in folder.rglob("*.pyc"):
        _, tag, _ = path.name.split(".")
        found[tag].add(Path(importlib.util.source_from_cache(str(path))))
    return found


def make(room: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Compile what is in a folder, as the room's Makefile does."""
    given = {"PYTHON": sys.executable, "ARTIFACTS_DIR": folder, **settings}
    return subprocess.run(
        [
            "make",
            "-sC",
            ROOT / room,
            "bytecode",
            *(f"{k}={v}" for k, v in given.items()),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("zipped", "tags"), ZIPPED)
def test_all_or_nothing_is_compiled(
    artefacts: Artefacts, zipped: str, tags: set[str]
) -> None:
    """Each interpreter that was found compiled all sources; others left nothing."""
    folder = getattr(artefacts, zipped)
    found = compiled(folder)
    everything = set(folder.rglob("*.py"))

    assert HOST in found
    assert found.keys() - {HOST} <= tags
    assert [tag for tag, sources in found.items() if sources != everything] == []


def test_it_is_never_checked_against_the_sources(artefacts: Artefacts) -> None:
    """No times, which zips change, and no second look at the sources at a start."""
    for name in MOUNTED:
        folder = getattr(artefacts, name)
        flags = {path.read_bytes()[4:8] for path in folder.rglob("*.pyc")}
        assert flags == {UNCHECKED}


def test_tracebacks_name_the_files_in_lambda(artefacts: Artefacts) -> None:
    """A line of a traceback leads to where the file is when it runs."""
    for zipped, root in MOUNTED.items():
        folder = getattr(artefacts, zipped)
        for path in folder.rglob("*.pyc"):
            source = Path(importlib.util.source_from_cache(str(path)))
            name = source.relative_to(folder).as_posix().encode()
            assert root + name in path.read_bytes()


def test_a_missing_interpreter_is_told_in_a_line(tmp_path: Path) -> None:
    """A build without an interpreter is good, and says once what it costs."""
    (tmp_path / "module.py").write_text("x = 1\n")
    done = make("router", tmp_path, PYTHONS=NOWHERE)

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(rf"no Python {NOWHERE} here: [^\n]+\n", done.stdout)
    assert not list(tmp_path.rglob("*.pyc"))


def test_a_shim_for_nothing_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What bears the name of an interpreter and isn't one does not stop the search."""
    version = "{}.{}".format(*sys.version_info)
    folder, shims, pyenv = (tmp_path / it for it in ("built", "shims", "pyenv"))
    real = pyenv / "versions" / f"{version}.0" / "bin" / "python"
    for path in (folder, shims, real.parent):
        path.mkdir(parents=True)
    shim = shims / f"python{version}"
    shim.write_text("#!/bin/sh\necho 'no such version' >&2; exit 127\n")
    shim.chmod(0o755)
    real.symlink_to(sys.executable)
    (folder / "module.py").write_text("x = 1\n")
    monkeypatch.setenv("PATH", str(shims), prepend=":")
    done = make(
        "flags", folder, PYTHONS=version, PYTHON=str(shim), PYENV_ROOT=str(pyenv)
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert compiled(folder) == {HOST: {folder / "module.py"}}


def test_a_source_that_does_not_compile_fails_the_build(tmp_path: Path) -> None:
    """Bytecode that is missing for a reason is told before it is deployed."""
    (tmp_path / "module.py").write_text("x = = 1\n")
    version = "{}.{}".format(*sys.version_info)
    done = make("router", tmp_path, PYTHONS=version)

    assert done.returncode != 0
    assert "SyntaxError" in done.stdout + done.stderr


def test_all_rooms_compile_in_one_way() -> None:
    """Each is built in a copy of its folder, so the recipe stands in all."""
    recipes = {
        (ROOT / room / "Makefile").read_text().partition("\n# Bytecode, since")[2]
        for room in ("router", "flags", "rollouts")
    }
    (recipe,) = {text.partition("\n\nwheels:")[0].rstrip() for text in recipes}

    assert "compileall" in recipe


@pytest.mark.parametrize(
    ("function", "room"),
    [("RouterFunction", "router"), ("ControllerFunction", "rollouts")],
)
def test_it_is_compiled_for_the_runtime_that_it_has(function: str, room: str) -> None:
    """Another runtime in the template wants another version in the Makefile."""
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader)  # noqa: S506 - a SafeLoader
    runtime = template["Resources"][function]["Properties"]["Runtime"]
    makefile = (ROOT / room / "Makefile").read_text()

    assert f"\nPYTHONS ?= {runtime.removeprefix('python')}\n" in makefile


def test_the_emulator_runs_what_was_compiled_for_it() -> None:
    """The tests' own interpreter is the one that the emulator starts functions in."""
    shown = subprocess.run(
        [emulator.PYTHON, "-c", "import sys; print(sys.implementation.cache_tag)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == HOST
