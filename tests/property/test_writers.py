"""Writers among faults: whatever is acknowledged is there, once, in order."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from flags import parts
from flags.errors import CommitUnknown, StoreUnavailable, VersionConflict
from flags.parts import digest, list_text
from flags.snapshot import Reader, Version
from flags.store import assembly, items
from flags.store.assembly import KEPT_SECONDS
from flags.store.changes import (
    Commit,
    Edit,
    Entry,
    Signature,
    SnapshotMoved,
    State,
    Store,
)
from flags.store.dynamodb import DynamoStore
from flags.store.writer import Writer
from flags.testing import FakeClock, MemoryStore
from flags.testing.commits import change
from tests.contracts.store_contract import TABLE, Wire, abort, reader, scan, table

pytestmark = pytest.mark.property

NAMES = ("gift", "theme", "segment:beta", "segment:staff", "group:q4", "routing")
FAULTS = ("lost after", "lost before", "throttled", "down", "blind", "other")
# More than a writer's patience, so that some writers never learn what happened.
MANY = 60
SIGNED = Signature(author="ann")
names = st.sampled_from(NAMES)
marks = st.sampled_from(["gift 1", "theme 2", "shop 3"])
sizes = st.sampled_from([0, 30, 400])
faults = st.lists(st.sampled_from(FAULTS), max_size=4) | st.sampled_from(
    [[fault] * MANY for fault in ("lost before", "throttled")]
)
LIST_SIZE = 30


class Script:
    """What happens to the commits to come, one after the other."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        # Whether the history is out of reach, and whether anybody was left in doubt.
        self.blind = self.doubted = False
        self.other: Callable[[], object] = lambda: None

    def play(self, send: Callable[[], Any], fail: Callable[[str], Exception]) -> Any:
        """Send a commit, and let happen what is due."""
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "other":
            kept, blind, self.faults, self.blind = self.faults, self.blind, [], False
            self.other()
            self.faults, self.blind = kept, blind
            return send()
        answer = send() if fault in {"", "lost after", "blind"} else None
        self.blind |= fault == "blind"
        self.doubted |= fault in {"lost before", "lost after", "blind"}
        if fault:
            raise fail(fault)
        return answer


class FaultyStore(MemoryStore):
    """A store in memory whose commits go as the script says."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.script = script

    def commit(self, commit: Commit) -> None:
        """Commit, and perhaps lose the answer."""
        self.script.play(lambda: super(FaultyStore, self).commit(commit), _failure)

    def committed(self, commit: Commit) -> bool:
        """Look it up, if that is possible."""
        if self.script.blind:
            raise StoreUnavailable
        return super().committed(commit)


def _failure(fault: str) -> Exception:
    if fault == "throttled":
        return SnapshotMoved()
    return (StoreUnavailable if fault == "down" else CommitUnknown)(fault)


class FaultyClient:
    """A client of DynamoDB whose transactions go as the script says."""

    def __init__(self, client: Any, script: Script) -> None:
        self.client = client
        self.script = script

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def transact_write_items(self, **question: Any) -> Any:
        """Send, and perhaps lose the answer."""
        send = self.client.transact_write_items
        return self.script.play(lambda: send(**question), _client_failure)

    def get_item(self, **question: Any) -> Any:
        """Read, if it isn't the history."""
        if self.script.blind and question["Key"]["pk"]["S"].startswith("history"):
            raise ReadTimeoutError(endpoint_url="blind")
        return self.client.get_item(**question)


def _client_failure(fault: str) -> Exception:
    if fault in {"lost before", "lost after", "blind"}:
        return ReadTimeoutError(endpoint_url=fault)
    code = {"throttled": "ThrottlingException", "down": "AccessDeniedException"}[fault]
    error: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {}}
    error["ResponseMetadata"]["HTTPStatusCode"] = 400
    return ClientError(error, "TransactWriteItems")


def body(name: str, value: int, size: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A document that nobody else wrote, and the list of ids that it takes along."""
    ids = tuple(f"{value}-{number * 7919:x}" for number in range(size))
    if not name.startswith("segment:") or size != LIST_SIZE:
        return {"is": value, "more": list(ids)}, {}
    sha = digest(list_text(ids).encode())
    return {"is": value, "included": {"list": sha}}, {sha: ids}


def as_json(what: Any) -> str:
    """Text to compare: a tuple in a document comes back as a list."""
    return json.dumps(what if isinstance(what, dict) else asdict(what))


class Writers(RuleBasedStateMachine):
    """Writers, their store, and what they were told."""

    def __init__(self) -> None:
        super().__init__()
        self.script = Script()
        self.clock = FakeClock()
        self.numbers = itertools.count(1)
        # By name and version: what the history must hold, no more and no less.
        self.acknowledged: dict[tuple[str, int], Entry] = {}
        self.refused: set[int] = set()
        self.store: Store = self.open()
        self.lists: dict[str, Any] = {}
        self.marks: set[str] = set()

    def open(self) -> Store:
        """A new store."""
        return FaultyStore(self.script)

    def reader(self) -> Reader:
        """What readers read by."""
        assert isinstance(self.store, MemoryStore)
        return self.store

    @initialize()
    def start(self) -> None:
        """All writers know what the others do, in the end."""
        self.script.other = lambda: self.write("theme", 0)

    def writer(self) -> Writer:
        """One more writer; its pauses let time pass."""
        return Writer(
            store=self.store,
            timestamp=lambda: str(self.clock.now),
            salt=lambda: "s",
            pause=self.clock.advance,
            now=self.clock,
            random=lambda: 1.0,
            plan=self.plan,
        )

    def plan(self, state: State, edits: list[Edit], *_: Any, **__: Any) -> Commit:
        """A commit without the grammar of documents."""
        bodies = {edit.name: edit.body for edit in edits}
        return change(state, bodies, lists=self.lists)

    def write(self, name: str, size: int) -> None:
        """Write a document; note what the writer is told."""
        value = next(self.numbers)
        document, lists = body(name, value, size)
        self.lists |= lists

        def edit(state: State) -> list[Edit]:
            based_on = state.version(name)
            return [Edit(name=name, body=document, based_on=based_on, action="")]

        try:
            self.acknowledge(self.writer().write(edit, SIGNED))
        except CommitUnknown:
            self.script.blind = False
            self.acknowledge(self.found(name, value))
        except (VersionConflict, StoreUnavailable):
            self.refused.add(value)

    def acknowledge(self, entries: Iterable[Entry]) -> None:
        """Note changes; no two writers are told that the same version is theirs."""
        for entry in entries:
            assert (entry.name, entry.version) not in self.acknowledged
            self.acknowledged[entry.name, entry.version] = entry

    def found(self, name: str, value: int) -> list[Entry]:
        """The row of a change of which nobody knew."""
        rows = self.store.history(name, 1_000)
        return [row for row in rows if row.after["is"] == value]

    @rule(name=names, size=sizes, faults=faults)
    def change(self, name: str, size: int, faults: list[str]) -> None:
        """Somebody writes, among faults."""
        self.script.faults = list(faults)
        self.write(name, size)
        self.script.faults, self.script.blind = [], False

    @precondition(lambda self: self.acknowledged)
    @rule(mark=marks)
    def mark(self, mark: str) -> None:
        """A router aborts a rollout."""
        self.abort(mark)
        self.marks.add(mark)

    @rule(mark=marks)
    def settle(self, mark: str) -> None:
        """The controller takes a mark away."""
        self.store.settle({mark})
        self.marks.discard(mark)

    def abort(self, mark: str) -> None:
        """What a router writes."""
        assert isinstance(self.store, MemoryStore)
        self.store.mark(mark)

    @rule()
    def later(self) -> None:
        """Time passes, and retired parts become due."""
        self.clock.advance(KEPT_SECONDS)

    @invariant()
    def history(self) -> None:
        """Acknowledged changes are there in order, each once; refused ones are not."""
        for name in NAMES:
            rows = self.store.history(name, 1_000)[::-1]
            assert list(range(1, len(rows) + 1)) == [row.version for row in rows]
            mine = {key: e for key, e in self.acknowledged.items() if key[0] == name}
            assert {key: as_json(entry) for key, entry in mine.items()} == {
                (name, row.version): as_json(row) for row in rows
            }
            bodies = [row.after for row in rows]
            assert [None, *bodies][: len(rows)] == [row.before for row in rows]
            assert self.refused.isdisjoint(body["is"] for body in bodies)

    @invariant()
    def documents(self) -> None:
        """The documents are what the last changes made of them."""
        state = self.store.load()
        assert len(self.acknowledged) == state.snapshot
        assert {name for name, _ in self.acknowledged} == set(state.documents)
        for name, stored in state.documents.items():
            entry = self.acknowledged[name, stored.version]
            assert (name, stored.version + 1) not in self.acknowledged
            assert as_json(entry.after) == as_json(stored.body)

    @precondition(lambda self: self.acknowledged)
    @invariant()
    def snapshot(self) -> None:
        """Readers get exactly what the documents say, with all lists that they name."""
        found = self.reader().body()
        assert found is not None
        version = self.reader().version()
        assert Version(len(self.acknowledged), frozenset(self.marks)) == version
        assert found.version == len(self.acknowledged)
        snapshot, state = json.loads(found.text), self.store.load()
        compiled = {
            **snapshot["flags"],
            **{f"segment:{name}": part for name, part in snapshot["segments"].items()},
            **{f"group:{name}": part for name, part in snapshot["groups"].items()},
        }
        expected = {n: s for n, s in state.documents.items() if n != "routing"}
        assert {n: {**s.body, "version": s.version} for n, s in expected.items()} == (
            compiled
        )
        assert {s: frozenset(self.lists[s]) for s in state.lists} == found.lists
        assert len(found.lists) == sum(
            "included" in part for part in snapshot["segments"].values()
        )


class TableWriters(Writers):
    """The same on a table, where all that can be in parts is in parts."""

    def open(self) -> Store:
        """A new table, of small items."""
        self.closing = ExitStack()
        patch = self.closing.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(parts, "SLICE_BYTES", 1_000)
        patch.setattr(assembly, "SLICE_BYTES", 1_000)
        patch.setattr(assembly, "PLAIN_BYTES", 300)
        patch.setattr(items, "INLINE_BYTES", 200)
        self.client = self.closing.enter_context(table())
        self.wire = reader(Wire(self.client))
        faulty = FaultyClient(self.client, self.script)
        return DynamoStore(faulty, TABLE, now=self.clock)

    def reader(self) -> Reader:
        """The lean reader, which keeps lists between reads."""
        return self.wire

    def abort(self, mark: str) -> None:
        """What a router writes."""
        abort(self.client, mark)

    @invariant()
    def no_litter(self) -> None:
        """Parts in the table are in use or retired, unless somebody is in doubt."""
        rows = scan(self.client)
        there = {r["pk"]["S"] for r in rows if r["pk"]["S"].startswith("snapshot#")}
        item: Any = next((row for row in rows if row["sk"]["S"] == "body"), {})
        manifest = items.manifest(item)
        used = {part.id for part in manifest.lists.values()} if manifest else set()
        if manifest and manifest.part:
            used.add(manifest.part.id)
        # Those that were due may be gone before a commit comes through that says so.
        retired = {one.id for one in items.retired(item)}
        assert {f"snapshot#{name}" for name in used} <= there
        named = {f"snapshot#{name}" for name in used | retired}
        assert self.script.doubted or there <= named

    def teardown(self) -> None:
        """Drop the table."""
        self.closing.close()


TestWriters = Writers.TestCase
TestWriters.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
TestTableWriters = TableWriters.TestCase
TestTableWriters.settings = settings(
    max_examples=10,
    stateful_step_count=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
