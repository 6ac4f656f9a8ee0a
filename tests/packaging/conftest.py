"""What was built, once for all tests here."""

import dataclasses
from pathlib import Path

import pytest

from examples.demo import emulator, stack

REGION = {"AWS_DEFAULT_REGION": "us-east-1"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """Folders that become the zips of the functions and the layers."""

    router: Path
    layer: Path
    judge: Path
    controller: Path


def build(folder: Path) -> Artefacts:
    """Build the stack in this folder."""
    template = stack.sam_build(emulator.ROOT / "template.yaml", folder, REGION)
    built = template.parent
    return Artefacts(
        router=built / "RouterFunction",
        layer=built / "FlagsLayer" / "python",
        judge=built / "JudgeLayer" / "python",
        controller=built / "ControllerFunction",
    )


@pytest.fixture(scope="session")
def artefacts() -> Artefacts:
    """The stack as it is deployed to the emulator."""
    return build(emulator.BUILD / "packaging")
