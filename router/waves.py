"""In what order the groups of an event's units are invoked.

Laws
1. A unit is in one group, with units of its alias only, in the order of the event.
2. A wave has one group for each alias. The groups of a wave run at the same time.
3. Units of one lane (a shard, a partition) that go to different aliases are in
   different waves, in their order: a later unit never overtakes an earlier one.
4. No more waves than the most changes of alias in any lane, plus one; nor, once they
   are `bounded`, than `MOST`. What is beyond keeps its order: the last wave has it all,
   on one alias.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flags.hints import TypeVar

T = TypeVar("T")

# Waves that one event is invoked in. A shard of many users changes its alias with
# nearly each record of the canary's: without a bound it would fall behind for ever.
MOST = 20


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


def bounded(
    waves: list[list[list[T]]], most: int, whole: Callable[[list[list[T]]], list[T]]
) -> list[list[list[T]]]:
    """The same waves, or with so many that all from there on are one group.

    `whole` makes a group out of the groups that are beyond.
    """
    if len(waves) <= most:
        return waves
    beyond = [group for wave in waves[most - 1 :] for group in wave]
    return [*waves[: most - 1], [whole(beyond)]]
