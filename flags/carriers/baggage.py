"""The token as a member of a W3C `baggage` header.

    baggage: userId=alice,canary-decision=v1~shop.green.12

Laws
1. All of a token's characters are allowed in a member's value as they are.
2. A header is passed on as it came, byte by byte, or longer by one member: a member
   is never cut, and nobody else's is dropped for ours.
3. The limits are the standard's: what has to be passed on is 64 members in 8,192
   bytes. A longer header is not read.
"""

from __future__ import annotations

from flags.token import NAME, Token

MAX_MEMBERS = 64
MAX_BYTES = 8192


def read(header: object) -> list[str]:
    """What our members say: one as a rule, none if the header is too long."""
    # Most baggage is not ours, and not worth splitting.
    if not isinstance(header, str) or NAME not in header or not _fits(header):
        return []
    members = (member.partition("=") for member in header.split(","))
    return [
        _decoded(rest.partition(";")[0].strip())
        for key, equals, rest in members
        if equals and key.strip() == NAME
    ]


def write(existing: str | None, token: Token) -> str | None:
    """The header with the token; as it is if it carries one, or has no room.

    None for no header: none came, and the token is empty or too long for one.
    """
    if not token.members or read(existing):
        return existing
    ours = f"{NAME}={token}"
    # Whitespace around commas is allowed: there may be nothing but that.
    grown = f"{existing},{ours}" if existing and existing.strip() else ours
    return grown if _fits(grown) else existing


def _fits(header: str) -> bool:
    size = len(header.encode("utf-8", "surrogatepass"))
    return size <= MAX_BYTES and header.count(",") < MAX_MEMBERS


def _decoded(value: str) -> str:
    if "%" not in value:
        return value
    from urllib.parse import unquote  # noqa: PLC0415 - cost; we write no escapes

    return unquote(value)
