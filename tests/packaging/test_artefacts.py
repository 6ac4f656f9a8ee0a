"""The zips hold what runs in Lambda, all of it and nothing else."""

import dataclasses
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from examples.demo.emulator import ROOT
from lambda_canary.naming import LIBRARY, renamed
from tests.packaging.conftest import Artefacts, build

pytestmark = pytest.mark.packaging

# Number of the processor in the header of an ELF file, and where it stands.
MACHINES = {"aarch64": 0xB7, "x86_64": 0x3E}
MACHINE_AT = 18

PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
import lambda_canary, jmespath, mmh3, router.handler
for module in (lambda_canary, jmespath, mmh3, router.handler):
    print(module.__file__)
print(mmh3.hash("user-1"), callable(router.handler.handler))
"""

SENTINEL = """
import sys
sys.path[:0] = sys.argv[1:]
import router.sentinel.composition, rollouts.judge
print(router.sentinel.composition.__file__)
print(rollouts.judge.__file__)
"""

# boto3 comes with Lambda: it is found after what is in the zips.
CONTROLLER = """
import sys
sys.path[:0] = sys.argv[1:3]
sys.path.append(sys.argv[3])
import aws_lambda_powertools, lambda_canary, pydantic, pydantic_core, rollouts.handler
for module in (aws_lambda_powertools, lambda_canary, pydantic, pydantic_core):
    print(module.__file__)
print(rollouts.handler.__file__)
print(callable(rollouts.handler.handler))
"""

# What a function of the stack has in its environment when it starts.
FUNCTION = {
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_LAMBDA_FUNCTION_NAME": "canary-router",
    "CANARY_TABLE": "flags",
    "CANARY_TARGETS": "",
    "CANARY_DEFAULT_SERVICE": "",
    "CANARY_STABLE_ALIAS": "blue",
    "CANARY_REFRESH_SECONDS": "5",
}


def files(folder: Path) -> dict[str, str]:
    """Names and digests of all files in a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def written(folder: Path) -> dict[str, str]:
    """The same without bytecode, of which `test_bytecode` knows."""
    return {name: it for name, it in files(folder).items() if not name.endswith(".pyc")}


def sources(room: str) -> dict[str, str]:
    """What of a room belongs into a zip, besides its bytecode.

    The library goes by its published name there, also in what others import of it.
    """
    package = "lambda_canary" if room == "flags" else room
    paths = (path for path in (ROOT / room).rglob("*") if path.suffix == ".py")
    texts = {path: path.read_text("utf-8") for path in paths}
    if room == "flags":
        texts[ROOT / room / "py.typed"] = ""
    return {
        f"{package}/{path.relative_to(ROOT / room).as_posix()}": hashlib.sha256(
            renamed(text, LIBRARY).encode()
        ).hexdigest()
        for path, text in texts.items()
    }


def test_router_runs_from_the_zips_alone(artefacts: Artefacts) -> None:
    """Handler and libraries import with the standard library and the zips only."""
    done = subprocess.run(
        [sys.executable, "-IBSc", PROGRAM, artefacts.router, artefacts.layer],
        env=FUNCTION,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    *origins, proof = done.stdout.splitlines()
    assert proof.endswith("True")
    assert all(
        origin.startswith((str(artefacts.router), str(artefacts.layer)))
        for origin in origins
    )


def test_sentinel_runs_from_the_zips_alone(artefacts: Artefacts) -> None:
    """A router that is to judge finds all it needs in its two layers."""
    zips = [artefacts.router, artefacts.layer, artefacts.judge]
    shown = imported(SENTINEL, *zips)

    assert shown[1].startswith(str(artefacts.judge))


def test_controller_runs_from_the_zips_and_boto3(artefacts: Artefacts) -> None:
    """Its handler imports, and what it brings along is what it imports."""
    zips = (artefacts.controller, artefacts.layer)
    *origins, proof = imported(CONTROLLER, *zips, sysconfig.get_path("purelib"))

    assert proof == "True"
    assert all(origin.startswith((*map(str, zips),)) for origin in origins)


def imported(program: str, *folders: Path | str) -> list[str]:
    """What a program prints that has these folders on its path."""
    done = subprocess.run(
        [sys.executable, "-ISBc", program, *folders],
        env=FUNCTION,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("machine", MACHINES)
def test_controller_has_its_validator_for(artefacts: Artefacts, machine: str) -> None:
    """Whatever machine builds, the compiled module is there for both of Lambda's."""
    name = f"_pydantic_core.cpython-313-{machine}-linux-gnu.so"
    header = (artefacts.controller / "pydantic_core" / name).read_bytes()[:20]

    assert header[:4] == b"\x7fELF"
    assert int.from_bytes(header[MACHINE_AT:], "little") == MACHINES[machine]


def test_controller_holds_its_package_and_what_its_lock_names(
    artefacts: Artefacts,
) -> None:
    """Every module of ours, byte for byte; of others what pip was told to fetch."""
    found = written(artefacts.controller)
    ours = {name: it for name, it in found.items() if name.startswith("rollouts/")}
    lock = (ROOT / "rollouts" / "requirements.txt").read_text()
    named = {
        it.replace("-", "_") for it in re.findall(r"^([\w-]+)==", lock, re.MULTILINE)
    }

    assert ours == sources("rollouts")
    assert {name.partition("-")[0] for name in found if ".dist-info/" in name} == named
    assert not [name for name in found if name.endswith("/RECORD")]


def test_judge_layer_holds_what_a_router_needs(artefacts: Artefacts) -> None:
    """Judge and evidence, without the part that needs boto3."""
    assert written(artefacts.judge) == {
        name: it
        for name, it in sources("rollouts").items()
        if name.split("/")[1] in {"__init__.py", "judge", "evidence"}
        and name != "rollouts/evidence/table.py"
    }


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("version", ["312", "313", "314"])
def test_layer_has_the_hash_for(
    artefacts: Artefacts, version: str, machine: str
) -> None:
    """Whatever machine builds, the compiled module is there for all of Lambda's."""
    module = artefacts.layer / f"mmh3.cpython-{version}-{machine}-linux-gnu.so"
    header = module.read_bytes()[:20]

    assert header[:4] == b"\x7fELF"
    assert int.from_bytes(header[MACHINE_AT:], "little") == MACHINES[machine]


def test_router_zip_holds_the_package_only(artefacts: Artefacts) -> None:
    """Every module of the router is in, byte for byte, and nothing more."""
    assert written(artefacts.router) == sources("router")


def test_layer_holds_four_packages_only(artefacts: Artefacts) -> None:
    """Besides ours: mmh3, jmespath, tzdata, without tests or sources in C."""
    found = written(artefacts.layer)
    former = found.pop("flags.py")
    ours = {name: it for name, it in found.items() if name.startswith("lambda_canary/")}
    others = found.keys() - ours.keys()

    assert ours == sources("flags")
    assert former
    assert {name.split("/")[0].split(".")[0].split("-")[0] for name in others} == {
        "jmespath",
        "mmh3",
        "tzdata",
    }
    assert not [
        name
        for name in others
        if name.endswith((".c", ".h", "/RECORD")) or "/tests/" in name
    ]


def test_nothing_tells_where_it_was_built(artefacts: Artefacts) -> None:
    """No file holds the path of this checkout."""
    here = os.fsencode(ROOT)

    assert not [
        path
        for folder in dataclasses.astuple(artefacts)
        for path in folder.rglob("*")
        if path.is_file() and here in path.read_bytes()
    ]


def test_a_second_build_is_the_same(artefacts: Artefacts, tmp_path: Path) -> None:
    """Unchanged sources give unchanged zips, so nothing is deployed for no reason."""
    again = build(tmp_path / "again")

    for name in ("router", "layer", "judge", "controller"):
        assert files(getattr(again, name)) == files(getattr(artefacts, name)), name
