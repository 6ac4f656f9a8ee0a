"""The decision on the wire: `v1~shop.green.12~search.blue.3`.

A tester's override stands in the place of the generation as a seal, which routers
check (`flags.seal`): `RELEASE.VARIANT.o.KEY-ID.EXPIRES.SUBJECT.MAC`.

Laws
1. One compact ASCII token: letters, digits and `._~-` only, so it goes unescaped
   through HTTP headers, cookies, SNS and SQS attributes (where a double quote
   would make filtered subscriptions drop the message), JSON, URLs and baggage.
2. Deterministic: the same decisions give the same text.
3. No identity in it: a release, a variant and the rule's generation; of an override
   a keyed hash of the identity, which says nothing without the key.
4. Anything malformed, oversized or of a later version reads as absent.
5. About a release there is one member: a decision, or an override.
"""

from __future__ import annotations

from functools import lru_cache

from flags.record import Record

NAME = "canary-decision"
# How every token begins, whatever is in it.
PREFIX = "v1~"
MAX_LENGTH = 1024
MAX_MEMBERS = 16

_WORD_LENGTH = 63
_GENERATION_LENGTH = 15
_SEAL = r"o\.([a-z0-9]{1,16})\.([0-9]{10})\.([0-9a-f]{16})\.([0-9a-f]{32})"
# A container meets the same few decisions over and over; about 1 MB if all are huge.
_REMEMBERED = 256


class Seal(Record):
    """What makes a decision an override: until when, for whom, and the proof.

    `expires` is in seconds since the epoch; `subject` and `mac` are hexadecimal.
    Whoever has them may pass for the tester, so that they don't show in `repr`.
    """

    hidden = frozenset({"subject", "mac"})

    kid: str
    expires: int
    subject: str
    mac: str

    def __str__(self) -> str:
        return f"o.{self.kid}.{self.expires:010}.{self.subject}.{self.mac}"


class Carried(Record):
    """One decision on its way: which variant of which release, and how old.

    With a seal it is an override, whose generation is 0.
    """

    release: str
    variant: str
    generation: int
    seal: Seal | None = None


class Token(Record):
    """The decisions that travel with one request or message, by release."""

    members: tuple[Carried, ...] = ()

    @staticmethod
    def parse(text: object) -> Token | None:
        """Read a token; None if it is not one."""
        if not isinstance(text, str) or not 0 < len(text) <= MAX_LENGTH:
            return None
        return _parsed(text)

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

    def without(self, release: str) -> Token:
        """This token without what it says about a release."""
        return Token(members=tuple(m for m in self.members if m.release != release))

    def with_decision(self, decided: Carried, *, lift: bool = False) -> Token:
        """This token with one decision added or replaced.

        An override stays as it is, for the routers to come, unless `lift` says that
        it doesn't count: the release is off, or has no such variant.

        What doesn't fit is left out: better one release re-decided further down
        than a message that can't be sent, or one with the decision before.
        """
        held = self.get(decided.release)
        if held and held.seal and not decided.seal and not lift:
            return self
        others = [m for m in self.members if m.release != decided.release]
        members = sorted([*others, decided], key=lambda member: member.release)
        grown = Token(members=tuple(members))
        fits = len(members) <= MAX_MEMBERS and len(str(grown)) <= MAX_LENGTH
        return grown if fits else Token(members=tuple(others))

    def __str__(self) -> str:
        parts = (
            f"{m.release}.{m.variant}.{m.seal or m.generation}" for m in self.members
        )
        return "~".join(("v1", *parts))


@lru_cache(_REMEMBERED)
def _parsed(text: str) -> Token | None:
    version, *parts = text.split("~")
    if version != "v1" or not 0 < len(parts) <= MAX_MEMBERS or not text.isascii():
        return None
    found: dict[str, Carried] = {}
    for part in parts:
        member = _member(part)
        if member is None or member.release in found:
            return None
        found[member.release] = member
    return Token(members=tuple(found[name] for name in sorted(found)))


def _member(part: str) -> Carried | None:
    """A member of an ASCII text, where only letters and digits are alphanumeric."""
    release, _, rest = part.partition(".")
    variant, _, rest = rest.partition(".")
    if not (_is_word(release) and _is_word(variant)):
        return None
    if rest.isdigit() and len(rest) <= _GENERATION_LENGTH:
        return Carried(release=release, variant=variant, generation=int(rest))
    seal = _seal(rest)
    if seal is None:
        return None
    return Carried(release=release, variant=variant, generation=0, seal=seal)


def _is_word(text: str) -> bool:
    inner = text.replace("-", "").replace("_", "")
    return len(text) <= _WORD_LENGTH and text[:1].isalnum() and inner.isalnum()


def _seal(text: str) -> Seal | None:
    import re  # noqa: PLC0415 - most containers never see an override

    match = re.fullmatch(_SEAL, text)
    if match is None:
        return None
    kid, expires, subject, mac = match.groups()
    return Seal(kid=kid, expires=int(expires), subject=subject, mac=mac)
