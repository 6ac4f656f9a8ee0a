"""Hooks libraries when the function imports them.

Laws
1. Nothing is imported that the function does not import itself.
2. To be looked for is not to be imported: a library is hooked once it has run.
3. An import never fails because of us: a library that has changed is left as it is,
   and counted.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from importlib import import_module

# As type checkers know it; `typing` itself would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


class _Finder:
    """Waits for the modules it is told, and leaves when they have all come.

    No subclass of `importlib.abc.MetaPathFinder`, whose import would take as long as
    all of ours.
    """

    def __init__(self) -> None:
        self.homes: dict[str, str] = {}
        self._looking: set[tuple[int, str]] = set()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        mine = (get_ident(), fullname)
        # Other finders that look behind themselves ask us again on the way.
        if fullname not in self.homes or mine in self._looking:
            return None
        self._looking.add(mine)
        try:
            for finder in list(sys.meta_path):
                look = getattr(finder, "find_spec", None)
                spec = look(fullname, path, target) if look else None
                if spec is not None:
                    return self._watched(spec)
        finally:
            self._looking.discard(mine)
        return None

    def _watched(self, spec: ModuleSpec) -> ModuleSpec:
        if hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec)  # type: ignore[assignment]
        elif spec.loader is not None:
            _skip(spec.name)
            self.take(spec.name)
        return spec

    def take(self, name: str) -> str | None:
        """The home of a module that has come, if it was waited for."""
        home = self.homes.pop(name, None)
        if not self.homes and self in sys.meta_path:
            sys.meta_path.remove(self)
        return home


class _Loader:
    """In a loader's place until it is used: one loader may serve many modules."""

    __slots__ = ("_loader", "_spec")

    def __init__(self, spec: ModuleSpec) -> None:
        self._spec = spec
        self._loader = spec.loader

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """Of the loader's class, for those who ask before the module is imported."""
        return type(object.__getattribute__(self, "_loader"))

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_loader"), name)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module as its own loader does it, and hook it."""
        loader: Any = self._loader
        self._spec.loader = module.__loader__ = loader
        loader.exec_module(module)
        home = _finder.take(self._spec.name)
        if home is not None:
            _hook(module, home)


_finder = _Finder()


def watch(homes: Mapping[str, str]) -> None:
    """Hook these modules: those that are here now, the others when they come.

    `homes` maps a module's name on the name of the module of ours whose `hook` takes
    it. Hooking twice changes nothing.
    """
    for name, home in homes.items():
        module = sys.modules.get(name)
        if module is None:
            _finder.homes[name] = home
        else:
            _hook(_complete(module), home)
    if _finder.homes and _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def _complete(module: ModuleType) -> ModuleType:
    """The module, when the thread that is importing it just now is through."""
    if getattr(module.__spec__, "_initializing", False):
        try:
            return import_module(module.__name__)
        except Exception:  # noqa: BLE001 - who imports it is told
            return module
    return module


def _hook(module: ModuleType, home: str) -> None:
    try:
        import_module(home).hook(module)
    except Exception:  # noqa: BLE001 - law 3
        _skip(module.__name__)


def _skip(name: str) -> None:
    from flags.propagation.counts import skipped  # noqa: PLC0415 - next to never

    skipped[name] += 1
