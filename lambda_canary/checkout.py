"""Modules of the rooms under the names by which they are published."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from lambda_canary.naming import ROOT, home_of, renamed

LIBRARY = ROOT / "flags"
_OWN = {"lambda_canary.checkout", "lambda_canary.naming"}


class _Renamed(SourceFileLoader):
    """Runs a room's file under its published name."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - a loader's
        """Compiled here: the bytecode beside the file is of the other name."""
        source = renamed(self.get_data(self.path).decode())
        return compile(source, self.path, "exec", dont_inherit=True)


class _Finder:
    """Finds what is below `lambda_canary` in the rooms."""

    def __init__(self, *, same: bool) -> None:
        self._same = same

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - a finder's
        target: ModuleType | None = None,  # noqa: ARG002 - same
    ) -> ModuleSpec | None:
        """The module's spec; None for what is not published."""
        if not fullname.startswith("lambda_canary.") or fullname in _OWN:
            return None
        room = home_of(fullname)
        file, package = _file(ROOT.joinpath(*room.split(".")))
        if file is None:
            return None
        loader = self._loader(room, fullname, str(file))
        spec = ModuleSpec(fullname, loader, origin=str(file), is_package=package)
        spec.has_location = True
        if package:
            spec.submodule_search_locations = [str(file.parent)]
        return spec

    def _loader(self, room: str, name: str, file: str) -> Any:
        if not self._same:
            return _Renamed(name, file)
        from flags.former import Same  # noqa: PLC0415 - `flags` is the room

        return Same(room)


def _file(place: Path) -> tuple[Path | None, bool]:
    if (place / "__init__.py").is_file():
        return place / "__init__.py", True
    file = place.with_suffix(".py")
    return (file, False) if file.is_file() else (None, False)


def take(name: str) -> None:
    """Put the library in the place of this package."""
    same = _is_ours()
    sys.meta_path.insert(0, _Finder(same=same))
    if same:
        sys.modules[name] = importlib.import_module("flags")
        return
    package = sys.modules[name]
    package.__path__ = [str(LIBRARY)]
    source = renamed((LIBRARY / "__init__.py").read_text("utf-8"))
    code = compile(source, str(LIBRARY / "__init__.py"), "exec", dont_inherit=True)
    exec(code, vars(package))  # noqa: S102 - our own file


def _is_ours() -> bool:
    """Whether `flags` is the room here."""
    module = sys.modules.get("flags")
    if module is None:
        spec = importlib.util.find_spec("flags")
        origin = spec.origin if spec else None
    else:
        origin = getattr(module, "__file__", None)
    return origin is not None and Path(origin).resolve() == LIBRARY / "__init__.py"
