"""The lineage of a table: which world its versions count in.

A table that was restored, made anew or copied counts its versions on from an older
point, or from 1. Its lineage is another then, a number of six digits that nobody
chooses, so that versions and decisions of two worlds are never taken for each other.

Laws
1. What is compared carries both: the version times a million, and the lineage. So order
   is by version, and equal are only two of one world.
2. Below a million is a number of a table without a lineage; it is a version by itself.
3. A decision of another lineage is nobody's.
"""

from __future__ import annotations

PLACES = 1_000_000
# What a token has room for.
_MOST_VERSIONS = 999_999_999


def stamped(version: int, lineage: int) -> int:
    """The version as it is compared, and as it travels, in a table of this lineage."""
    return min(version, _MOST_VERSIONS) * PLACES + lineage if lineage else version


def version_of(number: int, lineage: int) -> int | None:
    """The version of this lineage in such a number; None if it is another's."""
    if not lineage or number < PLACES:
        return number
    version, found = divmod(number, PLACES)
    return version if found == lineage else None


def lineage_in(number: object) -> int:
    """A lineage as it is stored; 0 for none, and for what is not one."""
    try:
        found = int(number)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return 0
    return int(found) if 0 < found < PLACES else 0
