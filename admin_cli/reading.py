"""What the reading commands show, as data and as cells of a table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from admin_cli.changing import entry_data
from admin_cli.differences import differences
from admin_cli.output import inline
from admin_cli.percentage import show
from flags.errors import InvalidDocument, NotFound, Problem
from flags.store.checks import ROUTING, File, read_file
from flags.store.compiler import other
from flags.store.syntax import parse
from rollouts.moves import stable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flags.store.changes import Entry, State, Store, Stored

Data = dict[str, Any]
# One query a flag tells who changed it last.
_AT_ONCE = 8


def documents(path: str, stdin: TextIO) -> File:
    """Read a rules file; `-` is standard input. Raises `InvalidDocument`."""
    if path == "-":
        return read_file(parse(stdin.read(), "standard input"))
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        problem = Problem(path=path, message=f"can't be read: {error.strerror}")
        raise InvalidDocument([problem]) from error
    except UnicodeDecodeError as error:
        problem = Problem(path=path, message="not text in UTF-8; save it as UTF-8")
        raise InvalidDocument([problem]) from error
    return read_file(parse(text, path))


def summaries(store: Store) -> list[Data]:
    """All flags by name, with the last change of each."""
    documents = store.load().documents
    flags = [documents[name] for name in sorted(documents) if name != ROUTING]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        last = list(pool.map(lambda flag: store.history(flag.name, 1), flags))
    return [
        _summary(flag, entries[0] if entries else None)
        for flag, entries in zip(flags, last, strict=True)
    ]


def _summary(flag: Stored, last: Entry | None) -> Data:
    body = flag.body
    shared = {
        "name": flag.name,
        "kind": "release" if "release" in body else "flag",
        "enabled": body.get("enabled", True),
        "version": flag.version,
        "changed": {"at": last.at, "author": last.author, "action": last.action}
        if last
        else None,
    }
    if "release" not in body:
        return shared | {"serve": body["serve"], "off": body["off"]}
    return shared | {
        "services": body["release"]["services"],
        "stable": stable(body),
        "weight": body.get("weight"),
    }


def cells(row: Data) -> tuple[object, ...]:
    """A flag's row in the list."""
    changed = row["changed"] or {}
    at, author = changed.get("at"), changed.get("author")
    return row["name"], row["kind"], _state(row), row["version"], at, author


def _state(row: Data) -> str:
    if row["kind"] == "flag":
        return _serve(row["serve"]) if row["enabled"] else f"disabled: {row['off']}"
    colour = row["stable"]
    if not row["enabled"]:
        return f"disabled: {colour} stable"
    if row["weight"] is None:
        return f"{colour} stable, no rollout"
    return f"{colour} stable, {show(row['weight'])} on {other(colour)}"


def _serve(serve: str | Mapping[str, float]) -> str:
    if isinstance(serve, str):
        return serve
    return ", ".join(f"{name} {show(share)}" for name, share in serve.items())


def routing(state: State) -> Data:
    """The routing table with every route's defaults filled in."""
    stored = state.documents.get(ROUTING)
    body = stored.body if stored else {}
    empty: Data = {"identity": [], "attributes": {}, "trust": True}
    return {
        "version": state.version(ROUTING),
        "routes": [empty | route for route in body.get("routes", ())],
        "default": body.get("default"),
    }


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
            "yes" if route["trust"] else "no",
        )
    yield "", "(default)", routing["default"] or "the router's own", "", "", "", ""


def _pairs(mapping: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={_listed(value)}" for key, value in mapping.items())


def _listed(value: object) -> str:
    return "|".join(map(inline, value)) if isinstance(value, list) else inline(value)


def history(store: Store, name: str, count: int) -> list[Entry]:
    """A document's changes; raises `NotFound`."""
    entries = store.history(name, count)
    if not entries:
        raise NotFound(name, list(store.load().documents))
    return entries


def history_data(entry: Entry) -> Data:
    """A change with the whole document before and after."""
    return entry_data(entry) | {"before": entry.before, "after": entry.after}


def history_cells(entry: Entry) -> tuple[object, ...]:
    """A change's row."""
    changed = "; ".join(map(str, differences(entry.before, entry.after)))
    told = changed if entry.before is not None else "(new)"
    return entry.version, entry.at, entry.author, entry.action, entry.reason, told
