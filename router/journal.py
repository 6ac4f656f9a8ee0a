"""One structured line for each kind of decision in an event.

Laws
1. Never an identity, a payload, a token or an error's message: names, numbers, and
   the type of an error.
2. The route's `log` says for how many events in a hundred there are lines. Errors,
   fallbacks, stale rules and batches with too much order are always told, and
   overrides for want of their keys.
3. Pure: chance comes in as an argument, the lines go out as an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from json import JSONEncoder

from flags.hints import Any
from router.passage import Leg, Passage

Write = Callable[[str], object]

# Escapes whatever is not plain ASCII, and so all that could break or forge a line.
encode = JSONEncoder(separators=(",", ":")).encode

# What the type of an error looks like in the languages that Lambda runs. Anything
# else may be text that a target made of its input.
_TYPE = r"[A-Za-z_$][\w.:$]{0,127}"
ODD_TYPE = "odd type"

LONGEST_PROBLEM = 300


def lines(passage: Passage, random: Callable[[], float]) -> list[str]:
    """The lines for an event; `random` throws from 0 up to 1, if chance has a say."""
    unkept = passage.keys is not None and passage.refused > 0
    told = passage.problem is not None or passage.skipped is not None or unkept
    wanted = told or _chosen(passage.log, random)
    legs = passage.legs if wanted else [it for it in passage.legs if it.trouble]
    if not legs:
        return []
    kinds: dict[tuple[Any, ...], list[Any]] = {}
    for leg in legs:
        _count(leg, kinds)
    return [_line(passage, kind, *told) for kind, told in kinds.items()]


def _chosen(percent: float, random: Callable[[], float]) -> bool:
    # Dice that are not needed are not thrown: the first throw takes long.
    return percent >= 100 or (percent > 0 and random() * 100 < percent)  # noqa: PLR2004 - per cent


def _count(leg: Leg, kinds: dict[tuple[Any, ...], list[Any]]) -> None:
    """Add a leg's units, and its time if it is the longest, to their kinds."""
    error = None if leg.error is None else type_of(leg.error)
    for c in leg.choices:
        kind = (c.alias, c.reason, c.release, c.generation, error, leg.fallback)
        told = kinds.get(kind)
        if told is None:
            kinds[kind] = [1, leg.seconds]
            continue
        told[0] += 1
        if told[1] is None or told[1] < (leg.seconds or 0):
            told[1] = leg.seconds


def _line(
    passage: Passage, kind: tuple[Any, ...], units: int, seconds: float | None
) -> str:
    alias, reason, release, generation, error, fallback = kind
    line = {
        "message": "decision",
        "source": passage.source,
        "route": passage.route,
        "service": passage.service,
        "alias": alias,
        "reason": reason,
        "release": release,
        "generation": generation,
        "units": units,
        "stale": passage.problem is not None,
    }
    if seconds is not None:
        line["ms"] = round(seconds * 1000, 1)
    if error is not None:
        line["error"] = error
    if fallback:
        line["fallback"] = True
    if passage.problem is not None:
        line["problem"] = passage.problem[:LONGEST_PROBLEM]
    if passage.keys is not None:
        line["keys_problem"] = passage.keys[:LONGEST_PROBLEM]
    if passage.skipped is not None:
        line["not_deployed"] = passage.skipped[:LONGEST_PROBLEM]
    if passage.request_id is not None:
        line["request_id"] = passage.request_id
    return encode(line)


def type_of(error: BaseException) -> str:
    """The type of an error, as Lambda would name it; a target's own, if it has one."""
    # The runtime's FaultException holds the name of the type that it stands for.
    name = getattr(error, "exception_type", None) or type(error).__name__
    if isinstance(name, str) and re.fullmatch(_TYPE, name, re.ASCII):
        return name
    return ODD_TYPE
