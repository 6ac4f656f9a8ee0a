"""Builds the wheel: the rooms as one package, under the name that is published.

An editable install has the checkout itself, where `lambda_canary` stands for them.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Not imported: that would import the library, which needs what it depends on.
NAMING = Path(__file__).parent / "lambda_canary" / "naming.py"


class Renaming(BuildHookInterface[Any]):
    """Writes what is published into a folder, and has it taken from there."""

    _written: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the wheel is built."""
        if version == "editable":
            return
        folder = Path(mkdtemp())
        self._written = folder
        for name, text in runpy.run_path(str(NAMING))["published"]():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
            build_data["force_include"][str(file)] = name

    def finalize(
        self,
        version: str,  # noqa: ARG002 - a hook's
        build_data: dict[str, Any],  # noqa: ARG002 - same
        artifact_path: str,  # noqa: ARG002 - same
    ) -> None:
        """When it is built."""
        if self._written is not None:
            rmtree(self._written)
