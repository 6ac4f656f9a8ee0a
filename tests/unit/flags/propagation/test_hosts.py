"""Which hosts may see a decision."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flags.propagation import hosts
from flags.propagation.hosts import is_signature, permits


@pytest.fixture(autouse=True)
def _listed() -> Iterator[None]:
    hosts.allow(
        " Orders.example.com, .internal.example.com,, . ,127.0.0.1,"
        "ports.example.com:8080, [::1]:80, ::2, bücher.example, .straße.example., a..ü"
    )
    yield
    hosts.allow("")


@pytest.mark.parametrize(
    "host",
    [
        "orders.example.com",
        "ORDERS.example.com",
        "orders.example.com.",
        "a.internal.example.com",
        "a.b.internal.example.com",
        "127.0.0.1",
        "ports.example.com",
        "::1",
        "::2",
        "xn--bcher-kva.example",
        "a.strasse.example",
    ],
)
def test_listed(host: str) -> None:
    """A host that is listed, by its name or by what it ends with."""
    assert permits(host, signed=False)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "x.orders.example.com",
        "internal.example.com",
        "evilinternal.example.com",
        "a.internal.example.com.evil.com",
        "127.0.0.2",
        "strasse.example",
        "a..ü",
        "",
    ],
)
def test_not_listed(host: str) -> None:
    """Any other host, alike or not."""
    assert not permits(host, signed=False)


def test_nothing_listed() -> None:
    """An empty list permits nobody."""
    hosts.allow("")

    assert not permits("orders.example.com", signed=False)
    assert not permits("", signed=False)


def test_signed() -> None:
    """A signed request needs the host's full name on the list."""
    assert permits("orders.example.com", signed=True)
    assert not permits("a.internal.example.com", signed=True)


def test_signatures() -> None:
    """A signature is known by its headers."""
    assert is_signature(b"authorization", b" AWS4-HMAC-SHA256 Credential=x")
    assert is_signature(b"authorization", b"AWS4-ECDSA-P256-SHA256 Credential=x")
    assert is_signature(b"x-amz-content-sha256", b"abc")
    assert not is_signature(b"authorization", b"Bearer x")
