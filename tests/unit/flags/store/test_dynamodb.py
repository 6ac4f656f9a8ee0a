"""What a table holds after changes, and what becomes of it when something is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from flags.codec import decode
from flags.errors import CommitUnknown, StoreUnavailable, VersionConflict
from flags.parts import digest, list_text
from flags.snapshot import Body, Version
from flags.store.assembly import KEPT_SECONDS
from flags.store.changes import Commit, Edit, Signature, SnapshotMoved, State, dumps
from flags.store.dynamodb import DynamoStore
from flags.store.writer import Writer
from flags.testing import FakeClock
from flags.testing.commits import change
from tests.contracts.store_contract import TABLE, Wire, abort, reader, scan, table

IDS = tuple(f"user-{number}" for number in range(300))
SHA = digest(list_text(IDS).encode())
NAMED: dict[str, Any] = {"segment:beta": {"included": {"list": SHA}}}
WORDS = [f"{number * 7919:x}" for number in range(150_000)]
BIG: dict[str, Any] = {"segment:words": {"is": WORDS}}


class Bench:
    """A store over a table, with a clock."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.clock = FakeClock(100_000.0)
        self.store = DynamoStore(client, TABLE, now=self.clock)
        self.wire = Wire(client)
        self.reader = reader(self.wire)

    def commit(self, bodies: Any, **more: Any) -> Commit:
        """Change documents; returns the commit."""
        made = change(self.store.load(), bodies, **more)
        self.store.commit(made)
        return made

    def keys(self, prefix: str = "") -> list[str]:
        """The keys of the items in the table."""
        keys = [f"{item['pk']['S']}/{item['sk']['S']}" for item in scan(self.client)]
        return [key for key in keys if key.startswith(prefix)]

    def item(self, key: str) -> Any:
        """An item."""
        pk, sk = key.split("/")
        found = self.client.get_item(
            TableName=TABLE, Key={"pk": {"S": pk}, "sk": {"S": sk}}
        )
        return found["Item"]


@pytest.fixture
def bench() -> Iterator[Bench]:
    """An empty table."""
    with table() as client:
        yield Bench(client)


class Instead:
    """A client that does something else at a call, once."""

    def __init__(self, client: Any, name: str, action: Callable[..., Any]) -> None:
        self._client = client
        self._name = name
        self._action = action

    def __getattr__(self, name: str) -> Any:
        if name != self._name:
            return getattr(self._client, name)
        self._name = ""
        return self._action


def test_items(bench: Bench) -> None:
    """The table holds exactly the items that readers and people look for."""
    bench.commit({"gift": {"is": "one"}}, token="first")
    bench.commit({"gift": {"is": "two"}, "group:q4": {}}, token="second")

    assert [
        "flags/gift",
        "groups/q4",
        "history#gift/0000000001",
        "history#gift/0000000002",
        "history#group:q4/0000000001",
        "snapshot/body",
        "snapshot/version",
    ] == bench.keys()
    assert {"N": "2"} == bench.item("flags/gift")["version"]
    assert {"S": dumps({"is": "two"})} == bench.item("flags/gift")["document"]
    assert {"N": "2"} == bench.item("snapshot/version")["version"]
    first, second = (bench.item(f"history#gift/000000000{n}") for n in (1, 2))
    assert "before" not in first
    assert {"S": dumps({"is": "one"})} == second["before"]
    assert ({"S": "first"}, {"S": "second"}) == (first["change"], second["change"])
    body = json.loads(bench.item("snapshot/body")["body"]["S"])
    assert {"gift": {"is": "two", "version": 2}} == body["flags"]


def test_a_mark_between_load_and_commit(bench: Bench) -> None:
    """A commit that was planned before a router's mark goes through, and keeps it."""
    bench.commit({"gift": {"is": "one"}})
    late = change(bench.store.load(), {"gift": {"is": "two"}})
    assert abort(bench.client, "gift 1")

    bench.store.commit(late)

    assert Version(2, frozenset({"gift 1"})) == bench.reader.version()
    assert not abort(bench.client, "gift 1")


def test_a_mark_within_a_commit(bench: Bench) -> None:
    """A mark that comes with slices written and the transaction to come stays, too."""
    bench.commit({"gift": {"is": "one"}})

    def mark_first(**_: Any) -> Any:
        assert abort(bench.client, "gift 1")
        return bench.client.transact_write_items(**_)

    client = Instead(bench.client, "transact_write_items", mark_first)
    store = DynamoStore(client, TABLE, now=bench.clock)
    store.commit(change(store.load(), BIG))

    assert Version(2, frozenset({"gift 1"})) == bench.reader.version()


def test_a_mark_after_a_commit(bench: Bench) -> None:
    """A commit that came first doesn't keep a mark out."""
    bench.commit({"gift": {"is": "one"}})
    bench.commit({"gift": {"is": "two"}})

    assert abort(bench.client, "gift 1")
    assert Version(2, frozenset({"gift 1"})) == bench.reader.version()


def test_no_mark_without_a_snapshot(bench: Bench) -> None:
    """A mark makes no item: an empty table stays one, and takes its first commit."""
    assert not abort(bench.client, "gift 1")
    bench.store.settle({"gift 1"})

    assert [] == bench.keys()
    bench.commit({"gift": {"is": "one"}})
    assert Version(1) == bench.reader.version()


def test_a_writer_among_marks(bench: Bench) -> None:
    """A `Writer` that others keep from its commit drops no mark on its way."""
    bench.commit({"gift": {"is": "one"}})

    def interfere(**_: Any) -> Any:
        bench.commit({"theme": {"is": "one"}})
        assert abort(bench.client, "gift 1")
        return bench.client.transact_write_items(**_)

    client = Instead(bench.client, "transact_write_items", interfere)
    writer = Writer(
        store=DynamoStore(client, TABLE, now=bench.clock),
        timestamp=lambda: "2030-01-01T00:00:00Z",
        salt=lambda: "salt",
        pause=lambda _: None,
        plan=lambda state, edits, *_, **__: change(
            state, {edit.name: edit.body for edit in edits}
        ),
    )
    edit = Edit(name="gift", body={"is": "two"}, based_on=1, action="edit")
    writer.write(lambda _: [edit], Signature(author="ann"))

    assert Version(3, frozenset({"gift 1"})) == bench.reader.version()
    assert frozenset({"gift 1"}) == bench.store.load().aborted


def test_rows_of_before_commits_had_ids(bench: Bench) -> None:
    """A row without an id is nobody's commit."""
    made = bench.commit({"gift": {}})
    row = bench.item("history#gift/0000000001")
    del row["change"]
    bench.client.put_item(TableName=TABLE, Item=row)

    assert not bench.store.committed(made)
    assert 1 == len(bench.store.history("gift"))


def test_an_edit_leaves_lists_alone(bench: Bench) -> None:
    """A change of a flag writes no list anew, and no reader reads one anew."""
    bench.commit(NAMED, lists={SHA: IDS}, token="first")
    bench.reader.body()
    bench.wire.since()
    parts = bench.keys("snapshot#")

    made = bench.commit({"gift": {"is": "one"}}, token="second")

    assert [f"snapshot#{SHA[:16]}-first/0000"] == parts == bench.keys("snapshot#")
    assert Body(2, made.body, {SHA: frozenset(IDS)}) == bench.reader.body()
    assert ["snapshot/body"] == bench.wire.since()


def test_a_refused_commit_deletes_its_parts(bench: Bench) -> None:
    """What is written before a transaction goes when the transaction is refused."""
    late = change(bench.store.load(), BIG | NAMED, lists={SHA: IDS}, token="late")

    def refuse(**_: Any) -> Any:
        assert bench.keys("snapshot#")
        bench.commit({"gift": {"is": "one"}})
        return bench.client.transact_write_items(**_)

    store = DynamoStore(Instead(bench.client, "transact_write_items", refuse), TABLE)

    with pytest.raises(SnapshotMoved):
        store.commit(late)

    assert [] == bench.keys("snapshot#")


def test_a_late_commit_writes_no_parts(bench: Bench) -> None:
    """A commit that is known to be late writes nothing at all."""
    late = change(bench.store.load(), BIG)
    conflicting = change(bench.store.load(), BIG | {"gift": {"is": "late"}})
    bench.commit({"gift": {"is": "one"}})
    keys = bench.keys()

    with pytest.raises(SnapshotMoved):
        bench.store.commit(late)
    with pytest.raises(VersionConflict):
        bench.store.commit(conflicting)

    assert keys == bench.keys()


def test_a_lost_answer_keeps_the_parts(bench: Bench) -> None:
    """As long as nobody knows whether parts are in use, they stay."""
    made = change(bench.store.load(), NAMED, lists={SHA: IDS}, token="ours")

    def lose(**question: Any) -> Any:
        bench.client.transact_write_items(**question)
        raise ReadTimeoutError(endpoint_url="http://127.0.0.1:9")

    store = DynamoStore(Instead(bench.client, "transact_write_items", lose), TABLE)

    with pytest.raises(CommitUnknown):
        store.commit(made)

    assert store.committed(made)
    assert Body(1, made.body, {SHA: frozenset(IDS)}) == bench.reader.body()


def test_a_refusal_of_what_was_written(bench: Bench) -> None:
    """A refusal that comes of the commit's own first try is none."""
    made = change(bench.store.load(), NAMED, lists={SHA: IDS}, token="ours")

    def twice(**question: Any) -> Any:
        bench.client.transact_write_items(**question)
        question["ClientRequestToken"] = "retried after the window"
        return bench.client.transact_write_items(**question)

    store = DynamoStore(Instead(bench.client, "transact_write_items", twice), TABLE)

    store.commit(made)

    assert Body(1, made.body, {SHA: frozenset(IDS)}) == bench.reader.body()


def test_parts_go_after_an_hour(bench: Bench) -> None:
    """Parts that no manifest names stay for an hour, for those who are reading."""
    bench.commit(BIG | NAMED, lists={SHA: IDS}, token="first")
    bench.commit({"segment:words": {}, "segment:beta": {}}, token="second")
    old = bench.keys("snapshot#")
    assert {"snapshot#first", f"snapshot#{SHA[:16]}-first"} == {
        key.partition("/")[0] for key in old
    }

    bench.clock.advance(KEPT_SECONDS - 1)
    bench.commit({"gift": {"is": "one"}})
    assert old == bench.keys("snapshot#")
    bench.clock.advance(1)
    bench.commit({"gift": {"is": "two"}})
    assert [] == bench.keys("snapshot#")
    assert "retired" not in bench.item("snapshot/body")


def test_a_change_does_not_fail_for_old_parts(bench: Bench) -> None:
    """Parts that can't be deleted are deleted another time."""
    bench.commit(NAMED, lists={SHA: IDS})
    bench.commit({"segment:beta": {}})
    bench.clock.advance(KEPT_SECONDS)

    def fail(**_: Any) -> Any:
        raise ReadTimeoutError(endpoint_url="http://127.0.0.1:9")

    failing = Instead(bench.client, "batch_write_item", fail)
    store = DynamoStore(failing, TABLE, now=bench.clock)
    store.commit(change(store.load(), {"gift": {"is": "one"}}))

    assert 1 == len(bench.keys("snapshot#"))
    bench.commit({"gift": {"is": "two"}})
    assert [] == bench.keys("snapshot#")


def test_a_reader_with_an_old_manifest(bench: Bench) -> None:
    """Who read a manifest before its parts went reads the next one."""
    bench.commit(NAMED, lists={SHA: IDS}, token="first")
    old = bench.item("snapshot/body")
    bench.commit({"segment:beta": {}})
    bench.clock.advance(KEPT_SECONDS)
    made = bench.commit({"gift": {"is": "one"}})
    bench.wire.client = Instead(
        bench.client, "get_item", lambda **_: {"Item": old, "ResponseMetadata": 0}
    )

    assert Body(3, made.body, {}) == bench.reader.body()
    assert "snapshot/body!" in bench.wire.since()


def test_a_blob_is_put_once(bench: Bench) -> None:
    """The document before a change is in the table already."""
    bench.commit(BIG)
    blobs = bench.keys("blob#")
    assert blobs
    bench.commit({"segment:words": {}})
    bench.commit(BIG)

    assert blobs == bench.keys("blob#")


def test_slices_that_are_left_undone(bench: Bench) -> None:
    """What DynamoDB leaves undone in a batch is asked for again."""
    bench.commit(BIG)

    def nothing(RequestItems: Any) -> Any:  # noqa: N803 - boto3's name
        return {"Responses": {}, "UnprocessedKeys": RequestItems}

    store = DynamoStore(Instead(bench.client, "batch_get_item", nothing), TABLE)

    assert WORDS == store.load().documents["segment:words"].body["is"]


def test_history_past_a_page(bench: Bench) -> None:
    """A page of a query ends at a megabyte; the history does not."""
    for number in range(30):
        bench.commit({"gift": {"is": f"{number}" + "x" * 50_000}}, snapshot=False)

    assert list(range(30, 0, -1)) == [
        row.version for row in bench.store.history("gift")
    ]
    assert 29 == len(bench.store.history("gift", limit=29))


@pytest.mark.parametrize(
    "bad",
    [
        None,
        {"body": {"S": "not JSON"}},
        {"body": {"S": '{"flags": 7}'}},
        {"data": {"B": b"x"}, "bytes": {"N": "9"}},
        {"id": {"S": "gone"}, "slices": {"N": "1"}, "bytes": {"N": "9"}},
        {"body": {"S": "{}"}, "lists": {"S": "7"}},
        {},
    ],
)
def test_a_lost_snapshot_is_mended(bench: Bench, bad: Any) -> None:
    """Whatever becomes of the snapshot, the next change brings everything back."""
    bench.commit({"gift": {"is": "one"}, **NAMED}, lists={SHA: IDS})
    body = {"pk": {"S": "snapshot"}, "sk": {"S": "body"}}
    bench.client.delete_item(TableName=TABLE, Key=body)
    if bad is not None:
        bench.client.put_item(
            TableName=TABLE, Item=body | {"version": {"N": "1"}} | bad
        )

    state = bench.store.load()
    assert {"gift", "segment:beta"} == state.lost()
    bench.store.commit(
        change(state, {"gift": {"is": "two"}, **NAMED}, lists={SHA: IDS})
    )

    assert {SHA} == bench.store.load().lists
    found = bench.reader.body()
    assert found is not None
    assert (2, {SHA: frozenset(IDS)}) == (found.version, found.lists)


@pytest.mark.parametrize("read", ["get_item", "get_paginator"])
def test_load_never_mixes(bench: Bench, read: str) -> None:
    """A change between the reads of a load is not lost from the snapshot."""
    bench.commit({"theme": {"is": "light"}})

    def between(*args: Any, **question: Any) -> Any:
        bench.commit({"theme": {"is": "dark"}})
        return getattr(bench.client, read)(*args, **question)

    other = DynamoStore(Instead(bench.client, read, between), TABLE)
    made = change(other.load(), {"gift": {"is": "one"}})

    if made.based_on == 1:
        with pytest.raises(SnapshotMoved):
            bench.store.commit(made)
    else:
        bench.store.commit(made)
        assert {"dark"} == {bench.store.load().compiled["theme"]["is"]}


def test_no_table(bench: Bench) -> None:
    """A table that isn't there says what to do."""
    store = DynamoStore(bench.client, "another")

    with pytest.raises(StoreUnavailable) as raised:
        store.load()

    assert "there is no table another: deploy the stack, or check --region" == str(
        raised.value
    )


@pytest.mark.parametrize("bad", [None, "{}", '{"flags": {"gift": 7}}'])
def test_a_change_of_nothing_mends(bench: Bench, bad: str | None) -> None:
    """A writer with nothing to write still brings back what was lost, lists too."""
    bodies: dict[str, dict[str, Any]] = {
        "gift": {"variants": {"on": True}, "off": "on", "serve": "on"},
        "segment:beta": {"included": list(IDS)},
    }
    writer = Writer(store=bench.store, timestamp=lambda: "t", salt=lambda: "s")

    def edits(_: State) -> list[Edit]:
        return [
            Edit(name=name, body=body, based_on=0, action="apply")
            for name, body in bodies.items()
        ]

    writer.write(edits, Signature(author="ann"))
    body = {"pk": {"S": "snapshot"}, "sk": {"S": "body"}}
    bench.client.delete_item(TableName=TABLE, Key=body)
    if bad is not None:
        item = body | {"version": {"N": "1"}, "body": {"S": bad}}
        bench.client.put_item(TableName=TABLE, Item=item)

    assert () == writer.write(lambda _: [], Signature(author="ann"))

    found = bench.reader.body()
    assert found is not None
    ruleset = decode(found.text, found.lists)
    assert ({"gift"}, {"beta"}) == (set(ruleset.flags), set(ruleset.segments))
    assert frozenset(IDS) == ruleset.segments["beta"].included
    assert () == writer.write(lambda _: [], Signature(author="ann"))
    assert 2 == bench.store.load().snapshot
