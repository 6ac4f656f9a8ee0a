"""Reports of use, read from a simulated table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import boto3
import pytest
from moto import mock_aws

from flags.errors import StoreUnavailable
from flags.store.usage import Usage
from tests.contracts.store_contract import make_table

TABLE = "usage-table"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of a table with three days of reports."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with mock_aws():
        client = boto3.client(
            "dynamodb",
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        make_table(client, TABLE)
        for day, flags in (("01", ["a"]), ("02", ["a", "b"]), ("03", [])):
            item: dict[str, Any] = {"pk": {"S": "usage"}, "sk": {"S": f"2026-05-{day}"}}
            client.put_item(
                TableName=TABLE, Item=item | ({"flags": {"SS": flags}} if flags else {})
            )
        yield client


def test_days_are_read_from_a_day_on(client: Any) -> None:
    """The day itself counts, and a day without flags is a day."""
    usage = Usage(client, TABLE).usage(date(2026, 5, 2))

    assert {"2026-05-02": frozenset({"a", "b"}), "2026-05-03": frozenset()} == usage


def test_nothing_reported_is_empty(client: Any) -> None:
    """After the last report there is none."""
    assert {} == Usage(client, TABLE).usage(date(2026, 6, 1))


def test_the_first_day_is_known(client: Any) -> None:
    """How far back reports go; without any they don't."""
    assert date(2026, 5, 1) == Usage(client, TABLE).first()

    for day in ("01", "02", "03"):
        key = {"pk": {"S": "usage"}, "sk": {"S": f"2026-05-{day}"}}
        client.delete_item(TableName=TABLE, Key=key)
    assert Usage(client, TABLE).first() is None


def test_a_table_that_is_gone_says_what_to_do(client: Any) -> None:
    """Errors are those of the store."""
    with pytest.raises(StoreUnavailable, match="there is no table other"):
        Usage(client, "other").usage(date(2026, 5, 1))
