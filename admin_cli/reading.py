"""What the reading commands show, as data and as cells of a table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from admin_cli.changing import entry_data
from admin_cli.differences import differences
from admin_cli.finding import Unknown, live
from admin_cli.lint.serving import told
from admin_cli.output import inline
from admin_cli.percentage import show
from admin_cli.rollouts.brief import brief
from admin_cli.rollouts.brief import told as words
from admin_cli.unsettled import aborted
from flags.store.changes import Changed
from flags.store.compiler import other
from flags.store.names import ROUTING, is_archived, is_flag
from rollouts.moves import stable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flags.store.changes import Entry, State, Store, Stored

Data = dict[str, Any]
# How many queries go out at the same time.
AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which flags are listed."""

    archived: bool = False
    tag: str | None = None
    owner: str | None = None

    def fits(self, flag: Stored) -> bool:
        """Whether a document is a flag of this sort."""
        body = flag.body
        return (
            is_flag(flag.name)
            and is_archived(body) is self.archived
            and self.tag in {None, *body.get("tags", ())}
            and self.owner in {None, body.get("owner")}
        )


def summaries(store: Store, wanted: Wanted) -> list[Data]:
    """Flags by name, with the last change of each."""
    state = store.load()
    found = [state.documents[name] for name in sorted(state.documents)]
    flags = [flag for flag in found if wanted.fits(flag)]
    last, ended = last_changes(store, flags), aborted(state)
    return [_summary(flag, last.get(flag.name), ended) for flag in flags]


def last_changes(store: Store, flags: Sequence[Stored]) -> dict[str, Changed]:
    """The last change of each document; of one without history none.

    One query for each that an earlier version wrote, which didn't keep it there.
    """
    known = {flag.name: flag.changed for flag in flags if flag.changed}
    unknown = [flag.name for flag in flags if not flag.changed]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda name: store.history(name, 1), unknown)
    return known | {e.name: Changed.by(e) for entries in found for e in entries}


def _summary(flag: Stored, last: Changed | None, ended: frozenset[str]) -> Data:
    body = flag.body
    shared = {
        "name": flag.name,
        "kind": "release" if "release" in body else "flag",
        "enabled": body.get("enabled", True),
        "version": flag.version,
        "changed": {"at": last.at, "author": last.author, "action": last.action}
        if last
        else None,
        "owner": body.get("owner"),
        "tags": body.get("tags", []),
        "temporary": body.get("temporary"),
        "expires": body.get("expires"),
        "archived": is_archived(body),
    }
    if "release" not in body:
        return shared | {"serve": body["serve"], "off": body["off"]}
    return shared | {
        "services": body["release"]["services"],
        "stable": stable(body),
        "weight": body.get("weight"),
        "aborted": flag.name in ended,
        "rollout": brief(body),
    }


def cells(row: Data) -> tuple[object, ...]:
    """A flag's row in the list."""
    changed = row["changed"] or {}
    at, author = changed.get("at"), changed.get("author")
    return row["name"], row["kind"], _state(row), row["version"], at, author


def wide_cells(row: Data) -> tuple[object, ...]:
    """A flag's row in the wide list."""
    return *cells(row), row["owner"], row["expires"], ", ".join(row["tags"])


def _state(row: Data) -> str:
    if row["archived"]:
        return "archived"
    if row["kind"] == "flag":
        return told(row["serve"]) if row["enabled"] else f"disabled: {row['off']}"
    colour = row["stable"]
    if not row["enabled"]:
        return f"disabled: {colour} stable"
    running = f", {words(row['rollout'])}" if row["rollout"] else ""
    if row["weight"] is None:
        return f"{colour} stable{running or ', no rollout'}"
    if row["aborted"]:
        return f"{colour} stable, aborted by a router"
    return f"{colour} stable, {show(row['weight'])} on {other(colour)}{running}"


# What a route may say beside whom it is for, and what it says if it doesn't.
_OPTIONS: Data = {
    "idempotent": False,
    "timeout": 0,
    "log": 100,
    "batch_failures": "partial",
    "order": "shard",
}


def routing(state: State) -> Data:
    """The routing table with every route's defaults filled in."""
    stored = state.documents.get(ROUTING)
    body = stored.body if stored else {}
    empty: Data = {"identity": [], "attributes": {}, "trust": True, "owner": None}
    empty |= _OPTIONS
    return {
        "version": state.version(ROUTING),
        "routes": [empty | route for route in body.get("routes", ())],
        "default": body.get("default"),
    }


_TRUST = {True: "yes", False: "no", "iam": "iam"}


def route_cells(routing: Data) -> Iterator[tuple[object, ...]]:
    """The rows of the routing table; the last one is the default."""
    for number, route in enumerate(routing["routes"], 1):
        yield (
            number,
            route["name"],
            route["service"],
            _pairs(route["match"]) or "everything",
            ", ".join(_pairs(place) for place in route["identity"]),
            ", ".join(f"{k}: {_pairs(v)}" for k, v in route["attributes"].items()),
            _TRUST[route["trust"]],
            _pairs({k: route[k] for k, v in _OPTIONS.items() if route[k] != v}),
        )
    yield "", "(default)", routing["default"] or "the router's own", *[""] * 5


def _pairs(mapping: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={_listed(value)}" for key, value in mapping.items())


def _listed(value: object) -> str:
    return "|".join(map(inline, value)) if isinstance(value, list) else inline(value)


def history(store: Store, name: str, count: int) -> list[Entry]:
    """A document's changes; raises `Unknown`."""
    entries = store.history(name, count)
    if not entries:
        raise Unknown([name], live(store.load()))
    return entries


def history_data(entry: Entry) -> Data:
    """A change with the whole document before and after."""
    return entry_data(entry) | {"before": entry.before, "after": entry.after}


def history_cells(entry: Entry) -> tuple[object, ...]:
    """A change's row."""
    changed = "; ".join(map(str, differences(entry.before, entry.after)))
    told = changed if entry.before is not None else "(new)"
    return entry.version, entry.at, entry.author, entry.action, entry.reason, told
