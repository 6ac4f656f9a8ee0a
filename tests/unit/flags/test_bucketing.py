"""The hash is frozen, and real people spread as the weights ask."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from flags import bucketing
from flags.bucketing import BUCKETS, bucket, owner, reallocate
from flags.engine import Plan
from flags.model import Flag, Ruleset, Split

GOLDEN = Path(__file__).parents[2] / "golden" / "buckets.json"
VECTORS = json.loads(GOLDEN.read_text("utf-8"))["vectors"]
MASK = 0xFFFFFFFF


def murmur3(data: bytes) -> int:
    """MurmurHash3 x86 32-bit with seed 0, from its description: a second opinion."""

    def rotate(value: int, by: int) -> int:
        return (value << by | value >> (32 - by)) & MASK

    def scramble(block: int) -> int:
        return rotate(block * 0xCC9E2D51 & MASK, 15) * 0x1B873593 & MASK

    whole = len(data) & ~3
    state = 0
    for start in range(0, whole, 4):
        block = int.from_bytes(data[start : start + 4], "little")
        state = (rotate(state ^ scramble(block), 13) * 5 + 0xE6546B64) & MASK
    state ^= scramble(int.from_bytes(data[whole:], "little"))
    state ^= len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        state = (state ^ state >> shift) * factor & MASK
    return state ^ state >> 16


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("test", 0xBA6BD213),
        ("Hello, world!", 0xC0363E43),
        ("The quick brown fox jumps over the lazy dog", 0x2E4FF723),
    ],
)
def test_second_opinion(text: str, expected: int) -> None:
    """The reference used here gives the published values."""
    assert expected == murmur3(text.encode())


@pytest.mark.parametrize(
    "vector", VECTORS, ids=[str(number) for number in range(len(VECTORS))]
)
def test_golden(vector: dict[str, Any]) -> None:
    """FROZEN: if this fails, `bucket` was changed; mend it, never this file."""
    text = f"{vector['salt']}:{vector['key']}".encode("utf-8", "surrogatepass")

    assert vector["bucket"] == bucket(vector["salt"], vector["key"])
    assert vector["bucket"] == murmur3(text) * BUCKETS >> 32


def test_golden_covers_the_awkward() -> None:
    """The vectors hold empty, long, non-ASCII and surrogate keys, and both ends."""
    keys = [vector["key"] for vector in VECTORS]
    buckets = {vector["bucket"] for vector in VECTORS}

    assert {"", "\ud800", "zoë", "用户", "\U0001f600", "a:b"} <= set(keys)
    assert max(map(len, keys)) >= 4096
    assert {0, BUCKETS - 1} <= buckets


def test_golden_says_that_it_is_frozen() -> None:
    """Whoever comes to change the hash or its vectors reads why not to."""
    note = json.loads(GOLDEN.read_text("utf-8"))["note"]

    assert "DO NOT CHANGE" in note
    assert "DO NOT\n   CHANGE" in str(bucketing.__doc__)
    assert 100_000 == BUCKETS


def split(share: int) -> Split:
    """The canary's share in buckets, the rest stable."""
    return reallocate(None, {"green": share, "blue": BUCKETS - share})


def flag(salt: str, share: int) -> Flag:
    """A flag with this share of green."""
    return Flag(
        name="shop",
        version=1,
        enabled=True,
        variants={"green": True, "blue": False},
        off="blue",
        salt=salt,
        targets={},
        rules=(),
        serve=split(share),
    )


def planned(one: Flag) -> Plan:
    """The flag, ready to be evaluated."""
    return Ruleset(version=1, flags={one.name: one}).plans[one.name]


def uuid(number: int) -> str:
    """A text in the shape of a UUID, the same for the same number."""
    digits = f"{(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128:032x}"
    cuts = (0, 8, 12, 16, 20, 32)
    return "-".join(digits[a:b] for a, b in pairwise(cuts))


KINDS: dict[str, Callable[[int], str]] = {
    "numbers": str,
    "padded": "user-{:08d}".format,
    "emails": "first.last{}@example.com".format,
    "uuids": uuid,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("percent", [0.01, 1, 10, 50, 99.99])
def test_shares(percent: float, kind: str) -> None:
    """Of 100,000 identities of a usual kind the right share gets the canary."""
    people, chance = 100_000, percent / 100
    plan = planned(flag("rollout-7", round(percent * 1_000)))
    make = KINDS[kind]
    found = Counter(plan(make(number), {}, 0.0).variant for number in range(people))

    sigma = math.sqrt(people * chance * (1 - chance))
    assert abs(found["green"] - people * chance) <= 4 * sigma


def test_salts_are_independent() -> None:
    """To be on one release's canary says nothing about another's."""
    people, chance = 100_000, 0.1
    first = planned(flag("rollout-7", 10_000))
    second = planned(flag("rollout-8", 10_000))
    both = sum(
        first(key, {}, 0.0).variant == "green"
        and second(key, {}, 0.0).variant == "green"
        for key in map("user-{}".format, range(people))
    )

    expected = people * chance * chance
    assert abs(both - expected) <= 4 * math.sqrt(expected * (1 - chance * chance))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "a"),
        (9_999, "a"),
        (10_000, "b"),
        (59_999, "b"),
        (60_000, "a"),
        (99_999, "a"),
    ],
)
def test_owner(number: int, expected: str) -> None:
    """An end belongs to the next range; a variant may own several."""
    ranges = Split(ends=(10_000, 60_000, BUCKETS), variants=("a", "b", "a"))

    assert expected == owner(ranges, number)


def test_thirds_to_halves() -> None:
    """From 34/33/33 to 50/25/25 sixteen of a hundred move, and no more."""
    before = reallocate(None, {"a": 34_000, "b": 33_000, "c": 33_000})
    after = reallocate(before, {"a": 50_000, "b": 25_000, "c": 25_000})
    moved = sum(owner(before, n) != owner(after, n) for n in range(BUCKETS))

    assert 16_000 == moved


def test_published_vectors() -> None:
    """What the documentation says to other languages is true."""
    page = (Path(__file__).parents[3] / "docs" / "bucketing.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+) \| (.+) \| (\d+) \|$", page, re.MULTILINE)

    assert len(rows) > 10
    for salt, key, number in rows:
        words = (part.replace("(empty)", "").strip("`") for part in (salt, key))
        assert int(number) == bucket(*words)
