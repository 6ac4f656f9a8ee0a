"""Where the decision goes in what has no attributes: by destination.

    CANARY_JSON_KEY: "events:partner-*=resources, kinesis:audit, stepfunctions:*=none"

Each entry is SERVICE:NAME=PLACE, by boto3's name of the service (`events`, `kinesis`,
`stepfunctions`, `lambda`) and the name, or the ARN, by which the code calls the bus,
the stream, the state machine or the function. `*` stands for anything. The first entry
that fits counts; without one it is `key`.

    key         a key of the JSON object
    resources   one of the event's resources: on EventBridge, outside of its detail
    none        nowhere; whoever reads it decides anew, and nothing is counted

An entry without a place says `none`, and so does one whose place is not known: a reader
that takes no other keys is never surprised by a slip of the pen.
"""

from __future__ import annotations

import functools
import os

KEY, RESOURCES, NONE = "key", "resources", "none"
VARIABLE = "CANARY_JSON_KEY"
# What comes before the name in the last part of an ARN.
_KINDS = ("event-bus/", "stream/")
# A Custom Event Bus has its name and an id there.
_CUSTOM_BUS = "event-busv2/"
_CUSTOM = "event-busv2/"
_ARN_PARTS = 7

# What the code itself has said.
_said: list[tuple[str, str]] = []


def place(destination: str, where: str) -> None:
    """Say in code where the decision goes: it counts before what the variable says.

    `place("kinesis:audit-*", "none")`. Of two that fit the later one counts.
    """
    if where not in (KEY, RESOURCES, NONE):
        raise ValueError(f"where is {where!r}: give {KEY!r}, {RESOURCES!r} or {NONE!r}")
    if ":" not in destination and destination != "*":
        raise ValueError(f"destination is {destination!r}: give it as SERVICE:NAME")
    _said.insert(0, (destination, where))
    place_of.cache_clear()


def place_in(service: str, destination: object) -> str:
    """Where the decision goes in what is sent there."""
    rules = os.environ.get(VARIABLE, "")
    if not rules and not _said:
        return KEY
    named = destination if isinstance(destination, str) else ""
    return place_of(rules, service, named)


@functools.lru_cache(maxsize=256)
def place_of(rules: str, service: str, named: str) -> str:
    """The same by these rules."""
    from fnmatch import fnmatchcase  # noqa: PLC0415 - few have rules

    names = (f"{service}:{named}", f"{service}:{_name(named)}")
    for pattern, where in (*_said, *_read(rules)):
        if any(fnmatchcase(name, pattern) for name in names):
            usable = where == KEY or (where == RESOURCES and service == "events")
            return where if usable else NONE
    return KEY


def _read(rules: str) -> list[tuple[str, str]]:
    entries = (entry.partition("=") for entry in rules.split(",") if entry.strip())
    return [(left.strip(), right.strip()) for left, _, right in entries]


def _name(named: str) -> str:
    """The name in an ARN; what is not one is a name already."""
    parts = named.split(":")
    if len(parts) < _ARN_PARTS and not named.startswith("arn:"):
        return named
    last = parts[6] if len(parts) >= _ARN_PARTS else parts[-1]
    if last.startswith(_CUSTOM_BUS):
        return last.removeprefix(_CUSTOM_BUS).rpartition("/")[0]
    for kind in _KINDS:
        last = last.removeprefix(kind)
    # A Custom Event Bus has an id behind its name.
    return last.removeprefix(_CUSTOM).partition("/")[0] if _CUSTOM in last else last
