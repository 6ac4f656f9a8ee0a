"""The wire format is frozen: this library reads it as every other reader does."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import flags
from flags import carriers
from flags.carriers.headers import from_baggage
from flags.lineage import PLACES, stamped, version_of
from flags.propagation import events, messages
from flags.seal import Keys, mint
from flags.token import Token

WIRE = json.loads((Path(__file__).parent / "wire.json").read_text("utf-8"))


def reason(vector: Any) -> str | None:
    """What a vector shows, as the name of its test."""
    return vector.get("why") if isinstance(vector, dict) else None


def text(token: Token | None) -> str | None:
    """A token as the vectors write it."""
    return str(token) if token and token.members else None


def listed(token: Token) -> list[dict[str, Any]]:
    """A token's decisions as the vectors list them."""
    found = []
    for member in token.members:
        plain: dict[str, Any] = {
            "release": member.release,
            "variant": member.variant,
            "generation": member.generation,
        }
        if member.seal:
            names = ("kid", "expires", "subject", "mac")
            plain["seal"] = {name: getattr(member.seal, name) for name in names}
        found.append(plain)
    return found


@pytest.mark.parametrize("vector", WIRE["tokens"], ids=reason)
def test_token(vector: dict[str, Any]) -> None:
    """A text reads as these decisions, and is written again in its one form."""
    token = Token.parse(vector["text"])

    assert vector["members"] == (listed(token) if token else None)
    assert vector.get("written") == text(token)


@pytest.mark.parametrize("vector", WIRE["events"], ids=reason)
def test_event(vector: dict[str, Any]) -> None:
    """An event as a whole, and each of its records, carry these decisions."""
    event = copy.deepcopy(vector["event"])
    beside = SimpleNamespace(**vector.get("client_context", {}))
    context = SimpleNamespace(client_context=beside)
    found = carriers.from_event(event, context)

    assert vector["decision"] == text(found)
    if "records" in vector:
        loop = [text(flags.current()) for _ in flags.records(event, context)]
        assert vector["records"] == loop
    assert vector["event"] == event


@pytest.mark.parametrize("vector", WIRE["writes"], ids=reason)
def test_write(vector: dict[str, Any]) -> None:
    """A request is sent with the decision, or as it is."""
    given = copy.deepcopy(vector["given"])
    token = Token.parse(vector["token"])
    assert token is not None
    if vector["into"] == "detail":
        write = events.WRITERS["events", "PutEvents"]
    elif "PublishBatchRequestEntries" in given:
        write = messages.WRITERS["sns", "PublishBatch"]
    elif "Entries" in given:
        write = messages.WRITERS["sqs", "SendMessageBatch"]
    else:
        write = messages.WRITERS["sqs", "SendMessage"]

    assert vector["expected"] == write(given, token)
    assert vector["given"] == given


@pytest.mark.parametrize("vector", WIRE["baggage"], ids=reason)
def test_baggage(vector: dict[str, Any]) -> None:
    """A W3C header carries this decision."""
    assert vector["decision"] == text(from_baggage(vector["text"]))


@pytest.mark.parametrize("vector", WIRE["lineages"], ids=reason)
def test_lineage(vector: dict[str, Any]) -> None:
    """Which version a generation is, to rules of this lineage."""
    found = version_of(vector["generation"], vector["lineage"])

    assert vector["version"] == found
    if found is not None and vector["generation"] >= PLACES:
        assert vector["generation"] == stamped(found, vector["lineage"])


@pytest.mark.parametrize("vector", WIRE["seals"], ids=lambda v: v["member"][:24])
def test_seal(vector: dict[str, Any]) -> None:
    """The subject and the MAC of an override, worked out from their description."""
    assert vector["subject"] == digest(f"canary-subject\n{vector['key']}", 8)
    parts = ("audience", "release", "variant", "kid", "expires", "subject")
    signed = ["canary-override", *(vector[part] for part in parts)]
    assert vector["mac"] == digest("\n".join(signed), 16)

    keys = Keys(current=vector["kid"], secrets={vector["kid"]: WIRE["secret"].encode()})
    made = mint(
        keys,
        *(vector[name] for name in ("audience", "release", "variant")),
        subject_key=vector["key"],
        expires=int(vector["expires"]),
    )
    assert f"v1~{vector['member']}" == str(Token(members=(made,)))


def digest(signed: str, size: int) -> str:
    """The first bytes of an HMAC with the vectors' secret, in hexadecimal."""
    secret = WIRE["secret"].encode()
    return hmac.new(secret, signed.encode(), hashlib.sha256).digest()[:size].hex()
