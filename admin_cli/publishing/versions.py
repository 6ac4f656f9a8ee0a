"""The published versions of a function: what names each, and which can go.

Laws
1. What can't be looked at is an error, and nothing is deleted: a version that nobody
   may ask about may be in use.
2. A version that Lambda doesn't let go is told, and the others go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flags.errors import FlagsError, InvalidDocument, Problem
from flags.store.changes import State
from rollouts.publishing.fingerprint import Unreadable, fingerprint
from rollouts.publishing.functions import Functions
from rollouts.publishing.pruning import (
    KEEP,
    Naming,
    Verdict,
    judge,
    named_by,
    rollouts_of,
)

Data = dict[str, Any]
COLUMNS = ("VERSION", "PUBLISHED", "BYTES", "FINGERPRINT", "DESCRIPTION", "NAMED BY")
FATES = ("SERVICE", "VERSION", "FATE", "WHY")
_DIGITS = 12
_NAME = re.compile(r"[A-Za-z0-9_-]{1,140}")
_UNNAMED = "{!r} is no function's name; leave out account, region, and alias or version"


def expect_names(services: Iterable[str]) -> None:
    """Raises `InvalidDocument` for an ARN: who names a version goes by the name."""
    problems = [
        Problem(path="SERVICE", message=_UNNAMED.format(service))
        for service in services
        if not _NAME.fullmatch(service)
    ]
    if problems:
        raise InvalidDocument(problems)


def rows(functions: Functions, state: State, service: str) -> list[Data]:
    """All published versions, the latest first; raises `NoFunction`."""
    found = functions.versions(service)
    naming = _naming(functions, state, service)
    return [
        {
            "version": config["Version"],
            "published": config.get("LastModified"),
            "bytes": config.get("CodeSize"),
            "fingerprint": _fingerprint(config),
            "description": config.get("Description", ""),
            "named_by": named_by(config["Version"], naming),
        }
        for config in reversed(found)
    ]


def cells(row: Mapping[str, Any]) -> tuple[object, ...]:
    """A version's row of the table."""
    print_ = row["fingerprint"]
    return (
        row["version"],
        row["published"],
        row["bytes"],
        print_[:_DIGITS] if print_ else None,
        row["description"],
        ", ".join(row["named_by"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is to become of a function's versions, the oldest first."""

    service: str
    verdicts: tuple[Verdict, ...]

    @property
    def going(self) -> tuple[str, ...]:
        """The versions that nothing names."""
        return tuple(one.version for one in self.verdicts if one.goes)


def judged(
    functions: Functions, state: State, service: str, keep: int = KEEP
) -> Judged:
    """Which versions can go; raises `NoFunction` or `LambdaUnavailable`."""
    versions = [config["Version"] for config in functions.versions(service)]
    found = judge(versions, _naming(functions, state, service), keep)
    return Judged(
        service=service,
        verdicts=tuple(_with_policy(functions, service, one) for one in found),
    )


def pruned(functions: Functions, found: Judged, *, dry_run: bool) -> list[Data]:
    """Delete what goes, one by one; says of each version what became of it."""
    return [
        _fate(functions, found.service, verdict, dry_run=dry_run)
        for verdict in found.verdicts
    ]


def fates(row: Mapping[str, Any]) -> tuple[object, ...]:
    """A version's row in what `prune` tells."""
    why = row["error"] or ", ".join(row["reasons"]) or "nothing names it"
    return row["service"], row["version"], row["fate"], why


def _fate(
    functions: Functions, service: str, verdict: Verdict, *, dry_run: bool
) -> Data:
    error, fate = None, "kept"
    if verdict.goes and dry_run:
        fate = "would go"
    elif verdict.goes:
        error = _deleted(functions, service, verdict.version)
        fate = "failed" if error else "deleted"
    return {
        "service": service,
        "version": verdict.version,
        "fate": fate,
        "reasons": list(verdict.reasons),
        "error": error,
    }


def _deleted(functions: Functions, service: str, version: str) -> str | None:
    """What kept Lambda from it, or None."""
    try:
        functions.delete(service, version)
    except FlagsError as error:
        return str(error)
    return None


def _naming(functions: Functions, state: State, service: str) -> Naming:
    documents = {name: stored.body for name, stored in state.documents.items()}
    return Naming(
        aliases=functions.aliases(service),
        rollouts=rollouts_of(service, documents),
        sources=frozenset(functions.sources(service)),
        urls=frozenset(functions.urls(service)),
        provisioned=frozenset(functions.provisioned(service)),
    )


def _with_policy(functions: Functions, service: str, verdict: Verdict) -> Verdict:
    """Asked last, and only of what would go: it takes a request for each."""
    if not verdict.goes or not functions.has_policy(service, verdict.version):
        return verdict
    reason = "somebody may invoke it (a resource policy of its own)"
    return Verdict(version=verdict.version, reasons=(reason,))


def _fingerprint(config: Mapping[str, Any]) -> str | None:
    """None where the caller may not read all that counts."""
    try:
        return fingerprint(config)
    except Unreadable:
        return None
