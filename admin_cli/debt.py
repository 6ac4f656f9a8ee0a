"""What `stale` and `refs` show, as data and for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType

from admin_cli import references as found_in
from admin_cli import staleness
from admin_cli.clock import today
from admin_cli.kinds import is_archived, is_flag
from admin_cli.output import lines, table
from admin_cli.reading import last_changes

if TYPE_CHECKING:
    from admin_cli.session import Session
    from flags.store.changes import State, Stored

Data = dict[str, Any]
_YAML = (".yaml", ".yml")
_LISTS = (
    ("Expired", "expired", "expires"),
    ("Never evaluated", "never_evaluated", "since"),
    ("The same for everyone", "rolled_out", "variant"),
)


def stale(session: Session, days: int) -> Data:
    """The flags of the table that can go."""
    store = session.store()
    flags = _flags(store.load())
    changed = last_changes(store, [flag.name for flag in flags])
    day = today()
    known = staleness.Evidence(
        changed={name: entry.at for name, entry in changed.items()},
        used=session.usage().usage(day - timedelta(days=days)),
        today=day,
        days=days,
    )
    return staleness.stale(flags, known)


def stale_text(found: Data) -> RenderableType:
    """The three lists, one below the other."""
    parts: list[RenderableType] = []
    for title, key, column in _LISTS:
        rows = [(row["name"], row["owner"], row[column]) for row in found[key] or ()]
        nothing = "not known" if found[key] is None else "none"
        parts.append(lines([f"{title}: {len(rows) or nothing}"]))
        if rows:
            parts.append(table(("NAME", "OWNER", column.upper()), rows))
        parts.append(lines([""]))
    return Group(*parts[:-1])


def names(session: Session) -> list[str]:
    """The flags that the table holds."""
    return [flag.name for flag in _flags(session.store().load())]


def references(names: Iterable[str], texts: Iterable[tuple[str, str]]) -> Data:
    """Every place where one of the files names one of the flags."""
    wanted = frozenset(names)
    found: dict[str, list[Data]] = {name: [] for name in sorted(wanted)}
    for path, text in texts:
        yaml = path.endswith(_YAML)
        for place in found_in.places(text, wanted, yaml=yaml):
            row = {"file": path, "line": place.line, "column": place.column}
            found[place.flag].append(row)
    return {
        "flags": [
            {"name": name, "count": len(rows), "references": rows}
            for name, rows in found.items()
        ],
        "unreferenced": [name for name, rows in found.items() if not rows],
    }


def references_text(found: Data) -> RenderableType:
    """A line for each place, then a count for each flag."""
    places = [
        f"{row['file']}:{row['line']}:{row['column']}: {flag['name']}"
        for flag in found["flags"]
        for row in flag["references"]
    ]
    counts = table(
        ("FLAG", "REFERENCES"), ((f["name"], f["count"]) for f in found["flags"])
    )
    missing = ", ".join(found["unreferenced"]) or "none"
    return Group(lines([*places, ""]), counts, lines(["", f"Never named: {missing}"]))


def _flags(state: State) -> list[Stored]:
    return [
        stored
        for name, stored in sorted(state.documents.items())
        if is_flag(name) and not is_archived(stored.body)
    ]
