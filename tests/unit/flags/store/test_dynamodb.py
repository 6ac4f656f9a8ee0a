"""What DynamoDB refuses becomes one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)
from botocore.stub import Stubber

from flags.errors import StoreUnavailable, VersionConflict
from flags.store.changes import Commit, Edit, Signature, SnapshotMoved, State, plan
from flags.store.dynamodb import DynamoStore, translated

GIFT: dict[str, Any] = {"variants": {"on": True}, "off": "on", "serve": "on"}
MOVED = {
    "Code": "ConditionalCheckFailed",
    "Item": {"version": {"N": "7"}},
    "Message": "The conditional request failed",
}
NONE = {"Code": "None"}
NOBODY = 'Could not connect to the endpoint URL: "http://127.0.0.1:9"'


@pytest.fixture
def stubbed() -> Iterator[tuple[DynamoStore, Stubber]]:
    """A store over a client whose answers are written beforehand."""
    client = boto3.client(
        "dynamodb",
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    with Stubber(client) as stubber:
        yield DynamoStore(client, "canary"), stubber


def commit() -> Commit:
    """A first commit of one flag."""
    edit = Edit(name="gift", body=GIFT, based_on=0, action="apply")
    return plan(State(), [edit], Signature(author="ann"), at="t", salt="s")


def cancelled(stubber: Stubber, *reasons: dict[str, Any]) -> None:
    """Let the next transaction fail for these reasons, one an item."""
    stubber.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": list(reasons)},
    )


def test_conflict(stubbed: tuple[DynamoStore, Stubber]) -> None:
    """A document that moved is a conflict, whatever else moved with it."""
    store, stubber = stubbed
    cancelled(stubber, MOVED, NONE, MOVED, MOVED)

    with pytest.raises(VersionConflict) as raised:
        store.commit(commit())

    assert ("gift", 0, 7) == (
        raised.value.name,
        raised.value.expected,
        raised.value.actual,
    )


@pytest.mark.parametrize(
    "reasons",
    [
        (NONE, NONE, MOVED, MOVED),
        ({"Code": "TransactionConflict"}, NONE, NONE, NONE),
        (NONE, NONE, {"Code": "TransactionConflict"}, NONE),
    ],
)
def test_try_again(
    stubbed: tuple[DynamoStore, Stubber], reasons: tuple[dict[str, Any], ...]
) -> None:
    """Another transaction at the same time asks for another try."""
    store, stubber = stubbed
    cancelled(stubber, *reasons)

    with pytest.raises(SnapshotMoved):
        store.commit(commit())


def test_refused_change(stubbed: tuple[DynamoStore, Stubber]) -> None:
    """What no other try would mend is not tried again."""
    store, stubber = stubbed
    large = {"Code": "ValidationError", "Message": "Item size is too large"}
    cancelled(stubber, NONE, large, NONE, NONE)

    with pytest.raises(StoreUnavailable, match="ValidationError: Item size"):
        store.commit(commit())


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("ResourceNotFoundException", "deploy the stack, or check --region"),
        ("AccessDeniedException", "use a role that may write it"),
        ("ExpiredTokenException", "sign in again"),
        ("UnrecognizedClientException", "sign in again"),
        ("ProvisionedThroughputExceededException", "try again"),
    ],
)
def test_remedies(stubbed: tuple[DynamoStore, Stubber], code: str, remedy: str) -> None:
    """Each error of the service ends in what to do about it."""
    store, stubber = stubbed
    stubber.add_client_error("query", code, "no")

    with pytest.raises(StoreUnavailable) as raised:
        store.history("gift")

    assert str(raised.value).endswith(remedy)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            NoCredentialsError(),
            "no AWS credentials: run `aws configure sso`, or name a --profile",
        ),
        (NoRegionError(), "no AWS region: give --region, or set AWS_REGION"),
        (
            EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
            f"AWS can't be reached: {NOBODY}; check the network, region and profile",
        ),
    ],
)
def test_no_way_to_aws(error: Exception, expected: str) -> None:
    """Nor does a machine without credentials, region or network get a traceback."""
    with pytest.raises(StoreUnavailable) as raised, translated("canary"):
        raise error

    assert expected == str(raised.value)
