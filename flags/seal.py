"""Overrides that testers may bring from outside: made with a key, and checked with it.

Laws
1. An override holds for one deployment (its audience, the name of the flag table),
   release, variant and subject, until it expires. The MAC covers all of them, so that
   none can be exchanged.
2. Nobody is named: the subject is a keyed hash of the targeting key.
3. Nothing that expires more than a day ahead holds, whoever signed it.
4. MACs and subjects are compared in constant time.
5. No key and no text of a keys document is in a `repr`, a message or an exception.

Keys are made and exchanged by `canary token rotate`. They are kept as text,
`{"current": "k2", "keys": {"k1": "<base64>", "k2": "<base64>"}}`: overrides are made
with the current one, and hold if any of them made them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from flags.errors import FlagsError
from flags.hints import Any
from flags.record import Record, replace
from flags.token import Carried, Seal

LONGEST = 24 * 3600
# By so much may the clock that dated an override be ahead of the one that checks it.
SKEW = 60
# Shorter than half of the hash, a key would be its weakest part.
SHORTEST_KEY = 16

EXPIRED = "EXPIRED"
TOO_LONG = "TOO_LONG"
UNKNOWN_KEY = "UNKNOWN_KEY"
FORGED = "FORGED"
OTHER_SUBJECT = "OTHER_SUBJECT"

_KID = "[a-z0-9]{1,16}"


class InvalidKeys(FlagsError):
    """What is kept as keys is no keys document."""

    exit_code = 5

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"the token keys can't be used: {problem}; expected "
            '{"current": "k1", "keys": {"k1": "<base64 of 16 bytes or more>"}}, '
            "which `canary token rotate` writes"
        )


class Keys(Record):
    """Keys by their ids, one of which makes new overrides."""

    hidden = frozenset({"secrets"})

    current: str
    secrets: Mapping[str, bytes]

    @classmethod
    def parse(cls, text: str) -> Keys:
        """Read a keys document; raises `InvalidKeys`."""
        data = _json(text)
        listed = data.get("keys") if isinstance(data, dict) else None
        if not isinstance(listed, dict) or not listed:
            raise InvalidKeys("there is no object `keys` with a key in it")
        secrets = {kid: _secret(kid, value) for kid, value in listed.items()}
        current = data.get("current")
        if not isinstance(current, str) or current not in secrets:
            raise InvalidKeys("`current` names none of the keys")
        return cls(current=current, secrets=secrets)


def mint(  # noqa: PLR0913 - an override is bound to all of these
    keys: Keys,
    audience: str,
    release: str,
    variant: str,
    *,
    subject_key: str,
    expires: int,
) -> Carried:
    """An override for whoever has this targeting key, until `expires` (seconds)."""
    secret = keys.secrets[keys.current]
    subject = _subject(secret, subject_key)
    seal = Seal(kid=keys.current, expires=expires, subject=subject, mac="")
    made = Carried(release=release, variant=variant, generation=0, seal=seal)
    return replace(made, seal=replace(seal, mac=_mac(secret, audience, made, seal)))


def verify(
    keys: Keys, audience: str, carried: Carried, now: float, subject_key: str | None
) -> str | None:
    """What is wrong with an override, or None; without `subject_key` anyone's holds."""
    seal = carried.seal
    secret = keys.secrets.get(seal.kid) if seal else None
    if seal is None or secret is None:
        return UNKNOWN_KEY
    if seal.expires <= now:
        return EXPIRED
    if seal.expires > now + LONGEST + SKEW:
        return TOO_LONG
    if not _same(seal.mac, _mac(secret, audience, carried, seal)):
        return FORGED
    if subject_key is None or _same(seal.subject, _subject(secret, subject_key)):
        return None
    return OTHER_SUBJECT


def _mac(secret: bytes, audience: str, carried: Carried, seal: Seal) -> str:
    parts = (
        "canary-override",
        # Of the table's ARN it is the name, which is what the router knows.
        audience.rpartition("/")[2],
        carried.release,
        carried.variant,
        seal.kid,
        f"{seal.expires:010}",
        seal.subject,
    )
    return _digest(secret, "\n".join(parts), 16)


def _subject(secret: bytes, subject_key: str) -> str:
    return _digest(secret, f"canary-subject\n{subject_key}", 8)


def _digest(secret: bytes, text: str, size: int) -> str:
    import hmac  # noqa: PLC0415 - cost; most routers never see an override

    # A lone surrogate in an identity out of JSON is an identity like any other.
    data = text.encode("utf-8", "surrogatepass")
    return hmac.digest(secret, data, "sha256")[:size].hex()


def _same(given: str, made: str) -> bool:
    import hmac  # noqa: PLC0415 - cost; most routers never see an override

    return hmac.compare_digest(given.encode(), made.encode())


def _json(text: str) -> Any:
    # The parser's own error has the whole document in it, so it goes no further.
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _secret(kid: str, value: object) -> bytes:
    import base64  # noqa: PLC0415 - cost; most routers never see an override

    if re.fullmatch(_KID, kid) is None:
        raise InvalidKeys("a key's id has other than 1 to 16 of a-z and 0-9")
    try:
        secret = base64.b64decode(
            value if isinstance(value, str) else "", validate=True
        )
    except ValueError:
        secret = b""
    if len(secret) < SHORTEST_KEY:
        raise InvalidKeys(f"the key {kid} is no base64 of {SHORTEST_KEY} bytes or more")
    return secret
