"""Big texts in parts, and what is refused of those that come from a table."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from flags.parts import (
    MAX_BYTES,
    MAX_LISTS,
    MAX_SLICE_BYTES,
    MAX_SLICES,
    SLICE_BYTES,
    Manifest,
    Part,
    binary,
    cut,
    digest,
    expand,
    list_from,
    list_text,
    pack,
)

TEXT = "".join(f"{number * 7919:x}" for number in range(100_000)).encode()
VERSION = {"version": {"N": "12"}}


def test_a_text_survives() -> None:
    """What was packed and cut is what is expanded."""
    slices = cut(pack(TEXT))

    assert TEXT == expand(slices, len(TEXT))


def test_slices_fit_into_items() -> None:
    """Slices are as long as an item has room for, and nothing is lost between them."""
    packed = bytes(range(256)) * 4_000

    assert packed == b"".join(cut(packed))
    assert [SLICE_BYTES, SLICE_BYTES] == [len(part) for part in cut(packed)[:2]]


class Counting:
    """Stands in for zlib's inflater, and notes how much it was asked for."""

    def __init__(self) -> None:
        self.inflater = zlib.decompressobj()
        self.most = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inflater, name)

    def decompress(self, data: bytes, limit: int) -> bytes:
        """Inflate, and note the longest output."""
        found = self.inflater.decompress(data, limit)
        self.most = max(self.most, len(found))
        return found


def test_a_bomb_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small slice that expands to a gigabyte costs no more than was promised."""
    counting = Counting()
    monkeypatch.setattr(zlib, "decompressobj", lambda: counting)
    bomb = zlib.compress(bytes(64_000_000))
    taken: list[int] = []

    def slices() -> Iterator[bytes]:
        for number in range(3):
            taken.append(number)
            yield bomb

    with pytest.raises(ValueError, match="more than the 1000 bytes"):
        expand(slices(), 1_000)

    assert 1_001 == counting.most
    assert [0] == taken


@pytest.mark.parametrize(
    ("slices", "size", "problem"),
    [
        ([], 4, "0 bytes instead of 4"),
        ([pack(b"four")], 5, "4 bytes instead of 5"),
        ([pack(b"four")], 3, "more than the 3 bytes that it should have"),
        ([pack(b"four")[:-1]], 4, "4 bytes instead of 4"),
        ([pack(b"four") + b"x"], 4, "4 bytes instead of 4"),
        ([b"four"], 4, "compressed badly: Error -3 while decompressing data"),
    ],
)
def test_expand_refuses(slices: list[bytes], size: int, problem: str) -> None:
    """A text that is cut off, goes on, or is none is refused."""
    with pytest.raises(ValueError, match=problem):
        expand(slices, size)


def test_a_plain_manifest() -> None:
    """A small snapshot stands in the item itself."""
    item = VERSION | {"body": {"S": "{}"}}

    assert Manifest(version=12, plain="{}") == Manifest.read(item)


@pytest.mark.parametrize("data", [b"packed", "cGFja2Vk"])
def test_a_packed_manifest(data: Any) -> None:
    """A longer one is compressed; it comes as bytes or in Base64."""
    item = VERSION | {"data": {"B": data}, "bytes": {"N": "9"}}

    assert Manifest(version=12, packed=b"packed", size=9) == Manifest.read(item)


def test_a_manifest_of_parts() -> None:
    """A big one names its part, and the parts of its lists."""
    item = VERSION | {
        "id": {"S": "a"},
        "slices": {"N": "2"},
        "bytes": {"N": "900000"},
        "lists": {"S": '{"abc": ["b", 1, 30]}'},
    }

    assert Manifest(
        version=12,
        part=Part(id="a", slices=2, size=900_000),
        lists={"abc": Part(id="b", slices=1, size=30)},
    ) == Manifest.read(item)


def part(slices: Any = 1, size: Any = 30) -> dict[str, Any]:
    """A manifest that names one list."""
    lists = json.dumps({"abc": ["b", slices, size]})
    return {"body": {"S": "{}"}, "lists": {"S": lists}}


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"body": {"B": "x"}},
        {"body": {"S": 7}},
        {"body": None},
        {"data": {"B": b"x"}},
        {"data": {"B": b"x"}, "bytes": {"N": "0"}},
        {"data": {"B": b"x"}, "bytes": {"N": str(MAX_BYTES + 1)}},
        {"data": {"B": "no base64"}, "bytes": {"N": "9"}},
        {"data": {"B": bytes(MAX_SLICE_BYTES + 1)}, "bytes": {"N": "9"}},
        {"id": {"S": "a"}, "slices": {"N": str(MAX_SLICES + 1)}, "bytes": {"N": "9"}},
        {"id": {"S": "a"}, "slices": {"N": "-1"}, "bytes": {"N": "9"}},
        {"body": {"S": "{}"}, "lists": {"S": "["}},
        {"body": {"S": "{}"}, "lists": {"S": "[]"}},
        {"body": {"S": "{}"}, "lists": {"S": '{"abc": [7, 1, 1]}'}},
        {"body": {"S": "{}"}, "lists": {"S": '{"abc": ["b", 1]}'}},
        part(slices=MAX_SLICES + 1),
        part(slices=0),
        part(slices="1"),
        part(slices=True),
        part(slices=1.0),
        part(size=MAX_BYTES + 1),
        part(size=-1),
    ],
)
def test_manifests_refused(item: dict[str, Any]) -> None:
    """A manifest is bounded before anything that it names is read."""
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        Manifest.read(VERSION | item)


@pytest.mark.parametrize(
    ("count", "size"), [(MAX_LISTS + 1, 1), (MAX_LISTS, 128_001), (17, MAX_BYTES)]
)
def test_too_many_lists(count: int, size: int) -> None:
    """Lists are bounded in their number, and all together in their size."""
    lists = {str(number): ["b", 1, size] for number in range(count)}

    with pytest.raises(ValueError, match="over the limit"):
        Manifest.read(VERSION | part() | {"lists": {"S": json.dumps(lists)}})


def test_binary_refuses_text() -> None:
    """What is no data is no slice."""
    with pytest.raises(KeyError):
        binary({"S": "x"})


def test_lists() -> None:
    """A list of ids comes back by the name that its content gives it."""
    text = list_text(("ann", "b\u00f6b")).encode()

    assert frozenset({"ann", "b\u00f6b"}) == list_from(text, digest(text))


@pytest.mark.parametrize("text", [b'{"a": 1}', b'["a", 1]', b"[null]", b"7", b"["])
def test_lists_refused(text: bytes) -> None:
    """A list is an array of texts and nothing else."""
    with pytest.raises(ValueError, match=r"list|Expecting"):
        list_from(text, digest(text))


def test_a_list_of_other_content() -> None:
    """A list that is not what its name says is refused."""
    with pytest.raises(ValueError, match="the list abc has other content"):
        list_from(b'["ann"]', "abc")
