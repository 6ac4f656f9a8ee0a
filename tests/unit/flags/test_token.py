"""The wire form, example by example."""

from __future__ import annotations

import pytest

from flags.token import MAX_LENGTH, MAX_MEMBERS, NAME, Carried, Seal, Token

SHOP = Carried(release="shop", variant="green", generation=12)
SEARCH = Carried(release="search", variant="blue", generation=3)
SEAL = Seal(kid="k2", expires=1_900_000_000, subject="0a" * 8, mac="1b" * 16)
OVERRIDE = Carried(release="shop", variant="green", generation=0, seal=SEAL)
SEALED = f"shop.green.o.k2.1900000000.{'0a' * 8}.{'1b' * 16}"


def test_name() -> None:
    """One name everywhere; it is part of the wire form."""
    assert "canary-decision" == NAME


def test_example() -> None:
    """The form that the documentation shows, sorted by release."""
    token = Token().with_decision(SHOP).with_decision(SEARCH)

    assert "v1~search.blue.3~shop.green.12" == str(token)
    assert token == Token.parse("v1~shop.green.12~search.blue.3")
    assert (SHOP, "blue", None) == (
        token.get("shop"),
        token.variant("search"),
        token.variant("email"),
    )


@pytest.mark.parametrize(
    "text",
    [
        None,
        12,
        True,
        b"v1~shop.green.12",
        ["v1~shop.green.12"],
        {"canary-decision": "v1~shop.green.12"},
        "",
        "v1",
        "v1~",
        "~shop.green.12",
        "shop.green.12",
        "v2~shop.green.12",
        "V1~shop.green.12",
        "v1~shop.green",
        "v1~shop.green.",
        "v1~shop..12",
        "v1~.green.12",
        "v1~shop.green.12.9",
        "v1~shop.green.-1",
        "v1~shop.green.1e3",
        "v1~shop.green.1_0",
        "v1~shop.green.٣",
        "v1~shop.green.1234567890123456",
        "v1~shop.green.12~",
        "v1~shop.green.12~~search.blue.3",
        "v1~shop.green.12~shop.blue.13",
        "v1~shop.green.12~shop.green.12",
        " v1~shop.green.12",
        "v1~shop.green.12 ",
        "v1~shop.green.12\n",
        "v1~shop.green.12,v1~search.blue.3",
        '"v1~shop.green.12"',
        '{"shop":"green"}',
        "v1~shöp.green.12",
        "v1~-shop.green.12",
        "v1~shop.grün.12",
        "v1~\ud800.green.12",
        "v1~shop.green.12\x00",
        f"v1~{'s' * 64}.green.12",
        "v1~" + "~".join(f"r{n}.green.1" for n in range(MAX_MEMBERS + 1)),
        "v1~" + "~".join(f"{'r' * 59}{n:02}.green.1" for n in range(MAX_MEMBERS)),
    ],
)
def test_refused(text: object) -> None:
    """What is not exactly a token reads as absent, the whole of it."""
    assert Token.parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "v1~s.g.0",
        f"v1~{'s' * 63}.{'g' * 63}.999999999999999",
        "v1~" + "~".join(f"r{n:02}.green.1" for n in range(MAX_MEMBERS)),
    ],
)
def test_limits(text: str) -> None:
    """The largest tokens that are allowed come back as they were."""
    assert text == str(Token.parse(text))


def test_met_again() -> None:
    """Texts that say the same in one container share what they say."""
    texts = [f"v1~shop.green.{n}" for n in (7, 7)]

    first, again = (Token.parse(text) for text in texts)

    assert texts[0] is not texts[1]
    assert first is again


def test_forgotten() -> None:
    """However many are met, each reads as what it says."""
    for _ in range(2):
        for n in range(1000):
            token = Token.parse(f"v1~shop.green.{n}")

            assert (Carried(release="shop", variant="green", generation=n),) == (
                token and token.members
            )


def test_replace() -> None:
    """A decision about the same release takes the place of the one before."""
    later = Carried(release="shop", variant="blue", generation=13)
    token = Token(members=(SEARCH, SHOP))

    assert Token(members=(SEARCH, later)) == token.with_decision(later)
    assert Token(members=(SEARCH, SHOP)) == token


def full(count: int = MAX_MEMBERS, width: int = 3) -> Token:
    """A token with that many decisions."""
    members = (
        Carried(release=f"r{n:0{width}}", variant="blue", generation=1)
        for n in range(count)
    )
    return Token(members=tuple(members))


def test_full() -> None:
    """One decision too many is left out; those on board can still be replaced."""
    later = Carried(release="r000", variant="green", generation=2)

    assert full() == full().with_decision(SHOP)
    assert later == full().with_decision(later).get("r000")


def test_too_long() -> None:
    """A decision that makes it too long is left out; the one before it goes too."""
    token = full(width=54)
    assert len(str(token)) <= MAX_LENGTH
    late = Carried(release="r" + "0" * 54, variant="g" * 63, generation=2)

    grown = token.with_decision(late)

    assert grown.get(late.release) is None
    assert token.members[1:] == grown.members
    assert Token.parse(str(grown)) == grown


def test_override() -> None:
    """A seal stands in the place of the generation, beside plain decisions."""
    token = Token().with_decision(OVERRIDE).with_decision(SEARCH)

    assert f"v1~search.blue.3~{SEALED}" == str(token)
    assert token == Token.parse(str(token))
    assert (OVERRIDE, "green") == (token.get("shop"), token.variant("shop"))


@pytest.mark.parametrize(
    "member",
    [
        SEALED.replace(".o.", ".O."),
        SEALED.replace(".o.", ".p."),
        SEALED.replace(".o.", ".1.o."),
        SEALED.replace(".k2.", ".K2."),
        SEALED.replace(".k2.", "."),
        SEALED.replace(".k2.", ".k-2."),
        SEALED.replace(".k2.", f".{'k' * 17}."),
        SEALED.replace("1900000000", "190000000"),
        SEALED.replace("1900000000", "19000000000"),
        SEALED.replace("1900000000", "190000000\u0663"),
        SEALED.replace("0a0a", "0A0a"),
        SEALED.replace("0a0a", "0a0"),
        SEALED + "1",
        SEALED[:-1],
        SEALED + ".",
        SEALED + "\n",
        SEALED.replace("shop", "s.hop"),
        SEALED.replace("shop", "-shop"),
        SEALED.replace("shop", "s" * 64),
        SEALED.replace("green", "g" * 64),
        "shop.green.o",
        "shop.green.o.k2",
        f"{SEALED}~shop.green.12",
        f"shop.green.12~{SEALED}",
        f"{SEALED}~{SEALED}",
    ],
)
def test_refused_overrides(member: str) -> None:
    """What is almost an override makes the whole token none, and so do two members."""
    assert Token.parse(f"v1~{member}") is None


def test_an_override_stays() -> None:
    """A later decision on the way doesn't take its place, unless it is lifted."""
    token = Token(members=(SEARCH, OVERRIDE))

    assert token == token.with_decision(SHOP)
    assert Token(members=(SEARCH, SHOP)) == token.with_decision(SHOP, lift=True)


def test_an_override_takes_the_place() -> None:
    """Of a decision, and of another override."""
    other = Carried(release="shop", variant="blue", generation=0, seal=SEAL)

    assert Token(members=(OVERRIDE,)) == Token(members=(SHOP,)).with_decision(OVERRIDE)
    assert Token(members=(other,)) == Token(members=(OVERRIDE,)).with_decision(other)


def test_a_seal_is_not_told() -> None:
    """Who reads a log must not be able to pass for the tester."""
    told = repr(Token(members=(OVERRIDE,)))

    assert "expires=1900000000" in told
    assert SEAL.mac not in told
    assert SEAL.subject not in told
