"""Aids for tests: yours of code that reads flags, and of a store that you wrote.

    with override(features, {"gift": True}):       # fixed values
        ...
    features = flags_from({"flags": {...}})        # rules without a table
    class TestMyStore(StoreContract): ...          # what every store owes

pytest finds two fixtures by itself, `override_flags` and `fake_clock`. Each name is
imported when it is first used: a plugin must not slow the tests of others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flags.store.memory import MemoryStore
    from flags.testing.clock import FakeClock
    from flags.testing.contract import StoreContract
    from flags.testing.documents import flags_from
    from flags.testing.overrides import override

__all__ = ["FakeClock", "MemoryStore", "StoreContract", "flags_from", "override"]

_LIBRARY = __name__.rpartition(".")[0]
_HOMES = {
    "FakeClock": f"{__name__}.clock",
    "MemoryStore": f"{_LIBRARY}.store.memory",
    "StoreContract": f"{__name__}.contract",
    "flags_from": f"{__name__}.documents",
    "override": f"{__name__}.overrides",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found
