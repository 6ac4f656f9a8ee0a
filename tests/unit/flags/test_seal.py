"""Overrides, example by example; `tests/property/test_seal.py` has the rest."""

from __future__ import annotations

import hashlib
import hmac
import json
import pickle
import traceback

import pytest

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
from flags.token import Carried, Token

OLD, NEW = b"0123456789abcdef" * 2, b"fedcba9876543210" * 2
BEFORE = Keys(current="k1", secrets={"k1": OLD})
BOTH = Keys(current="k2", secrets={"k1": OLD, "k2": NEW})
AFTER = Keys(current="k2", secrets={"k2": NEW})
NOW = 1_800_000_000
HOUR = 3600


def minted(keys: Keys = BOTH, audience: str = "flags", key: str = "ana") -> Carried:
    """An override of the shop for an hour."""
    return mint(keys, audience, "shop", "green", subject_key=key, expires=NOW + HOUR)


def test_vector() -> None:
    """The form that the documentation promises, computed by hand."""
    subject = hmac.new(NEW, b"canary-subject\nana", hashlib.sha256).hexdigest()[:16]
    text = f"canary-override\nflags\nshop\ngreen\nk2\n1800003600\n{subject}"
    mac = hmac.new(NEW, text.encode(), hashlib.sha256).hexdigest()[:32]

    assert "e5558b300c964c07" == subject
    token = Token(members=(minted(),))
    assert f"v1~shop.green.o.k2.1800003600.{subject}.{mac}" == str(token)
    assert token == Token.parse(str(token))


@pytest.mark.parametrize("key", ["ana", None])
def test_what_was_minted_holds(key: str | None) -> None:
    """For its subject, and where nobody asks for whom it is."""
    assert verify(BOTH, "flags", minted(), NOW, key) is None


def test_another_subject() -> None:
    """A stranger who got hold of a token can't use it in their own name."""
    assert OTHER_SUBJECT == verify(BOTH, "flags", minted(), NOW, "bo")
    assert OTHER_SUBJECT == verify(BOTH, "flags", minted(), NOW, "")


def test_another_deployment() -> None:
    """An override for the staging table is none for production."""
    assert FORGED == verify(BOTH, "other", minted(), NOW, "ana")


def test_a_table_by_its_arn() -> None:
    """The audience is the table's name, in whatever way it was given."""
    arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/flags"

    assert verify(BOTH, "flags", minted(audience=arn), NOW, "ana") is None


@pytest.mark.parametrize(
    ("now", "problem"),
    [
        (NOW + HOUR - 1, None),
        (NOW + HOUR, EXPIRED),
        (NOW + HOUR + 0.5, EXPIRED),
        (NOW + HOUR - LONGEST, None),
        (NOW + HOUR - LONGEST - SKEW, None),
        (NOW + HOUR - LONGEST - SKEW - 1, TOO_LONG),
    ],
)
def test_time(now: float, problem: str | None) -> None:
    """It ends on the second, and what ends in more than a day doesn't count."""
    assert problem == verify(BOTH, "flags", minted(), now, "ana")


@pytest.mark.parametrize(
    ("made", "checked", "problem"),
    [
        (BEFORE, BOTH, None),
        (BOTH, BOTH, None),
        (BOTH, AFTER, None),
        (BEFORE, AFTER, UNKNOWN_KEY),
        (BOTH, BEFORE, UNKNOWN_KEY),
        (Keys(current="k2", secrets={"k2": OLD}), AFTER, FORGED),
    ],
)
def test_rotation(made: Keys, checked: Keys, problem: str | None) -> None:
    """Two keys live: overrides of the one before hold until it is dropped."""
    assert problem == verify(checked, "flags", minted(made), NOW, "ana")


def test_a_plain_decision_is_no_override() -> None:
    """It has nothing that could be checked."""
    plain = Carried(release="shop", variant="green", generation=12)

    assert UNKNOWN_KEY == verify(BOTH, "flags", plain, NOW, None)


def test_every_identity_has_a_subject() -> None:
    """Also one that is no text in UTF-8, as JSON may have it."""
    assert verify(BOTH, "flags", minted(key="\ud800"), NOW, "\ud800") is None
    assert OTHER_SUBJECT == verify(BOTH, "flags", minted(), NOW, "\ud800")


def test_the_subject_says_nothing_without_the_key() -> None:
    """Another key makes another subject of the same identity."""
    first, second = minted(BEFORE).seal, minted(AFTER).seal
    assert first
    assert second
    assert first.subject != second.subject


def test_keys_are_read() -> None:
    """The form in which they are kept."""
    text = '{"current": "k2", "keys": {"k1": "%s", "k2": "%s"}}'
    text %= (
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
    )

    assert BOTH == Keys.parse(text)


GOOD = "MDEyMzQ1Njc4OWFiY2RlZg=="


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no object `keys`"),
        ("hush-hush", "no object `keys`"),
        ("[" * 100_000, "no object `keys`"),
        ("[]", "no object `keys`"),
        ('{"current": "k1"}', "no object `keys`"),
        ('{"current": "k1", "keys": {}}', "no object `keys`"),
        ('{"current": "k1", "keys": ["hush-hush"]}', "no object `keys`"),
        (json.dumps({"current": "k2", "keys": {"k1": GOOD}}), "`current` names none"),
        (json.dumps({"current": ["k1"], "keys": {"k1": GOOD}}), "`current` names none"),
        (json.dumps({"keys": {"k1": GOOD}}), "`current` names none"),
        (json.dumps({"current": "K1", "keys": {"K1": GOOD}}), "a key's id"),
        (json.dumps({"current": "", "keys": {"": GOOD}}), "a key's id"),
        ('{"current": "k1", "keys": {"k1": 5}}', "key k1 is no base64 of 16 bytes"),
        ('{"current": "k1", "keys": {"k1": ""}}', "key k1 is no base64 of 16 bytes"),
        ('{"current": "k1", "keys": {"k1": "hush-hush"}}', "key k1 is no base64"),
        ('{"current": "k1", "keys": {"k1": "aHVzaC1odXNo"}}', "key k1 is no base64"),
        ('{"current": "k1", "keys": {"k1": "hüsh-hüsh"}}', "key k1 is no base64"),
    ],
)
def test_what_is_no_keys_document(text: str, problem: str) -> None:
    """One line says what is wrong and what is expected, and nothing of the text."""
    with pytest.raises(InvalidKeys, match=problem) as caught:
        Keys.parse(text)

    told = "".join(traceback.format_exception(caught.value))
    assert "hush" not in told
    assert "aHVza" not in told
    assert GOOD not in told
    # Nor along with it, where a tool that reports errors would find it.
    assert caught.value.__context__ is None or "hush" not in str(
        vars(caught.value.__context__)
    )


def test_keys_are_not_told() -> None:
    """A log of anything that has keys in it has no key in it."""
    for told in (repr(BOTH), str(BOTH), repr([BOTH])):
        assert "Keys(current='k2')" in told
        assert "0123456789" not in told
        assert "secrets" not in told
    assert BOTH == pickle.loads(pickle.dumps(BOTH))  # noqa: S301 - our own


def test_an_unsigned_seal_is_forged() -> None:
    """A seal that lacks its MAC doesn't hold, whatever its length."""
    made = minted()
    seal = made.seal
    assert seal
    for mac in ("", seal.mac[:-1], seal.mac + "0", "0" * 32, "ü"):
        forged = replace(made, seal=replace(seal, mac=mac))
        assert FORGED == verify(BOTH, "flags", forged, NOW, None)
