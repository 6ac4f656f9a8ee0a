"""A plan as the machine reads it: of the canonical mapping, lengths in seconds.

The mapping has been checked by `flags.store.plans`. What can't be read raises one of
`UNREADABLE`; who reads a stored rollout takes that for damage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flags.store.plans.durations import seconds

UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
EVERYONE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A function to invoke: `timeout` and `every` in seconds.

    `key` names its result in `Seen.checks`: `before/0/1` is the second check before the
    first step. `every` is 0 for checks before a step: they pass once.
    """

    key: str
    invoke: str
    payload: Any
    timeout: float
    every: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Waits `timeout` seconds for one of the approvers; None is anybody."""

    approvers: tuple[str, ...] | None
    timeout: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of `weight` (per cent), `groups` (segments) and `gate`; `bake` in seconds."""

    weight: float | None
    groups: tuple[str, ...]
    gate: Gate | None
    bake: float
    before: tuple[Check, ...]
    during: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Who is on the canary: a percentage drawn by lot, and segments by name."""

    weight: float
    admitted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a rollout goes. `source` is the canonical mapping it was read from."""

    source: Mapping[str, Any]
    steps: tuple[Step, ...]
    judged: bool
    alarms: tuple[str, ...]
    inconclusive: str
    deadline: float
    drain: float

    @classmethod
    def of(cls, source: Mapping[str, Any]) -> Plan:
        """Read a canonical plan; raises one of `UNREADABLE`."""
        guards = source["guards"]
        return cls(
            source=source,
            steps=tuple(_step(*numbered) for numbered in enumerate(source["steps"])),
            judged=bool(guards["errors"] or guards["latency"]),
            alarms=tuple(guards["alarms"]),
            inconclusive=source["inconclusive"],
            deadline=seconds(source["deadline"]),
            drain=seconds(source["drain"]),
        )

    @property
    def promotes(self) -> bool:
        """Whether its end is a promotion, which no person has to ask for."""
        return self.steps[-1].weight == EVERYONE

    def exposure(self, entered: int) -> Exposure:
        """Who is on the canary once that many steps have been entered."""
        weight: float = 0
        groups: dict[str, None] = {}
        for step in self.steps[:entered]:
            weight = weight if step.weight is None else step.weight
            groups |= dict.fromkeys(step.groups)
        return Exposure(weight=weight, admitted=tuple(groups))

    def words(self, index: int) -> str:
        """A step as people read it: `step 2 of 5, 10 %`."""
        step = self.steps[index]
        what = f"{step.weight:g} %" if step.weight is not None else "gate"
        if step.groups:
            what = ", ".join(step.groups)
        return f"step {index + 1} of {len(self.steps)}, {what}"


def _step(index: int, source: Mapping[str, Any]) -> Step:
    gate, weight = source.get("gate"), source.get("weight")
    step = Step(
        weight=weight,
        groups=tuple(source.get("groups") or ()),
        gate=None if gate is None else _gate(gate),
        bake=0.0 if gate is not None else seconds(source["bake"]),
        before=_checks(f"before/{index}", source.get("before")),
        during=_checks(f"during/{index}", source.get("during")),
    )
    if [step.weight is None, not step.groups, step.gate is None].count(False) != 1:
        msg = f"steps[{index}] is not one of weight, groups and gate"
        raise ValueError(msg)
    return step


def _gate(source: Mapping[str, Any]) -> Gate:
    named = source.get("approvers")
    return Gate(
        approvers=None if named is None else tuple(named),
        timeout=seconds(source["timeout"]),
    )


def _checks(kind: str, sources: Any) -> tuple[Check, ...]:
    return tuple(
        Check(
            key=f"{kind}/{number}",
            invoke=source["invoke"],
            payload=source.get("payload"),
            timeout=seconds(source["timeout"]),
            every=seconds(source["every"]) if "every" in source else 0.0,
        )
        for number, source in enumerate(sources or ())
    )
