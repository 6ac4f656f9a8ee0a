"""Documents that lead back to themselves: found without recursion, at any length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from flags.codec import MAX_DEPTH

# Nobody understands longer chains, and an evaluation follows them every time.
LONGEST_CHAIN = MAX_DEPTH - 1


def cycles(graph: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Each way around that leads back, first and last the same."""
    done: set[str] = set()
    for root in graph:
        if root in done:
            continue
        # A dict, for its order and for quick answers to what is on the way.
        path, ahead = {root: 0}, [iter(graph[root])]
        while path:
            step = next((n for n in ahead[-1] if n in graph and n not in done), None)
            if step is None:
                done.add(path.popitem()[0])
                ahead.pop()
            elif step in path:
                yield [*[*path][path[step] :], step]
            else:
                path[step] = len(path)
                ahead.append(iter(graph[step]))


def long_chains(graph: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Where a chain begins that is longer than `LONGEST_CHAIN`; cycles aside."""
    ends = {
        name
        for name, steps in graph.items()
        if not any(step in graph for step in steps)
    }
    level, length = ends, 0
    behind: dict[str, set[str]] = {}
    for name, steps in graph.items():
        for step in steps:
            behind.setdefault(step, set()).add(name)
    while level and length < LONGEST_CHAIN:
        level = {name for step in level for name in behind.get(step, ())}
        length += 1
    yield from sorted(level)
