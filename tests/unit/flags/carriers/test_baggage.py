"""The token among others in a W3C baggage header."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from flags import carriers
from flags.carriers import baggage, headers
from flags.token import NAME, Token

WIRE = "v1~shop.green.12"
GREEN = Token.parse(WIRE) or Token()
OURS = f"{NAME}={WIRE}"
FULL = ",".join(f"k{n}=v" for n in range(64))


@pytest.mark.parametrize(
    "header",
    [
        OURS,
        f"userId=alice,{OURS}",
        f"a=1;p=2 , {NAME} = {WIRE} ;ttl=5,b=2",
        f"{NAME}=v1%7Eshop%2Egreen.12",
    ],
)
def test_reading(header: str) -> None:
    """Whitespace, properties and escapes are the standard's."""
    assert [WIRE] == baggage.read(header)
    assert headers.from_baggage(header) == GREEN


def test_two_members() -> None:
    """Two that say the same are one; of two that differ neither is believed."""
    assert headers.from_baggage(f"{OURS},a=1,{OURS}") == GREEN
    assert headers.from_baggage(f"{OURS},{NAME}=v1~shop.blue.1") is None


@pytest.mark.parametrize(
    "header",
    [
        None,
        7,
        "",
        "userId=alice",
        f"x-{OURS}",
        f"userId={NAME}",
        NAME,
        f"{FULL},{OURS}",
        f"a={'x' * 8192},{OURS}",
    ],
)
def test_nothing_to_read(header: object) -> None:
    """What is not ours, or longer than the standard has it, is not read."""
    assert [] == baggage.read(header)


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        (None, OURS),
        ("", OURS),
        (" ", OURS),
        ("userId=alice;p=%20", f"userId=alice;p=%20,{OURS}"),
        (f"{NAME}=v1~shop.blue.1", f"{NAME}=v1~shop.blue.1"),
        (FULL, FULL),
        (FULL.rpartition(",")[0], f"{FULL.rpartition(',')[0]},{OURS}"),
        (f"a={'x' * 8170}", f"a={'x' * 8170}"),
        (f"a={'é' * 4080}", f"a={'é' * 4080}"),
    ],
)
def test_writing(existing: str | None, expected: str) -> None:
    """One member more if there is room; nobody else's is touched."""
    assert expected == baggage.write(existing, GREEN)


def test_nothing_to_write() -> None:
    """Without a decision the header is as it was, or is none."""
    assert baggage.write(None, Token()) is None
    assert "a=1" == baggage.write("a=1", Token())


@pytest.mark.parametrize(
    "event",
    [
        {"headers": {"Baggage": f"userId=alice,{OURS}"}},
        {"multiValueHeaders": {"baggage": ["userId=alice", OURS]}},
        {"request": {"headers": {"baggage": OURS}}},
    ],
)
def test_only_who_asks_for_it_has_it(
    event: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Baggage comes from anywhere: it is read where CANARY_BAGGAGE says so."""
    assert carriers.from_event(event) is None
    monkeypatch.setattr(headers, "BAGGAGE", True)
    assert carriers.from_event(event) == GREEN


def test_the_header_of_ours_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The router sets the header, and knows nothing of baggage."""
    monkeypatch.setattr(headers, "BAGGAGE", True)
    event = {"headers": {NAME: WIRE, "baggage": f"{NAME}=v1~shop.blue.1"}}

    assert carriers.from_event(event) == GREEN


@pytest.mark.parametrize(
    ("said", "expected"),
    [({"baggage": OURS}, GREEN), ({}, None), (None, None), ({"baggage": 7}, None)],
)
def test_what_the_runtime_hands_on(
    said: Any, expected: Token | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Lambda hands on baggage beside the payload, it is read last."""
    context = SimpleNamespace(w3c=lambda: said)
    assert carriers.from_event({}, context) is None
    monkeypatch.setattr(carriers, "BAGGAGE", True)

    assert expected == carriers.from_event({}, context)
