"""Flags with fixed values, for a test of code that reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Any, cast

from flags.client import Flags
from flags.model import Flag, Ruleset, Value
from flags.record import replace
from flags.snapshot import Held, Snapshot

_LOCK = RLock()


@contextmanager
def override(
    features: Flags, values: Mapping[str, Value], *, keep: bool = False
) -> Iterator[None]:
    """Inside the block these flags have these values, for everyone.

    All other flags give their defaults and no table is read, so that a test depends
    on what it says and nothing else; with `keep` they follow their rules. Blocks may
    be nested: an inner one adds to the outer one, and wins where both name a flag.
    The values hold in all threads.
    """
    layer = _Layer(values, keep=keep)
    _push(features, layer)
    try:
        yield
    finally:
        _pull(features, layer)


class _Layer:
    """The values of one block."""

    def __init__(self, values: Mapping[str, Value], *, keep: bool) -> None:
        self.flags = {name: _fixed(name, value) for name, value in values.items()}
        self.keep = keep


class _Layered:
    """Stands in for a snapshot: fixed flags over its rules, or over none."""

    def __init__(self, real: Snapshot[Ruleset]) -> None:
        self.real = real
        self.layers: list[_Layer] = []
        self.held: Held[Ruleset] | None = None
        self._under: Ruleset | None = None
        # Never fresh: each call asks `current`, which knows better.
        self.fresh_from = self.fresh_until = float("inf")

    @property
    def keeps(self) -> bool:
        """Whether the real rules show through."""
        return any(layer.keep for layer in self.layers)

    @property
    def problem(self) -> str | None:
        """What is wrong with the real rules, if they count."""
        return self.real.problem if self.keeps else None

    def current(self) -> Held[Ruleset] | None:
        """The rules with the fixed flags, the same object while both are the same."""
        with _LOCK:
            held = self.real.current() if self.keeps else None
            under = held.rules if held else None
            if self.held is None or under is not self._under:
                self._under = under
                self.held = Held(rules=self._over(under), version=None, stale=False)
            return self.held

    def changed(self) -> None:
        """Put the rules together anew."""
        self.held = None
        self.current()

    def overlap(self) -> None:
        """Nothing needs to be read ahead."""

    def condemn(self, version: int | None, problem: str) -> None:
        """Fixed values don't raise; the real rules may."""
        held = self.real.held
        if self.keeps and held is not None and version is None:
            self.real.condemn(held.version, problem)
            # Not anew if they are the only rules: the caller would try them for ever.
            self.current()

    def _over(self, under: Ruleset | None) -> Ruleset:
        rules = under or Ruleset(version=0, flags={})
        flags = dict(rules.flags)
        for layer in self.layers:
            flags |= layer.flags
        return replace(rules, flags=flags)


def _push(features: Flags, layer: _Layer) -> None:
    with _LOCK:
        found: Any = features.snapshot
        layered = found if isinstance(found, _Layered) else _Layered(found)
        layered.layers.append(layer)
        layered.changed()
        _use(features, layered)


def _pull(features: Flags, layer: _Layer) -> None:
    with _LOCK:
        layered = cast("_Layered", features.snapshot)
        # Not the last one, if threads leave their blocks in another order.
        layered.layers.remove(layer)
        layered.changed()
        _use(features, layered if layered.layers else layered.real)


def _use(features: Flags, snapshot: Any) -> None:
    # Tests alone may reach in here.
    features._snapshot = snapshot  # noqa: SLF001
    features._take()  # noqa: SLF001


def _fixed(name: str, value: Value) -> Flag:
    return Flag(
        name=name,
        version=1,
        enabled=True,
        variants={"override": value},
        off="override",
        salt="",
        targets={},
        rules=(),
        serve="override",
    )
