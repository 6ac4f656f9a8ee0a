"""Laws of overrides: nothing that was touched holds, and no key is told."""

from __future__ import annotations

import traceback
from base64 import b64encode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flags.record import replace
from flags.seal import (
    EXPIRED,
    FORGED,
    LONGEST,
    OTHER_SUBJECT,
    SKEW,
    TOO_LONG,
    UNKNOWN_KEY,
    InvalidKeys,
    Keys,
    mint,
    verify,
)
from flags.token import Token
from tests.property.strategies import json_values, many, overrides, texts, words

pytestmark = pytest.mark.property

AUDIENCE = "flags"
NOW = 1_800_000_000
SECRETS = st.binary(min_size=16, max_size=64)
KEYS = st.builds(
    lambda first, second: Keys(current="k2", secrets={"k1": first, "k2": second}),
    SECRETS,
    SECRETS,
)


@given(keys=KEYS, release=words, variant=words, key=texts, life=st.integers(1, LONGEST))
@many
def test_round_trip(
    keys: Keys, release: str, variant: str, key: str, life: int
) -> None:
    """What is minted is a token, and holds for its subject until it expires."""
    made = mint(keys, AUDIENCE, release, variant, subject_key=key, expires=NOW + life)
    token = Token.parse(str(Token(members=(made,))))

    assert token == Token(members=(made,))
    assert verify(keys, AUDIENCE, made, NOW, key) is None
    assert verify(keys, AUDIENCE, made, NOW, None) is None
    assert EXPIRED == verify(keys, AUDIENCE, made, NOW + life, key)


@given(keys=KEYS, key=texts, data=st.data())
@many
def test_every_changed_bit_is_refused(
    keys: Keys, key: str, data: st.DataObject
) -> None:
    """One bit anywhere in a sealed member, and it is no override, or one that fails."""
    made = mint(keys, AUDIENCE, "shop", "green", subject_key=key, expires=NOW + 60)
    text = str(Token(members=(made,)))
    bits = st.integers(len("v1~") * 8, len(text) * 8 - 1)
    place, bit = divmod(data.draw(bits), 8)
    touched = text.encode()
    touched = (
        touched[:place] + bytes([touched[place] ^ 1 << bit]) + touched[place + 1 :]
    )
    token = Token.parse(touched.decode("latin-1"))

    assert token is None or all(
        member.seal and verify(keys, AUDIENCE, member, NOW, None)
        for member in token.members
    )


def test_every_bit_of_one() -> None:
    """All of them, of one override: none of them leaves it in force."""
    keys = Keys(current="k2", secrets={"k1": b"1" * 32, "k2": b"2" * 32})
    made = mint(keys, AUDIENCE, "shop", "green", subject_key="ana", expires=NOW + 60)
    text = str(Token(members=(made,))).encode()
    for place in range(len("v1~") * 8, len(text) * 8):
        touched = bytearray(text)
        touched[place // 8] ^= 1 << place % 8
        token = Token.parse(touched.decode("latin-1"))
        for member in token.members if token else ():
            assert member.seal
            assert verify(keys, AUDIENCE, member, NOW, None)


@given(
    keys=KEYS,
    minted_with=st.sampled_from(["k1", "k2"]),
    known=st.sets(st.sampled_from(["k1", "k2"]), min_size=1),
    ahead=st.integers(-2 * LONGEST, 2 * LONGEST),
    audience=st.sampled_from([AUDIENCE, "other"]),
    asked=st.sampled_from(["ana", "bo", None]),
)
@many
def test_matrix(  # noqa: PLR0913, PLR0917 - time, audience, subject and key, each on its own
    keys: Keys,
    minted_with: str,
    known: set[str],
    ahead: int,
    audience: str,
    asked: str | None,
) -> None:
    """It holds if time, audience, subject and key all do; else the first one tells."""
    maker = replace(keys, current=minted_with)
    made = mint(
        maker, AUDIENCE, "shop", "green", subject_key="ana", expires=NOW + ahead
    )
    secrets = {kid: keys.secrets[kid] for kid in known}
    checker = Keys(current=min(known), secrets=secrets)

    problem = verify(checker, audience, made, NOW, asked)

    expected = (
        (UNKNOWN_KEY, minted_with not in known),
        (EXPIRED, ahead <= 0),
        (TOO_LONG, ahead > LONGEST + SKEW),
        (FORGED, audience != AUDIENCE),
        (OTHER_SUBJECT, asked == "bo"),
    )
    assert problem == next((name for name, holds in expected if holds), None)


@given(keys=KEYS, stranger=overrides, subject=st.none() | texts)
@many
def test_checking_is_total(keys: Keys, stranger: object, subject: str | None) -> None:
    """Whatever comes along is refused without an error."""
    token = Token(members=(stranger,))  # type: ignore[arg-type]

    assert verify(keys, AUDIENCE, token.members[0], NOW, subject) is not None


@given(
    secret=st.binary(min_size=12, max_size=40).map(lambda b: b64encode(b).decode()),
    current=json_values,
    text=st.sampled_from(
        ['{"current": "%s"', "%s", '{"keys": {"k1": "%s"}}', '{"keys": {"%s": 1}}']
    ),
)
@many
def test_no_key_is_told(secret: str, current: object, text: str) -> None:
    """Neither by what keeps keys, nor by an error about them."""
    assume(secret not in str(current))
    document = text % secret
    try:
        told = repr(Keys.parse(document))
    except InvalidKeys as error:
        told = "".join(traceback.format_exception(error)) + repr(vars(error))
        told += repr(vars(error.__context__)) if error.__context__ else ""

    assert secret not in told
