"""The version's item: the tiny one that readers poll, and routers mark.

Laws
1. A commit raises the version under the condition that nobody else did, and leaves the
   marks alone (`flags.aborts`).
2. A mark can stand where there is no version yet: that is not a snapshot.
3. Routers may write `aborted`, so it may hold anything. What is not a set of marks, and
   what is not a mark in one, is mended away; never a mark.
4. A mending changes what was seen, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flags.aborts import is_mark, marks_in
from flags.parts import version_in
from flags.snapshot import NO_MARKS
from flags.store.blobs import Item, key
from flags.store.damage import UNREADABLE
from flags.store.lineage import Lineage

VERSION = key("snapshot", "version")
_NAMES = {
    "#version": "version",
    "#aborted": "aborted",
    "#lineage": "lineage",
    "#home": "home",
}
_IS_SET = "attribute_type(#aborted, :set)"
_SET = {":set": {"S": "SS"}}


def number(item: Item | None) -> int | None:
    """The snapshot's version: 0 if there is none, None if it can't be read."""
    if item is None or "version" not in item:
        return 0
    try:
        return version_in(item)
    except UNREADABLE:
        return None


def aborted(item: Item | None) -> frozenset[str]:
    """The marks that can be read."""
    return marks_in((item or {}).get("aborted")) or NO_MARKS


def flaws(item: Item | None) -> Iterator[str]:
    """What is wrong with the item, in words."""
    if number(item) is None:
        yield "snapshot/version: its version is not a number above 0"
    if item is None or "aborted" not in item:
        return
    if marks_in(item["aborted"]) is None:
        yield "snapshot/version: its abort marks are not a set of texts"
    elif junk := _junk(item):
        yield f"snapshot/version: {len(junk)} of its abort marks are not marks"


def mendings(item: Item | None, version: int) -> Iterator[Item]:
    """The updates after which nothing is wrong.

    `version` takes a damaged one's place.
    """
    if number(item) == 0 and version:
        values = {":version": {"N": str(version)}}
        yield _update(
            "SET #version = :version", "attribute_not_exists(#version)", values
        )
    if item is None:
        return
    if number(item) is None:
        change = "SET #version = :version" if version else "REMOVE #version"
        values = {":was": item["version"]}
        values |= {":version": {"N": str(version)}} if version else {}
        yield _update(change, "#version = :was", values)
    if "aborted" not in item:
        return
    if marks_in(item["aborted"]) is None:
        condition = f"attribute_exists(#aborted) AND NOT {_IS_SET}"
        yield _update("REMOVE #aborted", condition, _SET)
    elif junk := _junk(item):
        yield _update("DELETE #aborted :marks", _IS_SET, _marks(junk) | _SET)


def addition(mark: str) -> Item:
    """Adds a mark to a snapshot's; what is not a set must be mended first."""
    free = f"attribute_not_exists(#aborted) OR {_IS_SET}"
    condition = f"attribute_exists(#version) AND ({free})"
    return _update("ADD #aborted :marks", condition, _marks([mark]) | _SET)


def settlement(marks: Iterable[str]) -> Item:
    """Takes marks off the version's item; never makes one."""
    return _update("DELETE #aborted :marks", _IS_SET, _marks(marks) | _SET)


def version_update(
    version: int,
    based_on: int,
    unmarked: Iterable[str] = (),
    lineage: Lineage | None = None,
) -> Item:
    """Raises the snapshot's version if it still is `based_on`; its marks stay.

    And if none of the `unmarked` is among them. With the lineage that it counts in.
    """
    conditions = [
        "#version = :based_on" if based_on else "attribute_not_exists(#version)"
    ]
    counts = {":version": version} | ({":based_on": based_on} if based_on else {})
    numbers = {name: {"N": str(value)} for name, value in counts.items()}
    marks = {f":mark{n}": {"S": mark} for n, mark in enumerate(sorted(unmarked))}
    conditions += [f"NOT contains(#aborted, {name})" for name in marks]
    condition = " AND ".join(conditions)
    change, values = "SET #version = :version", numbers | marks
    if lineage and lineage.number:
        change += ", #lineage = :lineage, #home = :home"
        values |= {":lineage": {"N": str(lineage.number)}, ":home": {"S": lineage.home}}
    return _update(change, condition, values)


def _junk(item: Item) -> list[str]:
    return sorted(text for text in item["aborted"]["SS"] if not is_mark(text))


def _marks(marks: Iterable[str]) -> dict[str, Any]:
    return {":marks": {"SS": sorted(marks)}}


def _update(change: str, condition: str, values: dict[str, Any]) -> Item:
    said = change + condition
    return {
        "Key": VERSION,
        "UpdateExpression": change,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {k: v for k, v in _NAMES.items() if k in said},
        "ExpressionAttributeValues": values,
    }
