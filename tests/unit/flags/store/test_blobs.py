"""Slices in a table, and calls that DynamoDB leaves undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from flags.errors import StoreUnavailable
from flags.parts import SLICE_BYTES
from flags.store.blobs import Blobs
from tests.contracts.store_contract import TABLE, scan, table

PACKED = bytes(range(250)) * 3_000


@dataclass(slots=True)
class Reluctant:
    """A client that does one item of a batch at a time, or none."""

    client: Any
    at_once: int = 1
    calls: list[int] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803 - boto3's name
        """Read some."""
        keys = RequestItems[TABLE]["Keys"]
        self.calls.append(len(keys))
        now, later = keys[: self.at_once], keys[self.at_once :]
        answer: Any = {"Responses": {}}
        if now:
            answer = self.client.batch_get_item(RequestItems={TABLE: {"Keys": now}})
        return answer | {"UnprocessedKeys": {TABLE: {"Keys": later}} if later else {}}

    def batch_write_item(self, RequestItems: Any) -> Any:  # noqa: N803 - same
        """Write some."""
        requests = RequestItems[TABLE]
        self.calls.append(len(requests))
        now, later = requests[: self.at_once], requests[self.at_once :]
        if now:
            self.client.batch_write_item(RequestItems={TABLE: now})
        return {"UnprocessedItems": {TABLE: later} if later else {}}


@pytest.fixture
def reluctant() -> Iterator[Reluctant]:
    """A client for an empty table."""
    with table() as client:
        yield Reluctant(client)


def test_slices_come_back(reluctant: Reluctant) -> None:
    """Slices are read in their order, whatever order they come in."""
    pauses: list[float] = []
    blobs = Blobs(reluctant, TABLE, pauses.append)
    blobs.put("blob#a", PACKED)

    assert PACKED == b"".join(blobs.get({"blob#a": 3})["blob#a"])
    assert [3, 2, 1] == reluctant.calls
    assert sorted(set(pauses)) == pauses


def test_missing_slices(reluctant: Reluctant) -> None:
    """What is not there is not in the answer."""
    assert {"blob#a": []} == Blobs(reluctant, TABLE).get({"blob#a": 1})
    assert {} == Blobs(reluctant, TABLE).get({})


def test_there(reluctant: Reluctant) -> None:
    """A text is there when its last slice is: that one is put last."""
    blobs = Blobs(reluctant, TABLE)
    blobs.put("blob#a", PACKED[:SLICE_BYTES])

    assert blobs.there("blob#a", PACKED[:SLICE_BYTES])
    assert not blobs.there("blob#a", PACKED)


def test_delete(reluctant: Reluctant) -> None:
    """Slices are deleted until all are gone."""
    blobs = Blobs(reluctant, TABLE, lambda _: None)
    blobs.put("snapshot#a", PACKED)
    blobs.put("snapshot#b", b"x")

    blobs.delete({"snapshot#a": 3})

    assert ["snapshot#b"] == [item["pk"]["S"] for item in scan(reluctant.client)]


def test_a_table_that_never_comes_round(reluctant: Reluctant) -> None:
    """After some tries a busy table is given up, with a remedy."""
    reluctant.at_once = 0
    pauses: list[float] = []

    with pytest.raises(StoreUnavailable) as raised:
        Blobs(reluctant, TABLE, pauses.append).get({"blob#a": 1})

    assert "DynamoDB is too busy for the table canary; try again" == str(raised.value)
    assert 10 == len(pauses)
