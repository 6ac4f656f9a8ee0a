"""Both stores keep the contract, and nothing is lost between writers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from flags.codec import decode
from flags.errors import StoreUnavailable, VersionConflict
from flags.store.changes import (
    ATTEMPTS,
    Commit,
    Edit,
    Entry,
    Signature,
    SnapshotMoved,
    State,
    Store,
    Writer,
    dumps,
)
from flags.store.dynamodb import DynamoStore
from flags.testing import MemoryStore, StoreContract
from tests.contracts.store_contract import TABLE, dynamo, scan, table

SIGNED = Signature(author="ann", reason="because")


def _edit(state: State, name: str) -> Edit:
    body = {"variants": {"on": True}, "off": "on", "serve": "on"}
    return Edit(name=name, body=body, based_on=state.version(name), action="apply")


class TestMemoryStore(StoreContract):
    """The store in memory."""

    def empty(self) -> Store:
        """A new one."""
        return MemoryStore()


class TestDynamoStore(StoreContract):
    """The store in a table; unchanged means that no item differs."""

    @pytest.fixture(autouse=True)
    def _table(self) -> Iterator[None]:
        with table() as self.client:
            yield

    def empty(self) -> Store:
        """The one over this test's table."""
        return dynamo(self.client)

    def everything(self, store: Store) -> Any:  # noqa: ARG002
        """Every item."""
        return scan(self.client)

    @pytest.mark.parametrize("bad", [None, "not JSON", '{"flags": 7}'])
    def test_a_lost_snapshot_is_mended(self, bad: str | None) -> None:
        """Whatever becomes of the snapshot, the next change brings all flags back."""
        store = self.empty()
        writer = Writer(store=store, timestamp=lambda: "t", salt=lambda: "s")
        for name in ("gift", "theme"):
            writer.write(lambda state, name=name: [_edit(state, name)], SIGNED)  # type: ignore[misc]
        key = {"pk": {"S": "snapshot"}, "sk": {"S": "body"}}
        self.client.delete_item(TableName=TABLE, Key=key)
        if bad is not None:
            item = key | {"version": {"N": "2"}, "body": {"S": bad}}
            self.client.put_item(TableName=TABLE, Item=item)

        assert writer.write(lambda _: [], SIGNED) == ()

        state = store.load()
        assert (state.snapshot, set(state.compiled)) == (3, {"gift", "theme"})

    def test_items(self) -> None:
        """The table holds exactly the items that readers and people look for."""
        store = self.empty()
        writer(store).write(put("gift", "one"), SIGNED)
        writer(store).write(put("gift", "two"), SIGNED)
        body = store.load().documents["gift"].body

        found = {(item["pk"]["S"], item["sk"]["S"]): item for item in scan(self.client)}

        assert {
            ("flags", "gift"),
            ("history#gift", "0000000001"),
            ("history#gift", "0000000002"),
            ("snapshot", "body"),
            ("snapshot", "version"),
        } == set(found)
        assert {"N": "2"} == found["flags", "gift"]["version"]
        assert {"S": dumps(body)} == found["flags", "gift"]["document"]
        assert {"N": "2"} == found["snapshot", "version"]["version"]
        assert "before" not in found["history#gift", "0000000001"]
        assert {"S": dumps(body)} == found["history#gift", "0000000002"]["after"]
        text = found["snapshot", "body"]["body"]["S"]
        assert (2, {"gift"}) == (decode(text).version, set(decode(text).flags))

    @pytest.mark.parametrize("read", [1, 2, 3])
    def test_load_never_mixes(self, read: int) -> None:
        """A change between the reads of a load is not lost from the snapshot."""
        store = self.empty()
        writer(store).write(route("first"), SIGNED)

        def between() -> None:
            writer(store).write(route("b"), SIGNED)

        other = DynamoStore(Interrupting(self.client, read, between), TABLE)

        writer(other).write(put("gift", "one"), SIGNED)
        text = scan(self.client)[-2]["body"]["S"]

        assert {"default": "b"} == decode(text).routing
        assert {"gift"} == set(decode(text).flags)

    def test_no_table(self) -> None:
        """A table that isn't there says what to do."""
        store = DynamoStore(self.client, "another")

        with pytest.raises(StoreUnavailable, match="deploy the stack") as raised:
            store.load()

        assert "there is no table another: deploy the stack, or check --region" == str(
            raised.value
        )

    def test_largest_document(self) -> None:
        """A document at the limit can be written, and written again."""
        store = self.empty()
        keys = [f"{number:05}-{'k' * 30}" for number in range(4_800)]
        for text in ("one", "two"):
            edit = put("gift", text, targets={"on": keys})
            writer(store).write(edit, SIGNED)

        assert 2 == store.load().version("gift")


class Interrupting:
    """A client that lets somebody else write just before one of its reads."""

    def __init__(self, client: Any, read: int, between: Callable[[], object]) -> None:
        self._client = client
        self._reads_left = read
        self._between = between

    def __getattr__(self, name: str) -> Any:
        if name in {"get_item", "get_paginator"}:
            self._reads_left -= 1
            if self._reads_left == 0:
                self._between()
        return getattr(self._client, name)


def body(value: str, **more: Any) -> dict[str, Any]:
    """A flag with this value."""
    return {"variants": {"on": value}, "off": "on", "serve": "on", **more}


def put(name: str, value: str, **more: Any) -> Callable[[State], list[Edit]]:
    """An edit that sets a flag, whatever its version is now."""
    return lambda state: [
        Edit(
            name=name,
            body=body(value, **more),
            based_on=state.version(name),
            action="apply",
        )
    ]


def route(service: str) -> Callable[[State], list[Edit]]:
    """An edit of the routing document."""
    return lambda state: [
        Edit(
            name="routing",
            body={"default": service},
            based_on=state.version("routing"),
            action="apply",
        )
    ]


def writer(store: Store) -> Writer:
    """A writer that never sleeps."""
    numbers = itertools.count()
    return Writer(
        store=store,
        timestamp=lambda: "2030-01-01T00:00:00Z",
        salt=lambda: f"salt{next(numbers)}",
        pause=lambda _seconds: None,
    )


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Each store in turn."""
    if request.param == "memory":
        yield MemoryStore()
        return
    with table() as client:
        yield dynamo(client)


def test_other_document_in_between(store: Store) -> None:
    """A writer starts over when somebody writes another flag, and both land."""
    interruptions = [lambda: writer(store).write(put("theme", "dark"), SIGNED)]

    def edit(state: State) -> list[Edit]:
        edits = put("gift", "one")(state)
        if interruptions:
            interruptions.pop()()
        return edits

    entries = writer(store).write(edit, SIGNED)
    state = store.load()

    assert ["gift"] == [entry.name for entry in entries]
    assert (1, 1, 2) == (state.version("gift"), state.version("theme"), state.snapshot)
    assert {"gift", "theme"} == set(state.compiled)


def test_same_document_in_between(store: Store) -> None:
    """A writer that was overtaken on its flag is told so, and changes nothing."""

    def edit(state: State) -> list[Edit]:
        edits = put("gift", "late")(state)
        writer(store).write(put("gift", "first"), SIGNED)
        return edits

    with pytest.raises(VersionConflict) as raised:
        writer(store).write(edit, SIGNED)

    assert (
        "gift is at version 1, not 0: somebody changed it since it was read; look at "
        "the change, then try again" == str(raised.value)
    )
    assert body("first") == store.load().documents["gift"].body
    assert 1 == len(store.history("gift"))


def test_nothing_to_write(store: Store) -> None:
    """An edit that changes nothing is no commit."""
    assert () == writer(store).write(lambda _state: [], SIGNED)
    assert State() == store.load()


def test_threads() -> None:
    """Eight writers at once: each change lands once, in one line of versions."""
    store = MemoryStore()
    start = Barrier(8)

    def work(number: int) -> list[Entry]:
        start.wait()
        patient = writer(store)
        done: list[Entry] = []
        while len(done) < 5:
            try:
                done += patient.write(put(f"flag{number}", str(len(done))), SIGNED)
            except StoreUnavailable:
                continue
        return done

    with ThreadPoolExecutor(8) as pool:
        acknowledged = [entry for done in pool.map(work, range(8)) for entry in done]
    rows = [row for n in range(8) for row in store.history(f"flag{n}")]

    assert 40 == len(acknowledged) == store.load().snapshot
    assert sorted(map(repr, acknowledged)) == sorted(map(repr, rows))


def test_busy_table() -> None:
    """After a dozen tries the writer gives up, with pauses that grow."""

    class Busy(MemoryStore):
        def commit(self, commit: Commit) -> None:  # noqa: ARG002 - always busy
            raise SnapshotMoved

    pauses: list[float] = []
    busy = Writer(
        store=Busy(), timestamp=lambda: "t", salt=lambda: "s", pause=pauses.append
    )

    with pytest.raises(StoreUnavailable, match="busy 12 times in a row; try again"):
        busy.write(put("gift", "one"), SIGNED)

    assert ATTEMPTS == len(pauses)
    assert sorted(pauses) == pauses
