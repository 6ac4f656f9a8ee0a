"""What a written flag serves, and to whom: the forms of `serve` in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from admin_cli.percentage import WHOLE, show
from flags.store.serving import form
from flags.store.values import epoch

Body = Mapping[str, Any]


def variants(serve: Any) -> set[str]:
    """The variants that a `serve` gives to anybody, now or later."""
    if isinstance(serve, str):
        return {serve}
    return {name for split in _splits(serve) for name, share in split.items() if share}


def served(body: Body) -> set[str]:
    """The variants that a flag gives to anybody, `off` aside."""
    found = {name for name, keys in body.get("targets", {}).items() if keys}
    return found.union(*(variants(serve) for serve in _serves(body)))


def alone(body: Body, now: float) -> str | None:
    """The one variant that everyone gets from now on, or None."""
    if not body.get("enabled", True):
        return str(body["off"])
    found = {name for name, keys in body.get("targets", {}).items() if keys}
    for serve in _serves(body):
        if form(serve) != "ramp":
            found |= variants(serve)
        elif epoch(serve["ramp"][-1]["at"]) <= now:
            found |= variants(serve["ramp"][-1]["split"])
        else:
            return None
    if body.get("requires") or body.get("schedule"):
        found.add(body["off"])
    return found.pop() if len(found) == 1 else None


def lone(serve: Any) -> Iterator[str]:
    """The variant of a split that gives everyone the same."""
    if form(serve) in {"shares", "split"}:
        for split in _splits(serve):
            yield from (name for name, share in split.items() if share == WHOLE)


def told(serve: Any) -> str:
    """A `serve` in words."""
    kind = form(serve)
    if kind == "variant":
        return str(serve)
    by = f", by {serve['by']}" if kind != "shares" and "by" in serve else ""
    shares = ", ".join(
        f"{name} {show(share)}" for name, share in _splits(serve)[-1].items()
    )
    if kind == "ramp":
        shares = f"ramp to {shares} at {serve['ramp'][-1]['at']}"
    return shares + by


def _serves(body: Body) -> Iterator[Any]:
    yield from (rule["serve"] for rule in body.get("rules", ()))
    yield body["serve"]


def _splits(serve: Any) -> list[Mapping[str, float]]:
    kind = form(serve)
    if kind == "ramp":
        return [stage["split"] for stage in serve["ramp"]]
    return [serve["split"] if kind == "split" else serve]
