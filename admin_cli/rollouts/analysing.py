"""The judge's figures: what was counted, and what it amounts to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType

from admin_cli.output import lines, plain, table
from admin_cli.rollouts import gauge
from admin_cli.rollouts.sight import analysis, errors, sight
from rollouts.machine.rollout import Rollout, iso

if TYPE_CHECKING:
    from flags.store.changes import Stored
    from rollouts.evidence.look import Look

Data = dict[str, Any]
COLUMNS = (
    *("MEASURE", "STRATUM", "CANARY FAILED", "STABLE FAILED", "E", "NEEDED"),
    *("PROOF OF HEALTH", "NEEDED"),
)


def analysed(stored: Stored, look: Look | None) -> Data:
    """All of it; keys are those of the command's JSON."""
    rollout = Rollout.of(stored.body)
    seen = sight(look) if look else None
    return {
        "name": stored.name,
        "rollout": rollout.id if rollout else None,
        "began": iso(rollout.began) if rollout else None,
        "judged_at": seen["judged_at"] if seen else None,
        "containers": seen["containers"] if seen else 0,
        "verdict": seen["verdict"] if seen else None,
        "measures": analysis(look) if look else [],
        "share": seen["share"] if seen else None,
        "variants": seen["variants"] if seen else None,
        "errors": seen["errors"] if seen else {},
    }


def text(found: Mapping[str, Any]) -> RenderableType:
    """The same for people."""
    if not found["verdict"]:
        told = "nothing has been judged: no evidence has come in"
        if not found["rollout"]:
            told = "no rollout has been judged"
        return lines([f"{found['name']}: {told}"])
    rows = [row for measure in found["measures"] for row in _rows(measure)]
    return Group(
        lines([*_words(found), ""]), table(COLUMNS, rows), lines(["", *_around(found)])
    )


def _rows(measure: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    """A row for each stratum; what the judge makes of them all is in the first."""
    judged: tuple[object, ...] = tuple(
        gauge.figure(measure[key])
        for key in ("evidence", "evidence_needed", "proof", "proof_needed")
    )
    name: str | None = measure["measure"]
    for stratum in measure["strata"] or [_NOTHING]:
        counts = [
            f"{stratum[role]['failed']} of {stratum[role]['of']}" for role in ROLES
        ]
        yield name, stratum["stratum"], *counts, *judged
        name, judged = None, (None,) * 4


ROLES = ("canary", "stable")
_NOTHING: Data = {"stratum": None, **{role: {"failed": 0, "of": 0} for role in ROLES}}


def _words(found: Mapping[str, Any]) -> Iterator[str]:
    verdict = found["verdict"]
    nobody = " (nobody knows yet)" if verdict["kind"] == "INCONCLUSIVE" else ""
    yield f"{found['name']}: {verdict['kind']}{nobody}: {verdict['reason']}"
    peak, needed = (gauge.figure(verdict[key]) for key in ("peak", "evidence_needed"))
    yield (
        f"E of all measures: {gauge.figure(verdict['evidence'])} now, {peak} at most; "
        f"at {needed} it is rolled back"
    )


def _around(found: Mapping[str, Any]) -> Iterator[str]:
    if found["share"]:
        told = "wrong" if found["share"]["suspect"] else "as asked for"
        yield f"the canary's share of users is {told}: {found['share']['reason']}"
    if found["errors"]:
        yield plain(errors(found["errors"]))
    if found["judged_at"]:
        yield (
            f"judged since {found['began']}, last at {found['judged_at']}; "
            f"{found['containers']} containers reported"
        )
