"""The wheel: one package, which lives beside a `flags` of anybody else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder

from lambda_canary.naming import ROOT

LIBRARIES = Path(sysconfig.get_path("purelib"))
BOMB = "raise RuntimeError(f'{__name__} is somebody else\\'s')\n"
EVERYTHING = """
import json, pkgutil, sys, importlib
import lambda_canary
wrong = {}
for found in pkgutil.walk_packages(lambda_canary.__path__, "lambda_canary."):
    # It runs the handler that it is told to.
    if found.name != "lambda_canary.redirect":
        importlib.import_module(found.name)
print(json.dumps(sorted(name for name in sys.modules
                        if name.partition(".")[0] in sys.argv[1:])))
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it is built."""
    builder = WheelBuilder(str(ROOT))
    folder = str(tmp_path_factory.mktemp("wheel"))
    return Path(next(iter(builder.build(directory=folder, versions=["standard"]))))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which it is installed."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(
    *arguments: str, installed: Path, folder: Path, fails: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run Python in a project's folder, with the wheel and without the checkout."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        # Without the files of `site`, which would have the checkout found.
        [sys.executable, "-S", *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": f"{installed}:{LIBRARIES}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert fails or done.returncode == 0, done.stdout + done.stderr
    return done


def test_it_is_one_package(wheel: Path) -> None:
    """Nothing in it could be written over anybody else's, or run at every start."""
    names = zipfile.ZipFile(wheel).namelist()

    assert {"lambda_canary", "lambda_canary-0.1.0.dist-info"} == {
        name.partition("/")[0] for name in names
    }
    assert "lambda_canary/py.typed" in names
    assert not [
        name for name in names if name.endswith((".pth", ".txt.in", "Makefile", ".pyi"))
    ]
    assert not {"lambda_canary/checkout.py", "lambda_canary/naming.py"} & {*names}


def test_every_module_knows_the_others(installed: Path, tmp_path: Path) -> None:
    """With others' modules of the rooms' names all around, none of them is imported."""
    rooms = ["flags", "router", "rollouts", "admin_cli"]
    for room in rooms:
        (tmp_path / f"{room}.py").write_text(BOMB)
    done = run("-c", EVERYTHING, *rooms, installed=installed, folder=tmp_path)

    assert [] == json.loads(done.stdout)


def test_its_entry_points_are_there(installed: Path, tmp_path: Path) -> None:
    """The command, and the plugin for pytest."""
    (listed,) = installed.glob("*.dist-info/entry_points.txt")
    values = [line.partition(" = ") for line in listed.read_text().splitlines()]
    for name, _, value in filter(lambda it: it[1], values):
        entry = EntryPoint(name, value, "")
        code = f"import {entry.module} as it; it.{entry.attr or '__name__'}"
        run("-c", code, installed=installed, folder=tmp_path)


PROJECTS = {
    "module": {"flags.py": "BETA = True\n"},
    "package": {"flags/__init__.py": "BETA = True\n"},
    "folder": {"flags/beta.py": "ON = True\n", "flags/deep/x.py": "Y = 1\n"},
}
IMPORTS = {
    "module": "from flags import BETA\n",
    "package": "import flags\nassert flags.BETA\n",
    "folder": "from flags.beta import ON\nimport flags.deep.x\n",
}
TESTS = """
import lambda_canary
from lambda_canary.testing import flags_from


def test_ours(override_flags, fake_clock):
    gift = {"variants": {"on": True, "no": False}, "off": "no", "serve": "no"}
    features = flags_from({"flags": {"gift": gift}})
    override_flags(features, {"gift": True})
    assert features.boolean("gift", default=False, key="ann")


def test_decisions():
    with lambda_canary.carrying("v1~shop.green.12"):
        assert lambda_canary.current().variant("shop") == "green"
"""


def project(folder: Path, kind: str) -> None:
    """Somebody's project, with something called `flags`."""
    for name, text in PROJECTS[kind].items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", PROJECTS)
def test_pytest_in_a_project(
    installed: Path, tmp_path: Path, kind: str, first: object
) -> None:
    """Its tests run, with our fixtures, and whatever is imported first."""
    project(tmp_path, kind)
    parts = [IMPORTS[kind], TESTS] if first else [TESTS, IMPORTS[kind]]
    (tmp_path / "test_it.py").write_text("".join(parts))
    done = run(
        *("-W", "error::DeprecationWarning", "-m", "pytest", "-q"),
        *("-p", "no:cacheprovider"),
        installed=installed,
        folder=tmp_path,
    )

    assert "2 passed" in done.stdout


def test_pytest_in_a_project_of_before(installed: Path, tmp_path: Path) -> None:
    """Where nothing is called `flags`, tests that were written for it still run."""
    (tmp_path / "test_it.py").write_text(TESTS.replace("lambda_canary", "flags"))
    done = run(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider"),
        installed=installed,
        folder=tmp_path,
    )

    assert "2 passed" in done.stdout
    assert "import lambda_canary instead" in done.stdout


def shown(code: str, installed: Path, folder: Path) -> Any:
    """What a program prints as JSON."""
    done = run("-c", f"import json\n{code}", installed=installed, folder=folder)
    return json.loads(done.stdout)


FORMER = """
import lambda_canary, sys, warnings
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    import flags
    import flags.token, lambda_canary.token
    from flags import carriers
    from flags.testing import FakeClock
    import flags
import lambda_canary.testing
import pickle
print(json.dumps([
    flags is lambda_canary,
    flags.token is lambda_canary.token,
    FakeClock is lambda_canary.testing.FakeClock,
    carriers is lambda_canary.carriers,
    [flags.__name__, flags.__spec__.name, flags.token.__spec__.name],
    pickle.loads(b"cflags.token\\nToken\\n.") is lambda_canary.Token,
    [str(it.category.__name__) for it in told],
    [it.filename for it in told],
]))
"""


def test_the_former_name(installed: Path, tmp_path: Path) -> None:
    """It means the same modules, is told once, and where it stands."""
    *same, names, pickled, told, where = shown(FORMER, installed, tmp_path)

    assert [True] * 4 == same
    assert ["lambda_canary", "lambda_canary", "lambda_canary.token"] == names
    assert pickled is True
    assert (["DeprecationWarning"], ["<string>"]) == (told, where)


NOTHING = """
import lambda_canary
import flags
try:
    import flags.nothing
except ModuleNotFoundError as error:
    print(json.dumps([error.name, str(error)]))
"""


def test_what_is_not_there_under_the_former_name(
    installed: Path, tmp_path: Path
) -> None:
    """It is missed as any other module."""
    name, text = shown(NOTHING, installed, tmp_path)

    assert ("flags.nothing", "No module named 'flags.nothing'") == (name, text)


@pytest.mark.parametrize("kind", PROJECTS)
def test_the_former_name_yields(installed: Path, tmp_path: Path, kind: str) -> None:
    """To a module, a package, and a folder without an `__init__.py`."""
    project(tmp_path, kind)
    code = f"import lambda_canary\n{IMPORTS[kind]}import flags\nprint(json.dumps("
    code += "[flags is lambda_canary, 'lambda_canary' in str(vars(flags))]))"

    assert [False, False] == shown(code, installed, tmp_path)


LATE = """
import lambda_canary, sys
from importlib.machinery import ModuleSpec
class Theirs:
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name == "flags" else None
    def create_module(self, spec): pass
    def exec_module(self, module): module.BETA = True
sys.meta_path.append(Theirs())
import flags
print(json.dumps(flags.BETA))
"""


def test_the_former_name_yields_to_finders(installed: Path, tmp_path: Path) -> None:
    """Also to one that came after ours: editable installs have such."""
    assert shown(LATE, installed, tmp_path) is True


ONCE = """
import lambda_canary
import flags
import boto3, concurrent.futures
from botocore.client import BaseClient
found, hooks = BaseClient._make_api_call, 0
while found is not None:
    hooks += "lambda_canary" in found.__code__.co_filename
    found = getattr(found, "__wrapped__", None)
with flags.carrying("v1~shop.green.12"):
    print(json.dumps([hooks, str(lambda_canary.current())]))
"""


def test_nothing_is_there_twice(installed: Path, tmp_path: Path) -> None:
    """Under two names boto3 is hooked once, and one decision is in force."""
    assert [1, "v1~shop.green.12"] == shown(ONCE, installed, tmp_path)
