"""How a snapshot that is too big for one item stands in a table.

Laws
1. A manifest, the item `snapshot`/`body`, holds the text itself or names its part, and
   names a part for each list of ids. A part is compressed, cut into slices, and never
   changed: a new text is a new part.
2. What is read is untrusted: what a manifest says is bounded before anything else is
   read, and a part is expanded no further than to the size that the manifest says.

`flags.reader` reads it, `flags.store.assembly` writes it.
"""

from __future__ import annotations

import json
import zlib
from binascii import a2b_base64
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType

from flags.hints import Any
from flags.record import Record

# DynamoDB: an item holds 400 KB, its names and keys among them.
SLICE_BYTES = 350_000
MAX_SLICE_BYTES = 400_000
MAX_SLICES = 64
MAX_BYTES = 8_000_000
MAX_LISTS = 1_000
MAX_LISTS_BYTES = 128_000_000
# Of a snapshot or a document; what every language's JSON can hold.
MAX_VERSION = 10**15 - 1

Item = Mapping[str, Any]


class Part(Record):
    """Where a compressed text is: its slices, and its size when it is expanded."""

    id: str
    slices: int
    size: int

    @classmethod
    def read(cls, data: Any) -> Part:
        """A part as a manifest names it; raises ValueError if it is over a limit."""
        name, slices, size = data
        if not isinstance(name, str):
            msg = f"a part is named {name!r}"
            raise TypeError(msg)
        return cls(
            id=name,
            slices=_bounded("slices", slices, MAX_SLICES),
            size=_bounded("bytes", size, MAX_BYTES),
        )

    def data(self) -> tuple[str, int, int]:
        """The part as a manifest names it."""
        return self.id, self.slices, self.size


def version_in(item: Item) -> int:
    """The version that an item has; raises KeyError, TypeError or ValueError."""
    return _bounded("versions", int(item["version"]["N"]), MAX_VERSION)


class Manifest(Record):
    """What the item `snapshot`/`body` says. Its text is plain, packed or a part."""

    version: int
    plain: str | None = None
    packed: bytes = b""
    size: int = 0
    part: Part | None = None
    lists: Mapping[str, Part] = MappingProxyType({})

    @classmethod
    def read(cls, item: Item) -> Manifest:
        """Read DynamoDB's JSON; raises KeyError, TypeError or ValueError."""
        version = version_in(item)
        lists = _lists(item)
        if "body" in item:
            return cls(version=version, plain=_text(item["body"]["S"]), lists=lists)
        size = _bounded("bytes", int(item["bytes"]["N"]), MAX_BYTES)
        if "data" in item:
            packed = binary(item["data"])
            return cls(version=version, packed=packed, size=size, lists=lists)
        part = Part.read((item["id"]["S"], int(item["slices"]["N"]), size))
        return cls(version=version, part=part, lists=lists)


def _lists(item: Item) -> dict[str, Part]:
    if "lists" not in item:
        return {}
    lists = {
        sha: Part.read(data) for sha, data in json.loads(item["lists"]["S"]).items()
    }
    if lists:
        _bounded("lists", len(lists), MAX_LISTS)
        size = sum(part.size for part in lists.values())
        _bounded("bytes of lists", size, MAX_LISTS_BYTES)
    return lists


def _bounded(what: str, number: Any, limit: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        msg = f"{what}: {number!r} is not a number above 0"
        raise ValueError(msg)
    if number > limit:
        msg = f"{number} {what} are over the limit of {limit}"
        raise ValueError(msg)
    return number


def _text(value: Any) -> str:
    if not isinstance(value, str):
        msg = "the body is no text"
        raise TypeError(msg)
    return value


def binary(attribute: Mapping[str, Any]) -> bytes:
    """The bytes of an attribute: boto3 gives them so, the service in Base64."""
    value = attribute["B"]
    data: bytes = (
        value if isinstance(value, bytes) else a2b_base64(value, strict_mode=True)
    )
    if len(data) > MAX_SLICE_BYTES:
        msg = f"a slice of {len(data)} bytes is over the limit of {MAX_SLICE_BYTES}"
        raise ValueError(msg)
    return data


def pack(text: bytes) -> bytes:
    """The text, compressed."""
    return zlib.compress(text)


def cut(packed: bytes) -> Sequence[bytes]:
    """The slices of a compressed text."""
    starts = range(0, len(packed), SLICE_BYTES)
    return [packed[start : start + SLICE_BYTES] for start in starts]


def expand(slices: Iterable[bytes], size: int) -> bytes:
    """The text of compressed slices, which is `size` long; raises ValueError.

    Slices are taken one by one, and no more of them than it takes to see that the
    text is longer than it should be.
    """
    inflater, found = zlib.decompressobj(), bytearray()
    try:
        for data in slices:
            found += inflater.decompress(data, size - len(found) + 1)
            if len(found) > size:
                msg = f"more than the {size} bytes that it should have"
                raise ValueError(msg)
    except zlib.error as error:
        msg = f"compressed badly: {error}"
        raise ValueError(msg) from error
    if not inflater.eof or inflater.unused_data or len(found) != size:
        msg = f"{len(found)} bytes instead of {size}"
        raise ValueError(msg)
    return bytes(found)


def list_text(ids: Sequence[str]) -> str:
    """A list of ids as it stands in a table."""
    return json.dumps(ids, separators=(",", ":"), ensure_ascii=False)


def digest(text: bytes) -> str:
    """What a list is called by, after its content."""
    return sha256(text).hexdigest()[:32]


def list_from(text: bytes, name: str) -> frozenset[str]:
    """The ids of a list; raises ValueError if it isn't the one of that name."""
    if digest(text) != name:
        msg = f"the list {name} has other content"
        raise ValueError(msg)
    ids = json.loads(text)
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        msg = f"the list {name} is not an array of texts"
        raise ValueError(msg)
    return frozenset(ids)
