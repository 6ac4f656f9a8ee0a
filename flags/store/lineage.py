"""Whose versions a table counts, and whether it is the table that they were counted in.

The version's item says its lineage (`flags.lineage`) and its home: the name of the
table and the id that DynamoDB gave it. Both go along when a table is restored or
copied, while the new table has another id, and mostly another name.

Laws
1. A table without a lineage gets one with its first change.
2. A table that is not its items' home is a copy. It stays one, named by every tool,
   until somebody adopts it: then it has a lineage of its own.
3. What is unknown is no difference: who may not describe the table compares names, and
   replicas of a global table are one table.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flags.lineage import PLACES, lineage_in
from flags.store.blobs import Item

UNKNOWN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What is written with the next commit; `own` is this table's home."""

    number: int = 0
    home: str = ""
    own: str = ""

    @property
    def copied(self) -> str:
        """Why the table is a copy, in words; empty if it is none."""
        (name, id_), (own_name, own_id) = _parts(self.home), _parts(self.own)
        if name and own_name and name != own_name:
            return f"the table is a copy of {name}"
        if UNKNOWN not in (id_, own_id) and id_ != own_id:
            return "the table was restored or copied under its name"
        return ""

    def adopted(self) -> Lineage:
        """Another lineage, at home in this table."""
        return Lineage(number=_another(self.number), home=self.own, own=self.own)


NO_LINEAGE = Lineage()


def lineage_of(tiny: Item | None, own: str) -> Lineage:
    """The lineage in a version's item; a new one if it has none."""
    attributes = tiny or {}
    number = lineage_in((attributes.get("lineage") or {}).get("N"))
    home = (attributes.get("home") or {}).get("S")
    if not number or not isinstance(home, str) or not home:
        return Lineage(number=_another(0), home=own, own=own)
    return Lineage(number=number, home=home, own=own)


def home_of(table: str, described: Any) -> str:
    """A table's home, out of what DescribeTable says, if anything."""
    name = table.rpartition("/")[2]
    found = described.get("Table", {}) if described else {}
    if found.get("Replicas"):
        return f"{name} {UNKNOWN}"
    # Emulators have no ids; nor are two tables of one name made in one millisecond.
    created = found.get("CreationDateTime")
    known = found.get("TableId") or (created and f"{created.timestamp():.3f}")
    return f"{name} {known or UNKNOWN}"


def _parts(home: str) -> tuple[str, str]:
    name, _, id_ = home.partition(" ")
    return name, id_ or UNKNOWN


def _another(number: int) -> int:
    """A lineage of six digits that is not this one."""
    while (found := secrets.randbelow(PLACES - PLACES // 10) + PLACES // 10) == number:
        pass
    return found
