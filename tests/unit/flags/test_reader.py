"""Snapshots out of a table's answers, and what a bad table becomes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from flags import reader
from flags.aws.client import AwsClient
from flags.aws.errors import AwsCallError
from flags.errors import StoreUnavailable
from flags.reader import BODY_TIMEOUT, VERSION_TIMEOUT, TableReader

KEYS = ["pk", "sk"]


@dataclass(slots=True)
class Fake:
    """Stands in for the call to DynamoDB."""

    item: Any = None
    error: AwsCallError | None = None
    asked: list[Any] = field(default_factory=list)

    def __call__(self, _client: AwsClient, *what: Any, **how: Any) -> Any:
        """Note the question; answer or fail."""
        self.asked.append((*what, how))
        if self.error:
            raise self.error
        return self.item


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """The table's stand-in."""
    found = Fake()
    monkeypatch.setattr(reader, "get_item", found)
    return found


@pytest.fixture
def table() -> TableReader:
    """A reader of a table."""
    return TableReader.from_environ(
        {
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        },
        "canary",
    )


@pytest.mark.parametrize("consistent", [True, False])
def test_version(*, table: TableReader, fake: Fake, consistent: bool) -> None:
    """The version is read from the tiny item, and within a short time."""
    fake.item = {"version": {"N": "12"}}

    assert 12 == table.version(consistent=consistent)
    key = {"pk": "snapshot", "sk": "version"}
    how = {"consistent": consistent, "timeout": VERSION_TIMEOUT}
    assert [("canary", key, how)] == fake.asked


def test_body(table: TableReader, fake: Fake) -> None:
    """The body comes with its own version."""
    fake.item = {"version": {"N": "12"}, "body": {"S": json.dumps({"a": 1})}}

    assert (12, '{"a": 1}') == table.body()
    key = {"pk": "snapshot", "sk": "body"}
    assert [("canary", key, {"consistent": False, "timeout": BODY_TIMEOUT})] == (
        fake.asked
    )


def test_empty_table(table: TableReader, fake: Fake) -> None:
    """A table without a snapshot has neither."""
    assert fake.item is None
    assert table.version() is None
    assert table.body() is None


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"version": {"S": "12"}},
        {"version": {"N": "twelve"}},
        {"version": {"N": None}},
        {"version": None},
    ],
)
def test_bad_version(table: TableReader, fake: Fake, item: Any) -> None:
    """An item that is not one of ours counts as no answer."""
    fake.item = item

    with pytest.raises(StoreUnavailable) as raised:
        table.version()

    assert "the snapshot's version is not a number" == str(raised.value)


@pytest.mark.parametrize("body", [{}, {"body": {"B": "x"}}, {"body": None}])
def test_bad_body(table: TableReader, fake: Fake, body: Any) -> None:
    """A body that is no text counts as no answer."""
    fake.item = {"version": {"N": "12"}, **body}

    with pytest.raises(StoreUnavailable) as raised:
        table.body()

    assert "the snapshot has no body" == str(raised.value)
