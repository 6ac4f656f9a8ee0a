"""A file examined: what the grammar and the table refuse, and what looks doubtful."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TextIO

from admin_cli import fileset
from admin_cli.changing import rehearse
from admin_cli.files import edits, unversioned
from admin_cli.lint import linting
from flags.errors import InvalidDocument, Problem
from flags.store.changes import Signature
from flags.store.memory import MemoryStore
from flags.store.names import ROUTING
from flags.store.ownership import routed

if TYPE_CHECKING:
    from admin_cli.deployed import Deployed
    from flags.store.changes import Store

Data = dict[str, Any]


def inspect(
    paths: Sequence[str],
    stdin: TextIO,
    store: Store | None,
    today: date,
    deployed: Deployed | None = None,
) -> Data:
    """Problems and warnings of files; without a store it is all there is.

    Without `deployed` nobody asks whether routes lead anywhere.
    """
    load = (store or MemoryStore()).load
    try:
        file = unversioned(fileset.documents(paths, stdin, load))
    except InvalidDocument as error:
        return _data(error.problems, [])
    bodies = {name: document.body() for name, document in file.documents().items()}
    state = load()
    stored = {name: found.body for name, found in state.documents.items()}
    if ROUTING in bodies:
        # Among the routes of other teams some may be out of reach.
        merged = routed(bodies[ROUTING], stored.get(ROUTING), file.owners)
        bodies[ROUTING] = dict(merged)
    found = linting.warnings(bodies, stored, today)
    problems = [*deployed.problems(file, state)] if deployed else []
    if deployed:
        found += map(linting.undeployed, deployed.doubts(file, state))
    try:
        # As far as a commit would go, whatever number of parts it takes.
        rehearse(state, lambda _: edits(file, state), Signature(author=""))
    except InvalidDocument as error:
        problems += error.problems
    return _data(problems, found)


def summary(found: Data) -> str:
    """How much there is of each."""
    counts = {name: len(found[name]) for name in ("problems", "warnings")}
    told = [
        f"{count} {name if count != 1 else name.rstrip('s')}"
        for name, count in counts.items()
    ]
    return ", ".join(told)


def rows(found: Data) -> list[tuple[str, str, str]]:
    """The findings, as cells of a table."""
    return [*_rows("error", found["problems"]), *_rows("warning", found["warnings"])]


def _rows(level: str, findings: list[Data]) -> Iterator[tuple[str, str, str]]:
    for finding in findings:
        check = f" [{finding['check']}]" if "check" in finding else ""
        yield level, finding["path"], finding["message"] + check


def _data(problems: Iterable[Problem], found: list[linting.Warned]) -> Data:
    return {
        "problems": [{"path": p.path, "message": p.message} for p in problems],
        "warnings": [warned.data() for warned in found],
    }
