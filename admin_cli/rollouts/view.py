"""A rollout as `status` shows it: one record, for JSON and for the tree.

Laws
1. Pure: a document, what was seen of it, and the time; nothing is read here.
2. All keys are always there; null is what nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from admin_cli.rollouts import steps, times
from admin_cli.rollouts.outcome import Outcome, abort, next_commands, outcome
from flags.store.compiler import other
from flags.store.stable import stable_of
from rollouts.machine.rollout import damaged

Data = dict[str, Any]
Body = Mapping[str, Any]

_NOTHING_SEEN: Data = {
    "containers": 0,
    "judged_at": None,
    "verdict": None,
    "share": None,
    "errors": {},
}
# Per cent: in the rules weights are whole buckets.
_BUCKET = 0.001
_NOBODY = {"users": 0, "failed": 0, "p50": None, "p99": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A release as it was found: its document, its evidence, its mark.

    `trouble` is why the evidence can't be read. `named` are the versions that the
    aliases name, by colour, as far as they can be seen.
    """

    name: str
    version: int
    body: Body
    sight: Mapping[str, Any] | None = None
    marked: bool = False
    trouble: str | None = None
    named: Mapping[str, str] = field(default_factory=dict)


def view(found: Found, now: float) -> Data:
    """The record; `now` in seconds since the epoch."""
    broken = damaged(found.body)
    rollout = _last(found.body)
    return {
        "name": found.name,
        "version": found.version,
        "at": times.iso(now),
        "enabled": found.body.get("enabled", True),
        "damaged": broken,
        "weight": _weight(found),
        **_colours(found),
        "rollout": _rollout(rollout, found, now) if rollout else None,
        **_outcome(rollout, found, broken=broken),
    }


def headline(shown: Mapping[str, Any]) -> Data:
    """What has to change for a change to be told: not how many users came by."""
    rollout = shown["rollout"] or {}
    told = (
        "id",
        "phase",
        "step",
        "why",
        "paused",
        "extended",
        "marked",
        "alarms",
        "trouble",
    )
    verdict = (rollout.get("evidence") or {}).get("verdict") or {}
    return {
        "weight": shown["weight"]["asked"],
        "enabled": shown["enabled"],
        "damaged": shown["damaged"],
        "outcome": shown["outcome"],
        "verdict": verdict.get("kind"),
        **{key: rollout.get(key) for key in told},
    }


def _outcome(rollout: Any, found: Found, *, broken: bool) -> Data:
    if broken:
        return {"outcome": str(Outcome.WAITING), "next": [abort(found.name)]}
    if not rollout:
        live = "weight" in found.body and not found.marked
        commands = [f"canary {verb} {found.name}" for verb in ("promote", "abort")]
        return {"outcome": None, "next": commands if live else []}
    return {
        "outcome": str(outcome(rollout, marked=found.marked)),
        "next": next_commands(found.name, rollout, marked=found.marked),
    }


def _last(body: Body) -> Any:
    """The rollout that is or was, unless somebody moved the release by hand since."""
    rollout = None if damaged(body) else body.get("rollout")
    if not rollout or rollout["phase"] not in _LED_TO:
        return rollout
    led_to = rollout["colours"][_LED_TO[rollout["phase"]]]
    return rollout if "weight" not in body and stable_of(body) == led_to else None


# Whose colour everyone is on once a rollout is over, by its phase.
_LED_TO = {"aborted": "stable", "completed": "canary"}


def _weight(found: Found) -> Data:
    """`seen` is the canary's share, in per cent, of those drawn at this weight."""
    asked = 0 if found.marked else found.body.get("weight")
    drawn: Mapping[float, tuple[int, int]] = (found.sight or {}).get("weights", {})
    here = [
        users
        for weight, users in drawn.items()
        if asked is not None and abs(weight - asked) < _BUCKET
    ]
    canary, looks = (sum(users[0] for users in here), sum(map(sum, here)))
    seen = round(100 * canary / looks, 3) if looks else None
    return {"asked": asked, "seen": seen, "looks": looks}


def _variant(found: Found, role: str) -> Mapping[str, Any]:
    variants: Mapping[str, Any] = (found.sight or {}).get("variants", {})
    one: Mapping[str, Any] = variants.get(role, _NOBODY)
    return one


def _colours(found: Found) -> Data:
    stable = stable_of(found.body)
    rollout = _last(found.body) or {}
    colours = rollout.get("colours") or {"stable": stable, "canary": other(stable)}
    versions = rollout.get("versions") or {}
    return {
        role: {
            "colour": colours.get(role),
            "version": found.named.get(colours[role]) or versions.get(role),
            "recorded": versions.get(role),
            **_variant(found, role),
        }
        for role in ("stable", "canary")
    }


def _rollout(rollout: Mapping[str, Any], found: Found, now: float) -> Data:
    plan, phase, step = rollout["plan"], rollout["phase"], rollout["step"]
    until = rollout.get("until")
    evidence = {key: (found.sight or _NOTHING_SEEN)[key] for key in _NOTHING_SEEN}
    return {
        "id": rollout["id"],
        "phase": phase,
        "marked": found.marked,
        "step": step + 1,
        "of": len(plan["steps"]),
        "began": rollout["began"],
        "since": rollout["at"],
        "until": until,
        "left": max(0.0, times.moment(until) - now) if until else None,
        "why": rollout.get("why") or "",
        "paused": rollout.get("paused"),
        "extended": rollout.get("extended", 0),
        "approvals": list(rollout.get("approvals") or ()),
        "admitted": list(rollout.get("admitted") or ()),
        "alarms": dict(rollout.get("alarms") or {"watched": [], "ignored": []}),
        "steps": steps.marked(plan, _in_force(phase, marked=found.marked), step),
        "evidence": evidence if found.sight else None,
        "trouble": found.trouble,
    }


def _in_force(phase: str, *, marked: bool) -> str:
    """What the routers make of the phase: they go by the mark before it is settled."""
    return "aborted" if marked and phase not in {"draining", "completed"} else phase
