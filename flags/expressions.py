"""Which JMESPath expressions are small enough to run on what a stranger sends.

An expression can double its input with every few characters (`[@,@][]`), so one of a
few hundred would take all memory. The grammar is walked when a rule is written, and
once more by the router before it runs: a table may hold what no writer of ours wrote.

Laws
1. What is let through takes time and memory in proportion to its input.
2. Pure: takes the tree that `jmespath` parsed, and imports nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flags.hints import Any

LONGEST = 512
MOST_NODES = 64
# Values that all lists and objects of an expression build together.
MOST_BUILT = 8
_BUILDS = ("multi_select_list", "multi_select_dict")


def problem(expression: str, tree: Any) -> str | None:
    """Why an expression is not run, with the remedy; None if it may be."""
    if len(expression) > LONGEST:
        return f"has {len(expression)} characters, and {LONGEST} is the most"
    nodes = list(_nodes(tree))
    if len(nodes) > MOST_NODES:
        return f"has {len(nodes)} parts, and {MOST_NODES} is the most; shorten it"
    built = sum(len(one["children"]) for one in nodes if one["type"] in _BUILDS)
    if built > MOST_BUILT:
        return (
            f"builds {built} values ([a, b] and {{a: b}}), and {MOST_BUILT} is the "
            "most; take one value, or join a few"
        )
    if sum(map(_writes, nodes)) > 1:
        return "calls to_string more than once, which can double a text each time"
    if any(map(_joins, nodes)):
        return "joins by a text of the event; write it out, as in join('-', a)"
    return None


def _writes(node: Mapping[str, Any]) -> bool:
    """Whether it may write a value as JSON, with a backslash before each quote."""
    return bool(node["type"] == "function_expression" and node["value"] == "to_string")


def _joins(node: Mapping[str, Any]) -> bool:
    """Whether it may put a stranger's text between all of a stranger's list."""
    is_join = node["type"] == "function_expression" and node["value"] == "join"
    return is_join and [one["type"] for one in node["children"][:1]] != ["literal"]


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    """All nodes of a tree, and no deeper than it may have nodes."""
    left, seen = [tree], 0
    while left and seen <= MOST_NODES:
        node = left.pop()
        if isinstance(node, Mapping):
            seen += 1
            yield node
            left += node.get("children", ())
