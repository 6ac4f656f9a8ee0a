"""Snapshots out of a table's answers, and what a bad table becomes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from flags import reader
from flags.aws.client import AwsClient
from flags.aws.errors import AwsCallError
from flags.errors import InvalidSnapshot, StoreUnavailable
from flags.parts import cut, digest, list_text, pack
from flags.reader import BODY_TIMEOUT, PARTS_TIMEOUT, VERSION_TIMEOUT, TableReader
from flags.snapshot import Body, Version
from flags.testing import FakeClock

TEXT = json.dumps({"words": [f"{number * 7919:x}" for number in range(200_000)]})
LISTS = {
    digest(list_text(ids).encode()): ids
    for ids in (["ann", "bob"], [f"user-{number}" for number in range(10_000)])
}
FIRST, SECOND = LISTS
Key = tuple[str, str]


@dataclass(slots=True)
class Fake:
    """Stands in for DynamoDB: answers with its items, or fails."""

    items: dict[Key, Any] = field(default_factory=dict)
    # What an eventual read still sees.
    lagging: dict[Key, Any] = field(default_factory=dict)
    error: AwsCallError | None = None
    asked: list[Any] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)
    slow: float = 0.0

    def __call__(
        self,
        _client: AwsClient,
        table: str,
        key: Mapping[str, str],
        *,
        consistent: bool,
        timeout: float,
    ) -> Any:
        """Note the question; answer or fail."""
        assert table == "canary"
        at = key["pk"], key["sk"]
        self.asked.append(("/".join(at) + "!" * consistent, timeout))
        self.clock.advance(self.slow)
        if self.error:
            raise self.error
        if at in self.lagging and not consistent:
            return self.lagging[at]
        return self.items.get(at)

    def since(self) -> list[str]:
        """The keys that were asked for since the last time."""
        asked, self.asked = [key for key, _ in self.asked], []
        return asked

    def part(self, name: str, text: str) -> list[Any]:
        """Put a part; returns how a manifest names it."""
        encoded = text.encode()
        slices = cut(pack(encoded))
        for number, data in enumerate(slices):
            self.items[f"snapshot#{name}", f"{number:04}"] = {"data": {"B": data}}
        return [name, len(slices), len(encoded)]

    def manifest(
        self, version: int, lists: Mapping[str, Any] | None = None, text: str = "{}"
    ) -> None:
        """Put a manifest with a plain text."""
        self.items["snapshot", "version"] = {"version": {"N": str(version)}}
        self.items["snapshot", "body"] = {
            "version": {"N": str(version)},
            "body": {"S": text},
            "lists": {"S": json.dumps(lists or {})},
        }

    def big(self, version: int, name: str, text: str) -> None:
        """Put a manifest whose text is a part."""
        name, slices, size = self.part(name, text)
        self.manifest(version)
        item = self.items["snapshot", "body"]
        del item["body"]
        item |= {"id": {"S": name}, "slices": {"N": str(slices)}}
        item |= {"bytes": {"N": str(size)}}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """The table's stand-in."""
    found = Fake()
    monkeypatch.setattr(reader, "get_item", found)
    return found


@pytest.fixture
def table(fake: Fake) -> TableReader:
    """A reader of a table."""
    environ = {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    client = AwsClient.from_environ("dynamodb", environ)
    return TableReader(client, "canary", clock=fake.clock)


@pytest.fixture
def lists(fake: Fake) -> dict[str, list[Any]]:
    """Two lists in the table."""
    return {sha: fake.part(f"{sha}-x", list_text(ids)) for sha, ids in LISTS.items()}


@pytest.mark.parametrize(("consistent", "mark"), [(True, "!"), (False, "")])
def test_version(
    *, table: TableReader, fake: Fake, consistent: bool, mark: str
) -> None:
    """The version is read from the tiny item, and within a short time."""
    fake.manifest(12)

    assert Version(12) == table.version(consistent=consistent)
    assert [(f"snapshot/version{mark}", VERSION_TIMEOUT)] == fake.asked


def test_marks(table: TableReader, fake: Fake) -> None:
    """The abort marks come with the version, in one read."""
    fake.manifest(12)
    fake.items["snapshot", "version"] |= {"aborted": {"SS": ["shop 12", "office 3"]}}

    assert Version(12, frozenset({"shop 12", "office 3"})) == table.version()
    assert ["snapshot/version"] == fake.since()


@pytest.mark.parametrize(
    "bad", [{"S": "x"}, {"M": {}}, {"SS": "shop 12"}, {"NS": ["12"]}, None]
)
def test_bad_marks(table: TableReader, fake: Fake, bad: Any) -> None:
    """Marks of another type are unknown, and the version counts all the same."""
    fake.manifest(12)
    fake.items["snapshot", "version"] |= {"aborted": bad}

    assert Version(12, None, sound=False) == table.version()


def test_marks_that_are_none(table: TableReader, fake: Fake) -> None:
    """Texts that could not be marks are left out, however many there are."""
    fake.manifest(12)
    junk = ["shop", "shop -1", " 12", "shop \u0661", "x" * 80 + " 1", 12, None]
    junk += [f"{number}" for number in range(5_000)]
    fake.items["snapshot", "version"] |= {"aborted": {"SS": [*junk, "shop 12"]}}

    assert Version(12, frozenset({"shop 12"}), sound=False) == table.version()


def test_a_mark_makes_no_snapshot(table: TableReader, fake: Fake) -> None:
    """Routers may put a mark into an empty table; there is no version by that."""
    for sk in ("version", "body"):
        fake.items["snapshot", sk] = {
            "pk": {"S": "snapshot"},
            "sk": {"S": sk},
            "aborted": {"SS": ["shop 12"]},
        }

    assert table.version() is None
    assert table.body() is None


def test_body(table: TableReader, fake: Fake) -> None:
    """The body comes with its own version, in one read."""
    fake.manifest(12, text='{"a": 1}')

    assert Body(12, '{"a": 1}', {}) == table.body()
    assert [("snapshot/body", BODY_TIMEOUT)] == fake.asked


def test_a_packed_body(table: TableReader, fake: Fake) -> None:
    """A compressed body is one read, too."""
    text = TEXT[:50_000]
    fake.manifest(12)
    item = fake.items["snapshot", "body"]
    del item["body"]
    size = len(text)
    item |= {"data": {"B": pack(text.encode())}, "bytes": {"N": str(size)}}

    assert Body(12, text, {}) == table.body()
    assert ["snapshot/body"] == fake.since()


def test_a_big_body(table: TableReader, fake: Fake) -> None:
    """A big body is read slice by slice."""
    fake.big(12, "a", TEXT)

    assert Body(12, TEXT, {}) == table.body()
    assert ["snapshot/body", "snapshot#a/0000", "snapshot#a/0001"] == fake.since()[:3]


def test_empty_table(table: TableReader, fake: Fake) -> None:
    """A table without a snapshot has neither."""
    assert {} == fake.items
    assert table.version() is None
    assert table.body() is None


def test_lists_are_read_once(
    table: TableReader, fake: Fake, lists: dict[str, list[Any]]
) -> None:
    """A new snapshot costs only the lists that are new in it."""
    fake.manifest(1, {FIRST: lists[FIRST]})
    table.body()
    fake.since()
    fake.manifest(2, lists)

    found = table.body()

    assert found is not None
    assert {sha: frozenset(ids) for sha, ids in LISTS.items()} == found.lists
    assert ["snapshot/body", f"snapshot#{SECOND}-x/0000"] == fake.since()
    fake.manifest(3, {SECOND: lists[SECOND]})
    assert Body(3, "{}", {SECOND: frozenset(LISTS[SECOND])}) == table.body()
    assert ["snapshot/body"] == fake.since()


def test_unnamed_lists_are_dropped(
    table: TableReader, fake: Fake, lists: dict[str, list[Any]]
) -> None:
    """A list that went and came back is read again."""
    fake.manifest(1, lists)
    table.body()
    fake.manifest(2)
    table.body()
    fake.since()
    fake.manifest(3, {FIRST: lists[FIRST]})
    table.body()

    assert ["snapshot/body", f"snapshot#{FIRST}-x/0000"] == fake.since()


def test_a_very_new_slice(table: TableReader, fake: Fake) -> None:
    """A slice that an eventual read does not see yet is asked for strongly."""
    fake.big(12, "a", TEXT)
    fake.lagging = {("snapshot#a", "0000"): None}

    assert Body(12, TEXT, {}) == table.body()
    assert ["snapshot#a/0000", "snapshot#a/0000!"] == fake.since()[1:3]


def test_an_old_manifest(table: TableReader, fake: Fake) -> None:
    """Who sees that a part is gone reads the manifest again, strongly."""
    fake.manifest(12, {FIRST: ["gone", 1, 30]})
    fake.lagging = {("snapshot", "body"): fake.items["snapshot", "body"]}
    fake.big(13, "b", TEXT)

    assert Body(13, TEXT, {}) == table.body()
    assert [
        "snapshot/body",
        "snapshot#gone/0000",
        "snapshot#gone/0000!",
        "snapshot/body!",
        "snapshot#b/0000",
    ] == fake.since()[:5]


def test_a_part_that_is_gone_for_good(table: TableReader, fake: Fake) -> None:
    """A snapshot whose part is missing is refused, by its version."""
    fake.manifest(12, {FIRST: ["gone", 1, 30]})

    with pytest.raises(InvalidSnapshot) as raised:
        table.body()

    assert "snapshot refused: its part gone is gone; apply anew" == str(raised.value)
    assert 12 == raised.value.version
    assert 2 == fake.since().count("snapshot#gone/0000!")


def test_a_slow_table(
    table: TableReader, fake: Fake, lists: dict[str, list[Any]]
) -> None:
    """Parts share one time; lists that came within it are not read again."""
    fake.manifest(12, lists)
    fake.slow = PARTS_TIMEOUT

    with pytest.raises(StoreUnavailable) as raised:
        table.body()

    assert (
        "the table canary took longer than 5.0 s for the parts of the snapshot; it is "
        "asked again" == str(raised.value)
    )
    assert ["snapshot/body", f"snapshot#{FIRST}-x/0000"] == fake.since()
    fake.slow = 0.0
    assert table.body() is not None
    assert ["snapshot/body", f"snapshot#{SECOND}-x/0000"] == fake.since()


@pytest.mark.parametrize(
    "item",
    [
        {"body": {"S": "{}"}},
        {"version": {"N": "0"}},
        {"version": {"N": "1e30"}},
        {"version": {"N": "9" * 38}},
        {"version": {"S": "12"}},
        {"version": {"N": "twelve"}},
        {"version": {"N": None}},
        {"version": None},
    ],
)
def test_bad_version(table: TableReader, fake: Fake, item: Any) -> None:
    """An item that is not one of ours counts as no answer."""
    fake.items["snapshot", "version"] = fake.items["snapshot", "body"] = item

    for read in (table.version, table.body):
        with pytest.raises(StoreUnavailable) as raised:
            read()
        assert "the snapshot's version is not a number" == str(raised.value)


def spoiled() -> Iterator[Any]:
    """Manifests and slices that are not ours, by what is wrong."""
    good = pack(b'["ann"]')
    sha = digest(b'["ann"]')
    names = {"lists": {"S": json.dumps({sha: ["a", 1, 7]})}, "body": {"S": "{}"}}
    yield pytest.param({}, {}, id="no body")
    yield pytest.param({"body": {"B": "x"}}, {}, id="a body of another type")
    yield pytest.param({"body": {"S": "{}"}, "lists": 7}, {}, id="lists")
    yield pytest.param(names, {"S": "x"}, id="a slice of another type")
    yield pytest.param(names, {"B": "x"}, id="no Base64")
    yield pytest.param(names, {"B": good[:-1]}, id="cut off")
    yield pytest.param(names, {"B": pack(bytes(10_000_000))}, id="a bomb")
    yield pytest.param(names, {"B": pack(b'["bob"]')}, id="another list")


@pytest.mark.parametrize(("manifest", "data"), list(spoiled()))
def test_refused(*, table: TableReader, fake: Fake, manifest: Any, data: Any) -> None:
    """What is none of ours is refused whole, by its version."""
    fake.items["snapshot", "body"] = {"version": {"N": "12"}} | manifest
    fake.items["snapshot#a", "0000"] = {"data": data}

    with pytest.raises(InvalidSnapshot, match=r"^snapshot refused: ") as raised:
        table.body()

    assert 12 == raised.value.version


def test_reset(table: TableReader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reset goes to the client, which drops its connections."""
    calls: list[str] = []
    monkeypatch.setattr(AwsClient, "reset", lambda _: calls.append("reset"))

    table.reset()

    assert ["reset"] == calls
