"""Chains that lead back to themselves, and chains that are too long."""

from __future__ import annotations

import pytest

from flags.store.cycles import LONGEST_CHAIN, cycles, long_chains


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ({}, []),
        ({"a": ["b"], "b": ["c"]}, []),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"]}, []),
        ({"a": ["a"]}, [["a", "a"]]),
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, [["a", "b", "c", "a"]]),
        ({"x": ["a"], "a": ["b"], "b": ["a"]}, [["a", "b", "a"]]),
        (
            {"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"]},
            [["a", "b", "a"], ["c", "d", "c"]],
        ),
    ],
)
def test_cycles(graph: dict[str, list[str]], expected: list[list[str]]) -> None:
    """Each circle is found once, with the way round."""
    assert expected == list(cycles(graph))


def test_no_recursion() -> None:
    """A chain of any length is followed to its end, and round."""
    graph = {str(n): [str(n + 1)] for n in range(5_000)}

    assert [] == list(cycles(graph))
    assert [5_002] == [len(c) for c in cycles(graph | {"5000": ["0"]})]


def test_long_chains() -> None:
    """The first that leads through too many others is named."""
    graph = {str(n): [str(n + 1)] for n in range(LONGEST_CHAIN + 1)}

    assert ["0"] == list(long_chains(graph))
    del graph["0"]
    assert [] == list(long_chains(graph))
