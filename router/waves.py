"""In what order the groups of an event's units are invoked.

Laws
1. A unit is in one group, with units of its alias only, in the order of the event.
2. A wave has one group for each alias. The groups of a wave run at the same time.
3. Units of one lane (a shard, a partition) that go to different aliases are in
   different waves, in their order: a later unit never overtakes an earlier one.
4. No more waves than the most changes of alias in any lane, plus one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flags.hints import TypeVar

T = TypeVar("T")


def plan(
    units: Sequence[T],
    alias: Callable[[T], str],
    lane: Callable[[T], str | None],
) -> list[list[list[T]]]:
    """Waves of groups of units."""
    waves: list[dict[str, list[T]]] = []
    reached: dict[str, tuple[int, str]] = {}
    for unit in units:
        wave, mine, name = 0, alias(unit), lane(unit)
        if name is not None:
            wave, before = reached.get(name, (0, mine))
            wave += before != mine
            reached[name] = (wave, mine)
        while len(waves) <= wave:
            waves.append({})
        waves[wave].setdefault(mine, []).append(unit)
    return [list(groups.values()) for groups in waves]
