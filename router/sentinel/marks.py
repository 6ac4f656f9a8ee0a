"""The abort mark of a rollout, as a router writes it.

Laws
1. A mark is added to a set of texts, and goes through once.
2. Whatever else than a set stands there is not a mark, and would keep this one out: it
   is replaced. No mark is lost by it.
3. The role allows these attributes and no others: `pk`, `sk` and `aborted`.
"""

from __future__ import annotations

from collections.abc import Iterator

from rollouts.evidence.layout import Change

_KEY = {"pk": "snapshot", "sk": "version"}
_NAMES = {"#aborted": "aborted"}
_SET = {"S": "SS"}


def changes(mark: str) -> Iterator[Change]:
    """What puts the mark: the second if the first is refused."""
    yield Change(
        key=_KEY,
        expression="ADD #aborted :marks",
        condition=(
            "attribute_exists(pk) AND (attribute_not_exists(#aborted) OR "
            "(attribute_type(#aborted, :set) AND NOT contains(#aborted, :mark)))"
        ),
        names=_NAMES,
        values={":marks": {"SS": [mark]}, ":mark": {"S": mark}, ":set": _SET},
    )
    yield Change(
        key=_KEY,
        expression="SET #aborted = :marks",
        condition="attribute_exists(#aborted) AND NOT attribute_type(#aborted, :set)",
        names=_NAMES,
        values={":marks": {"SS": [mark]}, ":set": _SET},
    )
