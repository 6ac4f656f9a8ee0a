"""The former name of the published package, `flags`, for code that was written for it.

Laws
1. It yields: `flags` is whatever Python finds under that name, a folder of modules
   without an `__init__.py` included, and this package only if there is nothing else.
2. There is one copy of everything: both names mean the very same modules.
3. Its use is told, once: it is a name that many a project needs for itself.

Only the published package has a former name. In the repository `flags` is the room.
"""

from __future__ import annotations

import sys

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

LIBRARY = __name__.rpartition(".")[0]
FORMER = "flags"


class Same:
    """A loader that hands over a module which has another name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # noqa: ARG002 - a loader's
        """The other module, imported if it isn't yet."""
        from importlib import import_module  # noqa: PLC0415 - for few

        module = import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """It has run; only its spec is put back."""
        module.__spec__ = self._spec


class _Renamed(Same):
    """The same for the package itself."""

    def __init__(self, name: str, frames: int = 0) -> None:
        super().__init__(name)
        # Of ours, between the import and this.
        self._frames = frames

    def exec_module(self, module: ModuleType) -> None:
        """Tell of the new name, and what is below it from now on."""
        super().exec_module(module)
        sys.meta_path.insert(0, _Below())
        from warnings import warn  # noqa: PLC0415 - for few

        wanted = f"`import {FORMER}` means {LIBRARY} here: import {LIBRARY} instead"
        warn(wanted, DeprecationWarning, stacklevel=2 + self._frames)


class _Below:
    """Finds modules of the package under its former name: the ones that there are."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - a finder's
        target: ModuleType | None = None,  # noqa: ARG002 - same
    ) -> ModuleSpec | None:
        """The module's spec, as long as the former name means the package."""
        if not fullname.startswith(f"{FORMER}."):
            return None
        if sys.modules.get(FORMER) is not sys.modules[LIBRARY]:
            return None
        from importlib.util import find_spec  # noqa: PLC0415 - for few

        name = LIBRARY + fullname[len(FORMER) :]
        return _spec(fullname, Same(name)) if find_spec(name) else None


def spec_unless_taken(
    asked: Any, path: Sequence[str] | None, target: ModuleType | None
) -> ModuleSpec | None:
    """The package under its former name, unless a finder behind this one has it."""
    finders = sys.meta_path
    for finder in finders[finders.index(asked) + 1 :]:
        look: Any = getattr(finder, "find_spec", None)
        spec: ModuleSpec | None = look(FORMER, path, target) if look else None
        if spec is not None:
            return spec
    return _spec(FORMER, _Renamed(LIBRARY))


def take(folder: str) -> None:
    """The same for a module `flags` that stands in this folder: a layer has one.

    It is found before folders without an `__init__.py` that stand elsewhere, and so
    yields to them by itself.
    """
    from importlib.machinery import PathFinder  # noqa: PLC0415 - for few
    from importlib.util import module_from_spec  # noqa: PLC0415 - same

    elsewhere = [place for place in sys.path if place != folder]
    ours = _spec(FORMER, _Renamed(LIBRARY, frames=2))
    spec = PathFinder.find_spec(FORMER, elsewhere) or ours
    module: Any = module_from_spec(spec)
    sys.modules[FORMER] = module
    loader: Any = spec.loader
    if hasattr(loader, "exec_module"):
        loader.exec_module(module)


def _spec(name: str, loader: Any) -> ModuleSpec:
    from importlib.machinery import ModuleSpec  # noqa: PLC0415 - for few

    return ModuleSpec(name, loader, is_package=True)
