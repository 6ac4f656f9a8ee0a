"""What was built, once for all tests here."""

import dataclasses
from pathlib import Path

import pytest

from examples.demo import emulator, stack

REGION = {"AWS_DEFAULT_REGION": "us-east-1"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """Folders that become the zips of the function and the layer."""

    router: Path
    layer: Path


def build(folder: Path) -> Artefacts:
    """Build the stack in this folder."""
    stack.sam_build(emulator.ROOT / "template.yaml", folder, REGION)
    return Artefacts(
        router=folder / "RouterFunction", layer=folder / "FlagsLayer" / "python"
    )


@pytest.fixture(scope="session")
def artefacts() -> Artefacts:
    """The stack as it is deployed to the emulator."""
    return build(emulator.BUILD / "packaging")
