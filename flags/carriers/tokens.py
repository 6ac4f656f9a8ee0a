"""What a text says: a decision, or nothing, and then why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from flags.token import MAX_LENGTH, MAX_MEMBERS, Token

# What was found where a token should be and is none, by what is wrong with it:
# `duplicated`, `foreign`, `malformed`, `oversized`, `type` or `version`.
unread: Counter[str] = Counter()


def read(text: object) -> Token | None:
    """The token that a text is; None if it is none, which is counted."""
    if text is None:
        return None
    token = Token.parse(text)
    if token is None:
        unread[_wrong(text)] += 1
    return token


def only(texts: Sequence[object]) -> Token | None:
    """The token of a place that may be filled more than once, all with the same."""
    # A front door joins what came twice with commas, which no token has.
    parts = [
        part.strip() if isinstance(part, str) else part
        for text in texts
        for part in (text.split(",") if isinstance(text, str) else (text,))
    ]
    if any(part != parts[0] for part in parts):
        unread["duplicated"] += 1
        return None
    return read(parts[0]) if parts else None


def agreed(tokens: Iterable[Token | None]) -> Token | None:
    """The decisions that all these carry with one variant.

    Of each, the one that lasts the shortest: not an override, if some were decided
    for everybody, and the oldest.
    """
    found = list(tokens)
    first = found[0] if found else None
    if first is None or all(token == first for token in found):
        return first
    members = []
    for member in first.members:
        others = [token.get(member.release) if token else None for token in found]
        same = [other for other in others if other and other.variant == member.variant]
        if len(same) == len(found):
            members.append(min(same, key=lambda m: (m.seal is not None, m.generation)))
    return Token(members=tuple(members)) if members else None


def _wrong(text: object) -> str:
    if not isinstance(text, str):
        return "type"
    if len(text) > MAX_LENGTH:
        return "oversized"
    version, *parts = text.split("~")
    if version != "v1":
        later = version[:1] == "v" and version[1:].isdecimal() and parts
        return "version" if later else "foreign"
    if len(parts) > MAX_MEMBERS:
        return "oversized"
    releases = [part.partition(".")[0] for part in parts]
    return "duplicated" if len({*releases}) < len(releases) else "malformed"
