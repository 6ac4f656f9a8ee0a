"""The zips hold what runs in Lambda, all of it and nothing else."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from examples.demo.emulator import ROOT
from tests.packaging.conftest import Artefacts, build

pytestmark = pytest.mark.packaging

# Number of the processor in the header of an ELF file, and where it stands.
MACHINES = {"aarch64": 0xB7, "x86_64": 0x3E}
MACHINE_AT = 18

PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
import flags, jmespath, mmh3, router.handler
for module in (flags, jmespath, mmh3, router.handler):
    print(module.__file__)
print(mmh3.hash("user-1"), callable(router.handler.handler))
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


def sources(package: str) -> dict[str, str]:
    """What of a package belongs into a zip, besides its bytecode."""
    return {
        f"{package}/{name}": digest
        for name, digest in files(ROOT / package).items()
        if name.endswith((".py", "py.typed"))
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
    """Besides flags: mmh3, jmespath, tzdata, without tests or sources in C."""
    found = written(artefacts.layer)
    ours = {name: it for name, it in found.items() if name.startswith("flags/")}
    others = found.keys() - ours.keys()

    assert ours == sources("flags")
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
        for folder in (artefacts.router, artefacts.layer)
        for path in folder.rglob("*")
        if path.is_file() and here in path.read_bytes()
    ]


def test_a_second_build_is_the_same(artefacts: Artefacts, tmp_path: Path) -> None:
    """Unchanged sources give unchanged zips, so nothing is deployed for no reason."""
    again = build(tmp_path / "again")

    assert files(again.layer) == files(artefacts.layer)
    assert files(again.router) == files(artefacts.router)
