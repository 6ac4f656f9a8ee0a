"""From an identity to a bucket, and from weights to bucket ranges.

Laws
1. Frozen: the same salt and key give the same bucket in every version of this
   library and in every language. Golden vectors are in `tests/golden`. DO NOT
   CHANGE `bucket`: a change moves every user of every customer at once. Another
   hash is another function, and the rule must name it.
2. Weights become explicit ranges, so a bucket's owner never depends on the order
   or the number of variants.
3. A weight change moves as few buckets as arithmetic allows, and a variant that
   grows loses none.
4. Last in, first out: with two variants, as in every release, a ramp that goes down
   and up again meets the same users. So does one variant of several that grows and
   shrinks again, if it leaves the others some.

The product `hash * BUCKETS >> 32` spreads 2^32 hashes over 100,000 buckets with a
relative error below 2.4e-5, which is left as it is on purpose.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping

import mmh3

from flags.model import Split

BUCKETS = 100_000


def bucket(salt: str, key: str) -> int:
    """The bucket, 0 to 99,999, of MurmurHash3 x86 32-bit, seed 0, of `salt:key`."""
    # Bytes, never text: JSON may hold a lone surrogate, which UTF-8 refuses, and mmh3
    # ends the process on a text that it can't encode.
    data = f"{salt}:{key}".encode("utf-8", "surrogatepass")
    digest: int = mmh3.hash(data, 0, signed=False)
    return digest * BUCKETS >> 32


def hasher(salt: str) -> Callable[[str], int]:
    """The whole 32-bit hash of a key under this salt; see `limits`."""
    prefix = f"{salt}:".encode("utf-8", "surrogatepass")

    def hash_of(key: str) -> int:
        try:
            data = prefix + key.encode()
        except UnicodeEncodeError:  # rare, and naming the handler costs each time
            data = prefix + key.encode("utf-8", "surrogatepass")
        return mmh3.mmh3_32_uintdigest(data)

    return hash_of


def limits(split: Split) -> tuple[int, ...]:
    """The ends of the ranges as hashes: `bucket < end` exactly if `hash < limit`."""
    # hash * BUCKETS >> 32 < end, solved for the hash, rounded up.
    return tuple(-(-(end << 32) // BUCKETS) for end in split.ends)


def owner(split: Split, number: int) -> str:
    """The variant that owns a bucket."""
    return split.variants[bisect_right(split.ends, number)]


def reallocate(previous: Split | None, weights: Mapping[str, int]) -> Split:
    """Ranges for `weights` (buckets by variant, BUCKETS in all), near `previous`.

    Exactly `sum(max(0, new - old))` buckets change hands, the least possible. A
    donor gives its lowest buckets to variants that come before it in `weights`, and
    to those that come after it the ones next below theirs, so two variants stay
    contiguous, and what was borrowed goes back to whom it came from.
    """
    order = {name: place for place, name in enumerate(weights)}
    pieces = _pieces(previous) if previous else []
    if not pieces:
        pieces = _contiguous(weights)
    held = dict.fromkeys(weights, 0)
    for start, end, name in pieces:
        held[name] = held.get(name, 0) + end - start
    for receiver, wanted in weights.items():
        for donor in sorted(held, key=lambda name: order.get(name, len(order))):
            spare = held[donor] - weights.get(donor, 0)
            moving = min(spare, wanted - held[receiver])
            if moving > 0:
                low = order[receiver] < order.get(donor, len(order))
                pieces = _move(pieces, donor, receiver, moving, low=low)
                held[donor] -= moving
                held[receiver] += moving
    return _split(pieces)


_Piece = tuple[int, int, str]


def _pieces(split: Split) -> list[_Piece]:
    starts = (0, *split.ends[:-1])
    return list(zip(starts, split.ends, split.variants, strict=True))


def _contiguous(weights: Mapping[str, int]) -> list[_Piece]:
    pieces, start = [], 0
    for name, size in weights.items():
        if size:
            pieces.append((start, start + size, name))
            start += size
    return pieces


def _move(
    pieces: list[_Piece], donor: str, receiver: str, count: int, *, low: bool
) -> list[_Piece]:
    """Hand `count` of the donor's buckets over, from its low or its high end."""
    moved: list[_Piece] = []
    for start, end, name in pieces if low else _downwards(pieces, receiver):
        taken = min(count, end - start) if name == donor else 0
        cut = start + taken if low else end - taken
        given = (start, cut, receiver) if low else (cut, end, receiver)
        kept = (cut, end, name) if low else (start, cut, name)
        moved += [piece for piece in (given, kept) if piece[0] < piece[1]]
        count -= taken
    return sorted(moved)


def _downwards(pieces: list[_Piece], receiver: str) -> list[_Piece]:
    """From the receiver's first bucket downwards, then the others from the top."""
    first = next((start for start, _, name in pieces if name == receiver), BUCKETS)
    below = [piece for piece in pieces if piece[1] <= first]
    return [*reversed(below), *reversed(pieces[len(below) :])]


def _split(pieces: list[_Piece]) -> Split:
    """Merge neighbours that have one owner."""
    ends: list[int] = []
    variants: list[str] = []
    for _, end, name in pieces:
        if variants and variants[-1] == name:
            ends[-1] = end
        else:
            ends.append(end)
            variants.append(name)
    return Split(ends=tuple(ends), variants=tuple(variants))
