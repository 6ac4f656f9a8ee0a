"""Many writers on one table at once: nothing acknowledged is lost, nothing is twice."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest

from examples.demo import emulator, stack
from flags.aws.client import AwsClient
from flags.errors import CommitUnknown, StoreUnavailable, VersionConflict
from flags.parts import digest, list_text
from flags.reader import TableReader
from flags.store.changes import Commit, Edit, Entry, Signature, State
from flags.store.dynamodb import DynamoStore
from flags.store.writer import Writer
from flags.testing.commits import change
from tests.contracts.store_contract import make_table

pytestmark = pytest.mark.e2e

TABLE = "contended"
WRITERS = 20
WRITES = 10
SIGNED = Signature(author="contention")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the emulator."""

    env: dict[str, str]

    def store(self) -> DynamoStore:
        """A store with a client of its own, as every process has."""
        return DynamoStore(stack.client("dynamodb", self.env), TABLE)

    def reader(self) -> TableReader:
        """What functions read by."""
        return TableReader(AwsClient.from_environ("dynamodb", self.env), TABLE)


@pytest.fixture
def table() -> Iterator[Table]:
    """An empty table in an emulator of its own."""
    with emulator.start() as running:
        client = stack.client("dynamodb", running.env())
        make_table(client, TABLE)
        yield Table(env=running.env())


def ids(number: int, turn: int) -> tuple[str, ...]:
    """The ids of a segment, other ones each turn."""
    return tuple(f"user-{number}-{turn}-{index}" for index in range(300))


def body(name: str, number: int, turn: int) -> dict[str, Any]:
    """A document that no other write has."""
    written: dict[str, Any] = {"by": number, "turn": turn}
    if name.startswith("segment:"):
        sha = digest(list_text(ids(number, turn)).encode())
        written["included"] = {"list": sha}
    return written


def plan(
    state: State, edits: list[Edit], signature: Signature, *, at: str, salt: str
) -> Commit:
    """A commit without the grammar of documents."""
    (edit,) = edits
    assert salt
    number, turn = edit.body["by"], edit.body["turn"]
    sha = edit.body.get("included", {}).get("list")
    return change(
        state,
        {edit.name: edit.body},
        lists={sha: ids(number, turn)} if sha else {},
        at=at,
        author=signature.author,
    )


def write(store: DynamoStore, name: str, number: int, turn: int) -> tuple[Entry, ...]:
    """Write a document, however often others change it meanwhile."""
    writer = Writer(
        store=store,
        timestamp=lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        salt=lambda: "s",
        plan=plan,
    )
    written = body(name, number, turn)

    def edit(state: State) -> list[Edit]:
        based_on = state.version(name)
        return [Edit(name=name, body=written, based_on=based_on, action="apply")]

    while True:
        try:
            return writer.write(edit, SIGNED)
        except CommitUnknown:
            raise
        except (VersionConflict, StoreUnavailable):
            # Told that nothing was written; if that were wrong, it would be twice.
            continue


def names(number: int) -> list[str]:
    """What a writer writes: flags of its own, one that all share, and a segment."""
    own = [f"flag-{number}", "shared", f"segment:people-{number}"]
    return [own[turn % 3] for turn in range(WRITES)]


def test_two_hundred_writes_at_once(table: Table) -> None:
    """Twenty writers with ten changes each: all that they were told is in the table."""
    start = Barrier(WRITERS)

    def work(number: int) -> list[Entry]:
        store = table.store()
        start.wait()
        turns = enumerate(names(number))
        return [
            entry for turn, name in turns for entry in write(store, name, number, turn)
        ]

    with ThreadPoolExecutor(WRITERS) as pool:
        told = [entry for done in pool.map(work, range(WRITERS)) for entry in done]
    store = table.store()
    rows = [
        row
        for name in {entry.name for entry in told}
        for row in store.history(name, 300)
    ]
    state = store.load()
    found = table.reader().body()

    assert len(told) == WRITERS * WRITES == state.snapshot
    assert sorted(map(repr, told)) == sorted(map(repr, rows))
    assert {row.version for row in rows if row.name == "shared"} == set(
        range(1, state.version("shared") + 1)
    )
    assert found is not None
    assert found.version == state.snapshot
    assert json.loads(found.text)["flags"] == state.compiled
    assert set(found.lists) == state.lists
    assert len(found.lists) == WRITERS
