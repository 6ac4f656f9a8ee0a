"""Addresses in networks of both families."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from random import Random
from typing import Any

import pytest

from flags.engine.networks import in_networks

# networks, addresses in them, addresses that are not
TABLE: list[tuple[Any, list[str], list[str]]] = [
    ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["11.0.0.0", "9.255.255.255"]),
    (["10.0.0.0/8"], ["10.1.2.3"], ["::1", "::10.1.2.3"]),
    (["192.0.2.1"], ["192.0.2.1"], ["192.0.2.2"]),
    (["192.0.2.1/32"], ["192.0.2.1"], ["192.0.2.0"]),
    (["0.0.0.0/0"], ["0.0.0.1", "255.255.255.255", "::ffff:1.2.3.4"], ["::"]),
    (["2001:db8::/32"], ["2001:db8::1", "2001:DB8:0:0:0:0:0:1"], ["2001:db9::"]),
    (["::/0"], ["::1", "ffff::"], ["1.2.3.4", "::ffff:1.2.3.4"]),
    (["::1"], ["::1", "0:0:0:0:0:0:0:1"], ["::2"]),
    (["10.0.0.0/8"], ["::ffff:10.1.2.3", "::ffff:a01:203"], ["::ffff:11.0.0.1"]),
    (["::ffff:10.0.0.0/104"], ["10.1.2.3", "::ffff:10.1.2.3"], ["11.0.0.1", "::1"]),
    (["::ffff:0:0/96"], ["1.2.3.4"], ["::1"]),
    (("10.0.0.0/8", "10.1.0.0/16", "::1"), ["10.2.0.1", "::1"], ["11.1.0.1", "::2"]),
]

NO_ADDRESSES: list[Any] = [
    "",
    "10.0.0",
    "10.0.0.256",
    "10.0.0.01",
    "10.0.0.1 ",
    "10.0.0.1:443",
    "[::1]:443",
    "[::1]",
    "fe80::1%eth0",
    "10.0.0.0/8",
    "1:2:3:4:5:6:7:8:9",
    ":" * 10_000,
    "localhost",
    "\u0661.2.3.4",
    "\ud800",
    None,
    True,
    167772161,
    10**400,
    float("nan"),
    b"\x0a\x00\x00\x01",
    ["10.0.0.1"],
    {"10.0.0.1": 1},
]

# operand, what the refusal says
REFUSED: list[tuple[Any, str]] = [
    (["10.0.0.0/33"], "'10.0.0.0/33' is no network; write one like 10.0.0.0/8"),
    (["::/129"], "is no network"),
    (["10.0.0.0/255.0.0.0"], "is no network"),
    (["10.0.0.0/"], "is no network"),
    (["10.0.0.0/-1"], "is no network"),
    (["10.0.0.0/8/8"], "is no network"),
    (["10.0.0.0/" + "9" * 9_999], "is no network"),
    (["fe80::%eth0/64"], "is no network"),
    (["10/8"], "is no network"),
    (["10.0.0.0/8", 1], "1 is no network"),
    ([None], "None is no network"),
    ("", "is no network"),
    ([], "[] is no list of networks; write [10.0.0.0/8]"),
    (None, "is no list"),
    (1, "is no list"),
    ({}, "is no list"),
]


@pytest.mark.parametrize(("networks", "inside", "outside"), TABLE)
def test_in_networks(networks: Any, inside: list[str], outside: list[str]) -> None:
    """An address is in a network of its own family, however it is spelled."""
    test = in_networks(networks)

    assert [True] * len(inside) == [test(address) for address in inside]
    assert [False] * len(outside) == [test(address) for address in outside]


@pytest.mark.parametrize("value", NO_ADDRESSES, ids=lambda value: repr(value)[:20])
def test_no_address(value: Any) -> None:
    """What is no address is neither in nor out."""
    assert in_networks(["0.0.0.0/0", "::/0"])(value) is None


@pytest.mark.parametrize(("networks", "problem"), REFUSED)
def test_refused(networks: Any, problem: str) -> None:
    """A bad network is refused in a line that says what to write."""
    with pytest.raises(ValueError, match=re.escape(problem)):
        in_networks(networks)


def test_answers_as_the_standard_library_does() -> None:
    """Many networks of many lengths hold what each of them alone holds."""
    random = Random(5)  # noqa: S311 - any networks will do
    networks = [
        ip_network((random.getrandbits(bits) >> shift << shift, bits - shift))
        for bits in (32, 128)
        for shift in range(bits - 12, bits)
    ]
    test = in_networks([str(network) for network in networks])

    for bits in (32, 128):
        for _ in range(500):
            top = random.getrandbits(bits)
            address = ip_address(top.to_bytes(bits // 8, "big"))
            expected = any(address in network for network in networks)
            assert expected is test(str(address))
