"""Overrides for testers: what they are for, how long they hold, and whether they do."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from admin_cli import files
from admin_cli.finding import find_flag
from flags.errors import InvalidDocument, Problem
from flags.model import Flag
from flags.seal import LONGEST, Keys, verify
from flags.store.changes import State
from flags.store.values import SURROGATE
from flags.token import Carried, Token

Data = dict[str, Any]
# The keys, and the table's name.
Proof = tuple[Keys, str]

_LIFETIME = re.compile(r"([1-9][0-9]{0,5})([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
COLUMNS = ("RELEASE", "VARIANT", "KIND", "HOLDS", "DETAIL")
# What `flags.seal.verify` finds, for people.
_PROBLEMS = {
    "EXPIRED": "it has expired",
    "TOO_LONG": "it expires more than a day ahead",
    "UNKNOWN_KEY": "its key is none of those that count",
    "FORGED": "its MAC is wrong: another deployment's, or touched",
    "OTHER_SUBJECT": "it is for another targeting key",
}


def lifetime(text: str) -> int:
    """Seconds of what people type, `30m`; raises `InvalidDocument`."""
    found = _LIFETIME.fullmatch(text)
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if 0 < seconds <= LONGEST:
        return seconds
    message = f"{text!r} is no time up to 24h, such as 45s, 30m or 2h"
    raise InvalidDocument([Problem(path="--for", message=message)])


def targeting_key(text: str) -> str:
    """A targeting key as it was typed; raises `InvalidDocument`."""
    if text and not SURROGATE.search(text):
        return text
    message = "not text in UTF-8" if text else "empty, and nobody is called so"
    raise InvalidDocument([Problem(path="--key", message=message)])


def release(state: State, name: str) -> Flag:
    """A release that can be overridden; raises `Unknown` or `InvalidDocument`."""
    find_flag(state, name)
    flag = files.ruleset(state).flags[name]
    if flag.release is None:
        raise _refused(name, "is no release, so no router decides about it")
    if not flag.enabled:
        raise _refused(name, "is disabled, and the off switch beats every override")
    return flag


def variant(flag: Flag, asked: str) -> str:
    """A variant of a release, by its name or role; raises `InvalidDocument`."""
    roles: dict[str, str] = {}
    if flag.release is not None:
        roles = {"canary": flag.release.canary, "stable": flag.release.stable}
    found = roles.get(asked, asked)
    if found not in flag.variants:
        known = ", ".join([*sorted(flag.variants), *roles])
        raise _refused(flag.name, f"no variant {asked!r}; defined: {known}")
    return found


def minted(token: Token, member: Carried, key: str) -> Data:
    """What is told of a new override."""
    seal = member.seal
    return {
        "token": str(token),
        "release": member.release,
        "variant": member.variant,
        "key": key,
        "expires": _iso(seal.expires) if seal else None,
    }


def parse(text: str) -> Token:
    """A token as it was typed; raises `InvalidDocument`."""
    token = Token.parse(text)
    if token is None:
        message = "malformed or too long, so it is read as absent"
        raise InvalidDocument([Problem(path="TOKEN", message=message)])
    return token


def checked(
    token: Token, proof: Callable[[], Proof], now: float, key: str | None
) -> list[Data]:
    """Each member, with what is wrong with it; asks for the proof if one is sealed."""
    sealed = any(member.seal for member in token.members)
    known = proof() if sealed else None
    return [_checked(member, known, now, key) for member in token.members]


def cells(row: Data) -> tuple[object, ...]:
    """A member's row in the table."""
    if row["kind"] == "decision":
        detail = f"of version {row['generation']}; counts from trusted sources only"
        return row["release"], row["variant"], "decision", "", detail
    problem = row["problem"]
    detail = _PROBLEMS[problem] if problem else f"key {row['kid']}"
    detail += f"; until {row['expires']}"
    holds = "no" if problem else "yes"
    return row["release"], row["variant"], "override", holds, detail


def _checked(member: Carried, proof: Proof | None, now: float, key: str | None) -> Data:
    seal, problem = member.seal, None
    if seal and proof:
        problem = verify(*proof, member, now, key)
    return {
        "release": member.release,
        "variant": member.variant,
        "kind": "override" if seal else "decision",
        "generation": None if seal else member.generation,
        "kid": seal.kid if seal else None,
        "expires": _iso(seal.expires) if seal else None,
        "problem": problem,
    }


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _refused(name: str, message: str) -> InvalidDocument:
    return InvalidDocument([Problem(path=name, message=message)])
