"""One place in a JSON text, by a path; no more is parsed than leads there."""

from __future__ import annotations

from flags.hints import Any
from router.document.node import SMALL, Node
from router.document.scan import Malformed

# Something is there that is no text, number or boolean.
STRUCTURE = object()


def pick(node: Node, steps: tuple[str | int, ...]) -> Any:
    """The text, number or boolean there; `STRUCTURE` for more, None for nothing."""
    try:
        for at, step in enumerate(steps):
            if node.end - node.start <= SMALL:
                return _picked(node.value(), steps[at:])
            found = _inside(node, step)
            if found is None:
                return None
            node = found
        large = node.is_object or node.is_array
        return STRUCTURE if large else node.value()
    except Malformed:
        return None


def _inside(node: Node, step: str | int) -> Node | None:
    if isinstance(step, str):
        return node.get(step)
    if step == 0:
        return node.first()
    elements = node.elements()
    return elements[step] if step < len(elements) else None


def _picked(value: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            listed = isinstance(value, list) and step < len(value)
            value = value[step] if listed else None
    return STRUCTURE if isinstance(value, dict | list) else value
