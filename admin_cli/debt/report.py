"""What `stale` and `refs` show, as data and for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType

from admin_cli.clock import today
from admin_cli.debt import references as found_in
from admin_cli.debt import staleness
from admin_cli.output import lines, table
from admin_cli.reading import AT_ONCE, last_changes
from flags.errors import InvalidDocument, Problem, RevisionNotFound
from flags.store.names import is_archived, is_flag, is_name

if TYPE_CHECKING:
    from admin_cli.session import Session
    from flags.store.changes import State, Store, Stored

Data = dict[str, Any]
_YAML = (".yaml", ".yml")
_LISTS = (
    ("Expired", "expired", "expires"),
    ("Never evaluated", "never_evaluated", "since"),
    ("The same for everyone", "rolled_out", "variant"),
)


def stale(session: Session, days: int) -> tuple[Data, str | None]:
    """The flags of the table that can go, and what is to be said about it."""
    store, reports, day = session.store(), session.usage(), today()
    flags = _flags(store.load())
    used = frozenset[str]().union(*reports.usage(staleness.begin(day, days)).values())
    unused = [f for f in staleness.passing(flags) if f.name not in used]
    known = staleness.Evidence(
        changed={name: last.at for name, last in last_changes(store, flags).items()},
        created=_created(store, unused),
        used=used,
        watched=reports.first(),
        today=day,
        days=days,
    )
    return staleness.stale(flags, known), None if known.reaches else _unknown(known)


def _created(store: Store, flags: list[Stored]) -> dict[str, str]:
    """When each flag was made, as its history says; nothing where it doesn't."""

    def first(flag: Stored) -> tuple[str, str] | None:
        try:
            return flag.name, store.revision(flag.name, 1).at
        except RevisionNotFound:
            return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(filter(None, pool.map(first, flags)))


def _unknown(known: staleness.Evidence) -> str:
    if known.watched is None:
        return (
            "no use of flags was ever reported, so none is known; functions report it "
            "with CANARY_REPORT_USE=true"
        )
    return (
        f"use of flags is known since {known.watched} only, so nothing is said of the "
        f"{known.days} days; ask for fewer with --days"
    )


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


def listed(text: str) -> list[str]:
    """Names as people list them: `gift, layout`; raises `InvalidDocument`."""
    names = [name.strip() for name in text.split(",")]
    if wrong := [name for name in names if not is_name(name)]:
        message = "is no name of a flag; list names as in gift,layout"
        raise InvalidDocument(
            [Problem(path="--names", message=f"{name!r} {message}") for name in wrong]
        )
    return names


def references(
    names: Iterable[str],
    texts: Iterable[tuple[str, str]],
    passed: Iterable[tuple[str, str]] = (),
) -> Data:
    """Every place where one of the files names one of the flags.

    `passed` are the files that weren't looked at and why; it is asked at the end.
    """
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
        "passed_over": [{"file": file, "why": why} for file, why in passed],
    }


def passed_text(found: Data) -> str | None:
    """How many files were passed over and why, or None."""
    counts = Counter(row["why"] for row in found["passed_over"])
    if not counts:
        return None
    total = counts.total()
    told = ", ".join(f"{count} {why}" for why, count in sorted(counts.items()))
    return (
        f"{total} file{'s' if total > 1 else ''} passed over ({told}); name one to "
        "have it read"
    )


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
