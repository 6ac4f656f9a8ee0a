"""Whether an address is in one of many networks.

Laws
1. An IPv4 address in IPv6's clothes (`::ffff:192.0.2.1`) is the IPv4 address, in
   networks too; other IPv6 networks hold no IPv4 addresses, not even `::/0`.
2. A test looks once per length of prefix, however many networks have that length.
   Bits of a network that are the hosts' don't count: 10.0.0.5/8 is 10.0.0.0/8.
3. An address with a zone (`fe80::1%eth0`) or a port is no address.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

Test = Callable[[Any], bool | None]
Address = IPv4Address | IPv6Address

# The longest spelling, an IPv6 address that ends in an IPv4 one.
_LONGEST = 45
_V4, _V6 = 4, 6


def in_networks(networks: Any) -> Test:
    """Whether an address is in one of these (`10.0.0.0/8`, `2001:db8::/32`, `::1`)."""
    listed = [networks] if isinstance(networks, str) else networks
    if not isinstance(listed, list | tuple) or not listed:
        raise ValueError(f"{networks!r} is no list of networks; write [10.0.0.0/8]")
    # By version, then by how far to shift an address to get its network's number.
    found: dict[int, dict[int, set[int]]] = {_V4: {}, _V6: {}}
    for text in listed:
        address, shift = _network(text)
        found[address.version].setdefault(shift, set()).add(int(address) >> shift)
    groups = {version: tuple(shifts.items()) for version, shifts in found.items()}

    def holds(value: Any) -> bool | None:
        address = _address(value)
        if address is None:
            return None
        number = int(address)
        for shift, numbers in groups[address.version]:
            if number >> shift in numbers:
                return True
        return False

    return holds


def _address(value: object) -> Address | None:
    address = _spelled(value)
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address
    return address


def _spelled(value: object) -> Address | None:
    if not isinstance(value, str) or len(value) > _LONGEST or "%" in value:
        return None
    try:
        return IPv6Address(value) if ":" in value else IPv4Address(value)
    except ValueError:
        return None


def _network(text: object) -> tuple[Address, int]:
    """An address of a network, and how many of its bits are the hosts'."""
    spelled, slash, prefix = str(text).partition("/")
    address = _spelled(spelled) if isinstance(text, str) else None
    # Masks are refused: 10.0.0.0/0.0.0.255 can be read in two ways.
    shift = None if address is None else _host_bits(address, prefix if slash else None)
    if address is None or shift is None:
        raise ValueError(
            f"{text!r} is no network; write one like 10.0.0.0/8 or 2001:db8::/32"
        )
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if mapped is not None and shift <= mapped.max_prefixlen:
        return mapped, shift
    return address, shift


def _host_bits(address: Address, prefix: str | None) -> int | None:
    """How many bits the prefix leaves, if it is one."""
    if prefix is None:
        return 0
    if not (prefix.isascii() and prefix.isdecimal() and len(prefix) <= len("128")):
        return None
    left = address.max_prefixlen - int(prefix)
    return left if left >= 0 else None
