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
        loader = spec.loader
        # One that is a class serves all modules: nothing may be set on it.
        if loader is None or isinstance(loader, type):
            return spec
        load = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            load(module)
            home = self.homes.pop(spec.name, None)
            if home is not None:
                _hook(module, home)
            if not self.homes and self in sys.meta_path:
                sys.meta_path.remove(self)

        loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


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
            _hook(module, home)
    if _finder.homes and _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def _hook(module: ModuleType, home: str) -> None:
    try:
        import_module(home).hook(module)
    except Exception:  # noqa: BLE001 - law 3
        from flags.propagation.counts import skipped  # noqa: PLC0415 - next to never

        skipped[module.__name__] += 1
