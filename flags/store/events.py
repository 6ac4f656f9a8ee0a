"""YAML read by libyaml, where that is there: the common case of it, and quickly.

Laws
1. What is read here is read exactly so by PyYAML's own loader. Whatever might not be
   (tags, anchors, merges, keys that stand twice, faults) raises `Unsure`: that loader
   decides, and says where the fault is.
2. No text takes the process down: libyaml's own composer calls itself once a level
   until the stack is full, so its events are put together here, down to a limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

Scalar = Callable[[str], Any]
# What libyaml takes in places where PyYAML doesn't: these characters, and a comment
# right behind the mark of a block of text.
_DISPUTED = re.compile("[\t\x85\u2028\u2029\ufeff]|[|>][-+0-9]*#")


class Unsure(Exception):
    """Another loader is to read this text."""


def load(text: str, scalar: Scalar, levels: int) -> Any:
    """The data of one document; `scalar` says what a plain word means.

    Raises `Unsure`, also for what is nested deeper than so many levels.
    """
    if not hasattr(yaml, "CSafeLoader") or _DISPUTED.search(text):
        raise Unsure
    try:
        return _one(_events(text), scalar, levels)
    # A lone surrogate can't be encoded, which libyaml wants to do first.
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise Unsure from error


def _events(text: str) -> Iterator[Any]:
    parser = yaml.CSafeLoader(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    finally:
        parser.dispose()


def _one(events: Iterator[Any], scalar: Scalar, levels: int) -> Any:
    """The data of the only document in the stream; None if there is none."""
    next(events)
    begin = next(events)
    if isinstance(begin, StreamEndEvent):
        return None
    if not isinstance(begin, DocumentStartEvent) or begin.version or begin.tags:
        raise Unsure
    data = _node(next(events), events, scalar, levels)
    next(events)
    if not isinstance(next(events), StreamEndEvent):
        raise Unsure
    return data


def _node(event: Any, events: Iterator[Any], scalar: Scalar, levels: int) -> Any:
    kind = type(event)
    if event.anchor is not None:
        raise Unsure
    if kind is ScalarEvent:
        if event.tag is not None:
            raise Unsure
        return scalar(event.value) if event.implicit[0] else event.value
    # An alias has neither a tag nor an end.
    if levels == 0 or getattr(event, "tag", "alias") is not None:
        raise Unsure
    if kind is MappingStartEvent:
        return _mapping(events, scalar, levels - 1)
    if kind is SequenceStartEvent:
        return _sequence(events, scalar, levels - 1)
    raise Unsure


def _sequence(events: Iterator[Any], scalar: Scalar, levels: int) -> list[Any]:
    found = []
    for event in events:
        if type(event) is SequenceEndEvent:
            break
        found.append(_node(event, events, scalar, levels))
    return found


def _mapping(events: Iterator[Any], scalar: Scalar, levels: int) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    seen = set()
    for event in events:
        if type(event) is MappingEndEvent:
            break
        if type(event) is not ScalarEvent or event.value in seen:
            raise Unsure
        seen.add(event.value)
        key = _node(event, events, scalar, levels)
        found[key] = _node(next(events), events, scalar, levels)
    return found
