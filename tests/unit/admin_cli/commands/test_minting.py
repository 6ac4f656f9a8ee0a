"""`token mint`, `check`, `rotate`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from flags.seal import Keys, verify
from flags.token import Token
from tests.unit.admin_cli.conftest import TABLE

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary

PLACE = "/canary/token-keys"
HOUR = timedelta(hours=1)


def service(name: str) -> Any:
    """boto3's client of a service."""
    return boto3.Session().client(name)


def stored() -> Keys:
    """The keys that are kept."""
    found = service("ssm").get_parameter(Name=PLACE, WithDecryption=True)
    return Keys.parse(found["Parameter"]["Value"])


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name for the keys, where nothing is yet."""
    monkeypatch.setenv("CANARY_TOKEN_KEYS", PLACE)
    return PLACE


@pytest.fixture
def keys(canary: Canary, place: str) -> Keys:
    """Keys in that place."""
    assert place == canary("token", "rotate").data["where"]
    return stored()


@pytest.mark.usefixtures("table")
def test_a_token_comes_alone(canary: Canary, keys: Keys) -> None:
    """For a shell to take, with what to do with it beside it."""
    result = canary("token", "mint", "shop", "green", "--key", "ana")

    assert 0 == result.code
    text = result.out.removesuffix("\n")
    token = Token.parse(text)
    assert token
    (member,) = token.members
    now = datetime.now(UTC).timestamp()
    assert ("shop", "green") == (member.release, member.variant)
    assert verify(keys, TABLE, member, now, "ana") is None
    assert verify(keys, TABLE, member, now, "bo") == "OTHER_SUBJECT"
    first, header, cookie = result.err.splitlines()
    assert re.fullmatch(r"canary: green of shop for 'ana' until 20\S+:\d\dZ", first)
    assert f"canary: as a header: canary-decision: {text}" == header
    assert f"canary: as a cookie: Cookie: canary-decision={text}" == cookie


@pytest.mark.usefixtures("table", "keys")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), HOUR),
        (("--for", "90s"), timedelta(seconds=90)),
        (("--for", "30m"), timedelta(minutes=30)),
        (("--for", "24h"), timedelta(hours=24)),
    ],
)
def test_a_token_lasts(
    canary: Canary, options: tuple[str, ...], expected: timedelta
) -> None:
    """An hour, or as long as was asked for."""
    before = datetime.now(UTC).replace(microsecond=0)
    argv = ("token", "mint", "shop", "green", "--key", "ana", *options)

    expires = datetime.fromisoformat(canary(*argv, "-o", "json").data["expires"])

    assert before + expected <= expires <= datetime.now(UTC) + expected


@pytest.mark.usefixtures("table", "keys")
@pytest.mark.parametrize(
    ("asked", "variant"),
    [("blue", "blue"), ("canary", "green"), ("stable", "blue")],
)
def test_a_variant_by_its_role(canary: Canary, asked: str, variant: str) -> None:
    """Rules call it so; the token has the name."""
    argv = ("token", "mint", "shop", asked, "--key", "größe", "-o", "json")

    told = canary(*argv).data

    token = Token.parse(told["token"])
    assert token
    assert variant == token.variant("shop") == told["variant"]
    assert ("shop", "größe") == (told["release"], told["key"])


@pytest.mark.usefixtures("table", "keys")
@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (("shopp", "green"), 3, "no flag is named 'shopp'; did you mean shop? "),
        (("search", "on"), 2, "search: is no release, so no router decides about it"),
        (
            ("shop", "grene"),
            2,
            "shop: no variant 'grene'; defined: blue, green, canary, stable",
        ),
        (("shop", "green", "--for", "25h"), 2, "--for: '25h' is no time up to 24h, "),
        (("shop", "green", "--for", "0s"), 2, "--for: '0s' is no time up to 24h, "),
        (("shop", "green", "--for", "1d"), 2, "--for: '1d' is no time up to 24h, "),
        (("shop", "green", "--for", "-1h"), 2, "--for: '-1h' is no time up to 24h, "),
        (("shop", "green", "--for", "٣h"), 2, "--for: '٣h' is no time up to 24h, "),
        (("shop", "green", "--key", ""), 2, "--key: empty, and nobody is called so"),
        (("shop", "green", "--key", "\udcff"), 2, "--key: not text in UTF-8"),
    ],
)
def test_what_makes_no_token(
    canary: Canary, argv: tuple[str, ...], code: int, error: str
) -> None:
    """Nothing is printed that routers would drop."""
    key = () if "--key" in argv else ("--key", "ana")
    result = canary("token", "mint", *key, *argv)

    assert (code, "") == (result.code, result.out)
    assert result.err.startswith(f"canary: error: {error}")


@pytest.mark.usefixtures("table", "keys")
def test_a_release_that_is_off_takes_no_override(canary: Canary) -> None:
    """The off switch is above it."""
    off = "flags: {shop: {enabled: false, release: {services: [shop-checkout]}}}"
    canary("apply", "-f", "-", stdin=off)

    result = canary("token", "mint", "shop", "green", "--key", "ana")

    assert (2, "") == (result.code, result.out)
    assert "shop: is disabled, and the off switch beats every override" in result.err


@pytest.mark.usefixtures("table", "keys")
def test_nobody_is_nobody(canary: Canary) -> None:
    """An override is for somebody."""
    result = canary("token", "mint", "shop", "green")

    assert (2, "") == (result.code, result.out)
    assert "--key" in result.err


@pytest.mark.usefixtures("table", "keys")
@pytest.mark.parametrize("options", [(), ("--key", "ana")])
def test_a_token_that_holds(canary: Canary, options: tuple[str, ...]) -> None:
    """What was minted holds, and the plain decision beside it is told as such."""
    made = canary("token", "mint", "shop", "green", "--key", "ana").out.strip()

    result = canary("token", "check", f"{made}~email.blue.7", *options)

    assert (0, "") == (result.code, result.err)
    plain, override = result.data
    assert {
        "release": "email",
        "variant": "blue",
        "kind": "decision",
        "generation": 7,
        "kid": None,
        "expires": None,
        "problem": None,
    } == plain
    assert ("override", None, "k1", None) == (
        override["kind"],
        override["generation"],
        override["kid"],
        override["problem"],
    )


@pytest.mark.usefixtures("table", "keys")
def test_a_token_that_does_not_hold(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It exits with 2, and says why."""
    made = canary("token", "mint", "shop", "green", "--key", "ana").out.strip()
    forged = made.replace("shop", "cart")
    late = re.sub(r"\.\d{10}\.", ".1700000000.", made)
    problems = {
        (made, "--key", "bo"): "OTHER_SUBJECT",
        (forged,): "FORGED",
        (late,): "EXPIRED",
        (made.replace(".k1.", ".k7."),): "UNKNOWN_KEY",
        (re.sub(r"\.\d{10}\.", ".9000000000.", made),): "TOO_LONG",
    }
    for argv, problem in problems.items():
        result = canary("token", "check", *argv)
        assert (2, problem) == (result.code, result.data[0]["problem"])
    monkeypatch.setenv("CANARY_TABLE", "other")
    assert "FORGED" in str(canary("token", "check", made).data)


@pytest.mark.usefixtures("table", "keys")
def test_a_token_is_told_to_people(canary: Canary) -> None:
    """A table with a word on each member, and no MAC."""
    made = canary("token", "mint", "shop", "green", "--key", "ana").out.strip()

    told = canary.terminal("token", "check", f"{made}~email.blue.7", "--key", "bo").out

    assert "of version 7; counts from trusted sources only" in told
    assert re.search(r"shop +green +override +no +it is for another targeting", told)
    assert made.rpartition(".")[2] not in told
    assert "key k1; until 20" in canary.terminal("token", "check", made).out


@pytest.mark.parametrize("text", ["", "v1", "v2~a.b.1", "v1~a.b.o.k1.1.2.3"])
def test_what_is_no_token(canary: Canary, text: str) -> None:
    """It is bad input; no keys are needed to see that."""
    result = canary("token", "check", text)

    assert (2, "") == (result.code, result.out)
    assert "TOKEN: malformed or too long, so it is read as absent" in result.err


def test_a_plain_token_needs_no_keys(canary: Canary) -> None:
    """There is nothing to check them with."""
    assert 0 == canary("token", "check", "v1~shop.green.12").code


@pytest.mark.usefixtures("place")
def test_keys_are_made_and_exchanged(canary: Canary) -> None:
    """The first key makes the parameter; of those before, one stays."""
    first = canary("token", "rotate")
    one = stored()
    assert {"where": PLACE, "current": "k1", "keys": ["k1"]} == first.data
    assert first.err.startswith("canary: routers read the keys anew within 5 minutes\n")
    found = service("ssm").get_parameter(Name=PLACE)["Parameter"]
    assert "SecureString" == found["Type"]

    assert ["k1", "k2"] == canary("token", "rotate").data["keys"]
    two = stored()
    assert ("k2", one.secrets["k1"]) == (two.current, two.secrets["k1"])
    assert two.secrets["k1"] != two.secrets["k2"]

    assert ["k2", "k3"] == canary("token", "rotate").data["keys"]
    dropped = canary("token", "rotate", "--drop-previous")
    assert {"where": PLACE, "current": "k4", "keys": ["k4"]} == dropped.data
    assert {"k4"} == set(stored().secrets)


@pytest.mark.usefixtures("place")
def test_no_key_is_printed(canary: Canary) -> None:
    """Neither as data, nor as a note, nor to people."""
    told = [canary("token", "rotate"), canary.terminal("token", "rotate")]
    value = service("ssm").get_parameter(Name=PLACE, WithDecryption=True)
    for secret in json.loads(value["Parameter"]["Value"])["keys"].values():
        assert not [one for one in told if secret in one.out + one.err]
    assert f"{PLACE}: k2 is current; keys: k1, k2\n" == told[1].out


@pytest.mark.usefixtures("table")
def test_an_override_outlives_one_rotation(canary: Canary, keys: Keys) -> None:
    """Until the one before is dropped."""
    assert "k1" == keys.current
    made = canary("token", "mint", "shop", "green", "--key", "ana").out.strip()
    canary("token", "rotate")
    assert 0 == canary("token", "check", made).code

    canary("token", "rotate", "--drop-previous")

    assert "UNKNOWN_KEY" == canary("token", "check", made).data[0]["problem"]
