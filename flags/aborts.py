"""Abort marks: rollouts that a router has ended, before the rules say so.

Laws
1. A mark names one rollout, by its release and the version at which it began. It says
   nothing of any rollout before or after.
2. A marked release is what the compiler makes of one without a weight: everyone is on
   stable, nothing is watched, and what was carried heals. Its version stays, and so
   does its salt, by which nobody is drawn any more.
3. Rules that no mark is about stay the same object.
4. Routers write marks, so what is read of them is untrusted: what is not a mark is left
   out, and where there is no set of texts at all, nobody knows.
"""

from __future__ import annotations

from flags.hints import Any
from flags.model import Flag, Ruleset
from flags.record import replace

# A release's name of 63 characters, a space, and 15 digits.
LONGEST = 79


def mark(release: str, since: int) -> str:
    """The mark on the rollout of a release that began at this version."""
    return f"{release} {since}"


def marks_in(attribute: Any) -> frozenset[str] | None:
    """The marks in a table's attribute; None if it is not a set of texts."""
    found = attribute.get("SS") if isinstance(attribute, dict) else None
    if not isinstance(found, list | set | frozenset):
        return None
    return frozenset(text for text in found if is_mark(text))


def is_mark(text: object) -> bool:
    """Whether a text could be a mark."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return False
    release, _, since = text.rpartition(" ")
    return bool(release) and since.isascii() and since.isdigit()


def is_marked(flag: Flag, marks: frozenset[str]) -> bool:
    """Whether one of these marks is on the flag's live rollout."""
    release = flag.release
    if release is None or release.since is None:
        return False
    return mark(flag.name, release.since) in marks


def marked(ruleset: Ruleset, marks: frozenset[str]) -> Ruleset:
    """The rules as they are once the marked rollouts are aborted."""
    if not marks:
        return ruleset
    ended = {
        name: _ended(flag)
        for name, flag in ruleset.flags.items()
        if is_marked(flag, marks)
    }
    return replace(ruleset, flags={**ruleset.flags, **ended}) if ended else ruleset


def watched(ruleset: Ruleset) -> bool:
    """Whether routers watch a release, and so may mark it at any time."""
    return any(
        flag.release is not None and flag.release.watch is not None
        for flag in ruleset.flags.values()
    )


def _ended(flag: Flag) -> Flag:
    release = flag.release
    if release is None:
        return flag
    return replace(
        flag,
        off=release.stable,
        targets={},
        kinds={},
        rules=(),
        serve=release.stable,
        release=replace(release, since=None, watch=None, rollout=None),
    )
