"""Reads snapshots from DynamoDB through the lean client: no boto3.

Laws
1. A poll is one read of the tiny version item, whatever the size of the rules.
2. A list of ids is read once, however many snapshots name it.
3. Whoever holds an old manifest finds all its parts, or sees that one is gone and
   reads the manifest again, strongly consistent.
4. Everything read is bounded (`flags.parts`); what breaks a bound is refused whole.
5. What a router may write is never in the way of the rules: abort marks that can't be
   read are unknown, and the version beside them counts all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from flags.aborts import marks_in
from flags.aws.client import AwsClient
from flags.aws.errors import AwsCallError
from flags.aws.getitem import Item, get_item
from flags.errors import InvalidSnapshot, StoreUnavailable
from flags.lineage import lineage_in, stamped
from flags.parts import Manifest, Part, binary, expand, list_from, version_in
from flags.snapshot import NO_MARKS, Body, Marks, Version

# The tiny item answers in a few milliseconds. A slow table must not slow requests.
VERSION_TIMEOUT = 0.25
BODY_TIMEOUT = 1.0
# For all parts of a big snapshot. Lists that came in time are not read again.
PARTS_TIMEOUT = 5.0
# What a router can write where there is no snapshot, which doesn't make one.
_MARKED = {"pk", "sk", "aborted"}


class _Gone(Exception):
    """A part that the manifest names is not there."""

    def __init__(self, part: Part, version: int) -> None:
        super().__init__(part.id)
        self.part = part
        self.version = version


class TableReader:
    """Implements `flags.snapshot.Reader` for a table."""

    def __init__(
        self,
        client: AwsClient,
        table: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._lists: dict[str, frozenset[str]] = {}

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], table: str) -> TableReader:
        """A reader as the environment describes it."""
        return cls(AwsClient.from_environ("dynamodb", environ), table)

    def version(self, *, consistent: bool = False) -> Version | None:
        """The tiny item: half a read unit, or a whole one if consistent."""
        item = self._get("snapshot", "version", VERSION_TIMEOUT, consistent=consistent)
        if item is None or item.keys() <= _MARKED:
            return None
        marks = _marks(item)
        problem = _elsewhere(item, self._table)
        return Version(_number(item), marks, _sound(item, marks), problem)

    def body(self, *, consistent: bool = False) -> Body | None:
        """The snapshot with its own version and its lists; raises `InvalidSnapshot`."""
        try:
            return self._body(consistent=consistent)
        except _Gone as error:
            if not consistent:
                return self.body(consistent=True)
            msg = f"snapshot refused: its part {error.part.id} is gone; apply anew"
            raise InvalidSnapshot(msg, error.version) from error

    def reset(self) -> None:
        """Drop connections and lent keys, as after a restore of the sandbox."""
        self._client.reset()

    def _body(self, *, consistent: bool) -> Body | None:
        item = self._get("snapshot", "body", BODY_TIMEOUT, consistent=consistent)
        if item is None or item.keys() <= _MARKED:
            return None
        version = _number(item)
        try:
            manifest = Manifest.read(item)
            until = self._clock() + PARTS_TIMEOUT
            text = self._text(manifest, version, until)
            lists = self._all_lists(manifest, version, until)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as e:
            msg = f"snapshot refused: {type(e).__name__}: {e}"
            raise InvalidSnapshot(msg, version) from e
        return Body(version, text, lists)

    def _text(self, manifest: Manifest, version: int, until: float) -> str:
        if manifest.plain is not None:
            return manifest.plain
        if manifest.part is None:
            return str(expand([manifest.packed], manifest.size), "utf-8")
        slices = self._slices(manifest.part, version, until)
        return str(expand(slices, manifest.part.size), "utf-8")

    def _all_lists(
        self, manifest: Manifest, version: int, until: float
    ) -> Mapping[str, frozenset[str]]:
        # The unnamed go first: old and new lists need not fit in memory together.
        kept = {sha: self._lists[sha] for sha in manifest.lists if sha in self._lists}
        self._lists = kept
        for sha, part in manifest.lists.items():
            if sha not in kept:
                slices = self._slices(part, version, until)
                kept[sha] = list_from(expand(slices, part.size), sha)
        return kept

    def _slices(self, part: Part, version: int, until: float) -> Iterator[bytes]:
        for number in range(part.slices):
            pk, sk = f"snapshot#{part.id}", f"{number:04}"
            left = min(BODY_TIMEOUT, until - self._clock())
            if left <= 0:
                msg = (
                    f"the table {self._table} took longer than {PARTS_TIMEOUT} s for "
                    "the parts of the snapshot; it is asked again"
                )
                raise StoreUnavailable(msg)
            # A slice never changes; only one that is very new may need a strong read.
            item = self._get(pk, sk, left, consistent=False) or self._get(
                pk, sk, left, consistent=True
            )
            if item is None:
                raise _Gone(part, version)
            yield binary(item["data"])

    def _get(
        self, pk: str, sk: str, timeout: float, *, consistent: bool
    ) -> Item | None:
        try:
            return get_item(
                self._client,
                self._table,
                {"pk": pk, "sk": sk},
                consistent=consistent,
                timeout=timeout,
            )
        except AwsCallError as error:
            msg = f"the table {self._table} can't be read: {error}"
            raise StoreUnavailable(msg) from error


def _number(item: Item) -> int:
    """The version as it is compared: with the lineage of the table."""
    try:
        lineage = lineage_in((item.get("lineage") or {}).get("N"))
        return stamped(version_in(item), lineage)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = "the snapshot's version is not a number"
        raise StoreUnavailable(msg) from error


def _elsewhere(item: Item, table: str) -> str | None:
    """What is wrong with rules that were written for another table."""
    home = (item.get("home") or {}).get("S")
    name = home.partition(" ")[0] if isinstance(home, str) else ""
    if not name or name == table.rpartition("/")[2]:
        return None
    return f"these rules are a copy of the table {name}'s; `canary repair` adopts them"


def _marks(item: Item) -> Marks | None:
    """The abort marks: a set of texts, which DynamoDB can't hold empty."""
    return marks_in(item["aborted"]) if "aborted" in item else NO_MARKS


def _sound(item: Item, marks: Marks | None) -> bool:
    """Whether there is nothing but marks among the marks."""
    return marks is not None and len(marks) == len(
        item.get("aborted", {}).get("SS", ())
    )
