"""Laws of the wire form, for decisions and texts that nobody thought of."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.token import MAX_LENGTH, MAX_MEMBERS, Carried, Token
from tests.property.strategies import carried, json_values, many, texts, tokens

pytestmark = pytest.mark.property


@given(token=tokens)
@many
def test_round_trip(token: Token) -> None:
    """What is written is read back the same, in a charset that nothing escapes."""
    text = str(token)

    assert token == Token.parse(text)
    assert re.fullmatch(r"[A-Za-z0-9._~-]+", text)


@given(token=tokens, order=st.randoms(use_true_random=False))
@many
def test_deterministic(token: Token, order: Random) -> None:
    """The order in which decisions were made does not show."""
    shuffled = list(token.members)
    order.shuffle(shuffled)
    built = Token()
    for member in shuffled:
        built = built.with_decision(member)

    assert str(token) == str(built)
    again = Token.parse("~".join(("v1", *(str(token).split("~")[1:])[::-1])))
    assert str(token) == str(again)


@given(text=texts | json_values | tokens.map(str).map(lambda t: t[:-1] + "!"))
@many
def test_reading_is_total(text: object) -> None:
    """Anything else reads as nothing, or as a token that is written the same way."""
    token = Token.parse(text)

    assert token is None or token == Token.parse(str(token))


@given(token=tokens, decided=carried)
@many
def test_a_new_decision(token: Token, decided: Carried) -> None:
    """A decision replaces the one before; the others and the limits hold."""
    grown = token.with_decision(decided, lift=True)
    others = [m for m in token.members if m.release != decided.release]

    assert grown.get(decided.release) in {decided, None}
    assert others == [m for m in grown.members if m.release != decided.release]
    assert len(grown.members) <= MAX_MEMBERS
    assert len(str(grown)) <= MAX_LENGTH


@given(token=tokens, variant=carried)
@many
def test_an_override_outlives_decisions(token: Token, variant: Carried) -> None:
    """No plain decision takes the place of an override unless that is lifted."""
    for member in token.members:
        decided = Carried(release=member.release, variant=variant.variant, generation=1)
        held = token.with_decision(decided).get(member.release)

        assert held == (member if member.seal else decided)
