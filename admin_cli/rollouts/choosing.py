"""Which plan a rollout goes by: named, in a file, the release's own, or `standard`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from admin_cli.input import read
from flags.store.changes import State
from flags.store.plans import READY, canonical
from flags.store.syntax import parse

USUAL = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A plan with all defaults written out, and where it comes from."""

    plan: Mapping[str, Any]
    origin: str


def named(name: str, path: str = "--plan") -> Chosen:
    """A ready-made plan, named at `path`; raises `InvalidDocument`."""
    return Chosen(plan=canonical(name, path), origin=f"the plan {name}")


def filed(path: str, stdin: TextIO) -> Chosen:
    """A plan out of a file, with `plan:` around it or not; raises `InvalidDocument`."""
    origin = "standard input" if path == "-" else path
    data: Any = parse(read(path, stdin), origin)
    if isinstance(data, Mapping) and set(data) == {"plan"}:
        data = data["plan"]
    return Chosen(plan=canonical(data), origin=f"the plan of {origin}")


def own(body: Mapping[str, Any]) -> Chosen:
    """The plan of a release's document, or else the usual one."""
    plan = body.get("plan")
    if plan is None or isinstance(plan, str):
        return named(plan or USUAL)
    return Chosen(plan=canonical(plan), origin="the release's own plan")


def looked_up(name: str, state: State | None, path: str = "--plan") -> Chosen:
    """A ready-made plan, or the plan of a release in the table; named at `path`.

    Raises `InvalidDocument` if it is neither; `state` is None where no table is asked.
    """
    stored = state.documents.get(name) if state and name not in READY else None
    if stored and "release" in stored.body:
        return own(stored.body)
    return named(name, path)
