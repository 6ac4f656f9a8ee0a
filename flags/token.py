"""The decision on the wire: `v1~shop.green.12~search.blue.3`.

Laws
1. One compact ASCII token: letters, digits and `._~-` only, so it goes unescaped
   through HTTP headers, cookies, SNS and SQS attributes (where a double quote
   would make filtered subscriptions drop the message), JSON, URLs and baggage.
2. Deterministic: the same decisions give the same text.
3. No identity in it: a release, a variant and the rule's generation.
4. Anything malformed, oversized or of a later version reads as absent.
"""

from __future__ import annotations

import re

from flags.record import Record

NAME = "canary-decision"
MAX_LENGTH = 1024
MAX_MEMBERS = 16

_WORD = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}"
_MEMBER = re.compile(rf"({_WORD})\.({_WORD})\.([0-9]{{1,15}})")


class Carried(Record):
    """One decision on its way: which variant of which release, and how old."""

    release: str
    variant: str
    generation: int


class Token(Record):
    """The decisions that travel with one request or message, by release."""

    members: tuple[Carried, ...] = ()

    @classmethod
    def parse(cls, text: object) -> Token | None:
        """Read a token; None if it is not one."""
        if not isinstance(text, str) or not 0 < len(text) <= MAX_LENGTH:
            return None
        version, *parts = text.split("~")
        if version != "v1" or not 0 < len(parts) <= MAX_MEMBERS:
            return None
        found: dict[str, Carried] = {}
        for part in parts:
            match = _MEMBER.fullmatch(part)
            if match is None or match[1] in found:
                return None
            found[match[1]] = Carried(
                release=match[1], variant=match[2], generation=int(match[3])
            )
        return cls(members=tuple(found[name] for name in sorted(found)))

    def get(self, release: str) -> Carried | None:
        """The decision about a release, if this token has one."""
        for member in self.members:
            if member.release == release:
                return member
        return None

    def variant(self, release: str) -> str | None:
        """The variant decided for a release, if this token has one."""
        member = self.get(release)
        return member.variant if member else None

    def with_decision(self, decided: Carried) -> Token:
        """This token with one decision added or replaced.

        What doesn't fit is left out: better one release re-decided further down
        than a message that can't be sent, or one with the decision before.
        """
        others = [m for m in self.members if m.release != decided.release]
        members = sorted([*others, decided], key=lambda member: member.release)
        grown = Token(members=tuple(members))
        fits = len(members) <= MAX_MEMBERS and len(str(grown)) <= MAX_LENGTH
        return grown if fits else Token(members=tuple(others))

    def __str__(self) -> str:
        parts = (f"{m.release}.{m.variant}.{m.generation}" for m in self.members)
        return "~".join(("v1", *parts))
