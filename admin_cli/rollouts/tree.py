"""A rollout for people: steps, users, evidence, and what goes on from here.

Laws
1. Colour adds nothing: a tick, a cross and a word say the same without it.
2. INCONCLUSIVE is told as what it is: nobody knows.
3. Of stored text nothing but its letters reaches the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from admin_cli.output import plain, table
from admin_cli.percentage import show
from admin_cli.rollouts import gauge, steps
from admin_cli.rollouts.sight import errors
from admin_cli.rollouts.times import moment, span

Data = Mapping[str, Any]

_STYLES = {
    "REGRESSED": "bold red",
    "INCONCLUSIVE": "yellow",
    "PROVEN": "green",
    "aborted": "bold red",
    "paused": "yellow",
    "completed": "green",
    "draining": "green",
}
_STATES = {steps.DONE: "green", steps.FAILED: "bold red", steps.CURRENT: "bold"}
_HEALTH = {
    "REGRESSED": "REGRESSED: ",
    "INCONCLUSIVE": "INCONCLUSIVE, nobody knows yet: ",
    "PROVEN": "PROVEN: ",
}


def tree(shown: Data) -> RenderableType:
    """All of it."""
    rollout = shown["rollout"]
    if rollout is None:
        return Text(_without(shown))
    return Group(
        *_head(shown, rollout),
        Text(""),
        *map(_step, _timed(rollout)),
        Text(""),
        _variants(shown),
        Text(_weights(shown["weight"])),
        *_evidence(rollout["evidence"], rollout["trouble"]),
        *(Text(line) for line in _alarms(rollout["alarms"])),
        *(Text(line) for line in _next(shown["next"])),
    )


def line(shown: Data) -> str:
    """All that matters, in a line: for logs."""
    rollout = shown["rollout"]
    if rollout is None:
        return _without(shown)
    told = [shown["at"], shown["name"], _where(rollout)]
    if shown["weight"]["asked"] is not None:
        told.append(f"weight {show(shown['weight']['asked'])}")
    verdict = (rollout["evidence"] or {}).get("verdict")
    if verdict:
        told.append(verdict["kind"])
    return plain(f"{', '.join(told)}: {rollout['why']}")


def _without(shown: Data) -> str:
    weight, stable = shown["weight"]["asked"], shown["stable"]["colour"]
    if shown["damaged"]:
        return (
            f"{shown['name']}: the rollout can't be read; `{shown['next'][0]}` ends it"
        )
    if weight is None:
        return f"{shown['name']} has no rollout; everyone is on {stable}"
    told = f"{show(weight)} on {shown['canary']['colour']}, set by hand"
    return f"{shown['name']} has no rollout of a plan; {told}"


def _where(rollout: Data) -> str:
    if rollout["marked"] and rollout["phase"] not in {"aborted", "completed"}:
        return "aborted by the routers"
    cause = (rollout["paused"] or {}).get("cause")
    phase = f"paused ({cause})" if cause else rollout["phase"]
    if rollout["phase"] in {"aborted", "completed", "draining"}:
        return str(phase)
    return f"{phase}, step {rollout['step']} of {rollout['of']}"


def _head(shown: Data, rollout: Data) -> Iterator[Text]:
    phase = "aborted" if rollout["marked"] else rollout["phase"]
    head = Text(f"{shown['name']}: ")
    head.append(_where(rollout), style=_STYLES.get(phase, "bold"))
    took = moment(shown["at"]) - moment(rollout["began"])
    head.append(f"; rollout {plain(rollout['id'])}, {span(took)} old")
    yield head
    yield Text(_roles(shown, phase))
    if not shown["enabled"]:
        yield Text("the release is disabled, so everyone stays on stable")
    if rollout["marked"]:
        yield Text("routers serve stable; the controller writes it down in a minute")
    if rollout["why"]:
        yield Text(plain(rollout["why"]))


def _roles(shown: Data, phase: str) -> str:
    stable, canary = _colour(shown["stable"]), _colour(shown["canary"])
    if phase == "aborted":
        return f"everyone is on {stable}; {canary} was the canary"
    if phase == "draining":
        return (
            f"everyone is on {canary}, which was promoted; {stable} is kept for `undo`"
        )
    if phase == "completed":
        return f"everyone is on {canary}, which was promoted"
    return f"{stable} is stable, {canary} the canary"


def _colour(variant: Data) -> str:
    version, recorded = variant["version"], variant["recorded"]
    if not version:
        return plain(variant["colour"])
    about = f", not {recorded}" if recorded and recorded != version else ""
    return plain(f"{variant['colour']} (version {version}{about})")


def _timed(rollout: Data) -> Iterator[tuple[Data, str]]:
    """The steps, each with what there is to say of its time."""
    for row in rollout["steps"]:
        lasts = steps.lasting(row)
        if row["state"] == steps.CURRENT and rollout["left"] is not None:
            lasts += f", {span(rollout['left'])} left"
        if row["state"] == steps.CURRENT and rollout["extended"]:
            lasts += f", extended {rollout['extended']} times"
        yield row, lasts


def _step(timed: tuple[Data, str]) -> Text:
    row, lasts = timed
    told = (
        f"  {steps.sign(row)} {row['number']:>2}  {plain(steps.told(row)):<28} {lasts}"
    )
    if checks := steps.checking(row):
        told += f"  [{plain(checks)}]"
    return Text(told, style=_STATES.get(row["state"], ""))


def _variants(shown: Data) -> RenderableType:
    columns = ("", "COLOUR", "USERS", "FAILED", "P50", "P99")
    return table(columns, [_variant(shown, role) for role in ("canary", "stable")])


def _variant(shown: Data, role: str) -> tuple[object, ...]:
    one = shown[role]
    p50, p99 = (_milliseconds(one[key]) for key in ("p50", "p99"))
    return role, one["colour"], one["users"], one["failed"], p50, p99


def _milliseconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f}ms"


def _weights(weight: Data) -> str:
    asked = "none" if weight["asked"] is None else show(weight["asked"])
    if weight["seen"] is None:
        return f"weight: {asked} asked" + (
            ", nobody seen yet" if weight["asked"] else ""
        )
    seen = show(round(weight["seen"], 1))
    return f"weight: {asked} asked, {seen} seen in {weight['looks']} looks"


def _evidence(evidence: Data | None, trouble: str | None) -> Iterator[Text]:
    if trouble:
        yield Text(plain(f"evidence: can't be read: {trouble}"), style="bold red")
        return
    if not evidence or not evidence["verdict"]:
        yield Text("evidence: none yet")
        return
    found = evidence["verdict"]
    yield Text("")
    yield _bar("evidence", found["peak"], found["evidence_needed"], "red")
    yield _bar("health", found["proof"], found["proof_needed"], "green")
    kind = found["kind"]
    yield Text(f"{_HEALTH[kind]}{plain(found['reason'])}", style=_STYLES[kind])
    if evidence["errors"]:
        yield Text(plain(errors(evidence["errors"])))
    if evidence["share"] and evidence["share"]["suspect"]:
        told = f"the share of users is wrong: {plain(evidence['share']['reason'])}"
        yield Text(told, style="bold red")


def _bar(what: str, value: float, needed: float, style: str) -> Text:
    text = Text(f"{what:<9}")
    text.append(gauge.bar(value, needed), style=style)
    text.append(f" {gauge.figure(value)} of {gauge.figure(needed)}")
    return text


def _alarms(alarms: Data) -> Iterator[str]:
    if alarms.get("watched"):
        yield plain(f"alarms: {', '.join(alarms['watched'])}")
    if alarms.get("ignored"):
        told = ", ".join(alarms["ignored"])
        yield plain(
            f"alarms ignored until they are OK, for they were red at the start: {told}"
        )


def _next(commands: list[str]) -> Iterator[str]:
    if commands:
        yield ""
        yield plain(f"next: {', or '.join(f'`{one}`' for one in commands)}")
