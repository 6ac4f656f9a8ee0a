"""Paths into JSON, by which routes match on what an event holds.

    sessionState.intent.name
    Records[0].ses.mail.source
    requestContext."odd.name"

A name is quoted if it has a dot, a bracket, a quote or a space. Unlike JMESPath it says
one place: to look there takes no more time than the place is deep.
"""

from __future__ import annotations

import re

MAX_STEPS = 16

_step = re.compile(
    r'(?:(?:^|(?<=.)\.)(?:"([^"]+)"|([^."\[\]\s]+))|\[(\d{1,4})\])'
).match


def steps(path: str) -> tuple[str | int, ...]:
    """The names and indexes of a path, in their order; raises `ValueError`."""
    found: list[str | int] = []
    at = 0
    while at < len(path):
        one = _step(path, at)
        if one is None:
            msg = f"not a path at character {at + 1}: give names and [0], with dots"
            raise ValueError(msg)
        quoted, name, index = one.groups()
        found.append(int(index) if index else quoted or name)
        at = one.end()
    if not 0 < len(found) <= MAX_STEPS:
        msg = f"a path has 1 to {MAX_STEPS} steps"
        raise ValueError(msg)
    return tuple(found)
