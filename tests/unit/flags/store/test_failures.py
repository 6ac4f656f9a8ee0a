"""What DynamoDB refuses becomes one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ReadTimeoutError,
)
from botocore.stub import Stubber

from flags.errors import CommitUnknown, StoreUnavailable, VersionConflict
from flags.store.changes import Commit, SnapshotMoved, State
from flags.store.dynamodb import DynamoStore
from flags.store.failures import transacted, translated
from flags.testing.commits import change

MOVED = {
    "Code": "ConditionalCheckFailed",
    "Item": {"version": {"N": "7"}},
    "Message": "The conditional request failed",
}
NONE = {"Code": "None"}


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
    return change(State(), {"gift": {"is": "one"}}, token="ours")


def cancelled(stubber: Stubber, *reasons: dict[str, Any]) -> None:
    """Let the next transaction fail for these reasons, one an item."""
    stubber.add_response("get_item", {})
    stubber.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": list(reasons)},
    )
    # It is not in the history either.
    stubber.add_response("get_item", {})


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
    "code",
    [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
    ],
)
def test_throttled(stubbed: tuple[DynamoStore, Stubber], code: str) -> None:
    """A table that is too busy for a change asks for another try, too."""
    store, stubber = stubbed
    stubber.add_response("get_item", {})
    stubber.add_client_error("transact_write_items", code, "slow down")
    stubber.add_response("get_item", {})

    with pytest.raises(SnapshotMoved):
        store.commit(commit())


def test_refused_and_out_of_reach(stubbed: tuple[DynamoStore, Stubber]) -> None:
    """A refusal that can't be looked up in the history is no certain one."""
    store, stubber = stubbed
    stubber.add_response("get_item", {})
    stubber.add_client_error("transact_write_items", "ThrottlingException", "slow")
    stubber.add_client_error("get_item", "ThrottlingException", "slow down")

    with pytest.raises(CommitUnknown, match="slow down"):
        store.commit(commit())


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("InternalServerError", 500),
        ("ServiceUnavailable", 503),
        ("TransactionInProgressException", 400),
        ("IdempotentParameterMismatchException", 400),
    ],
)
def test_perhaps_written(
    stubbed: tuple[DynamoStore, Stubber], code: str, status: int
) -> None:
    """An answer that leaves it open whether the change was written says so."""
    store, stubber = stubbed
    stubber.add_response("get_item", {})
    stubber.add_client_error(
        "transact_write_items", code, "what now", http_status_code=status
    )

    with pytest.raises(CommitUnknown, match=code):
        store.commit(commit())


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ReadTimeoutError(endpoint_url="http://127.0.0.1:9"), CommitUnknown),
        (ConnectionClosedError(endpoint_url="http://127.0.0.1:9"), CommitUnknown),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:9"), CommitUnknown),
        (NoCredentialsError(), StoreUnavailable),
    ],
)
def test_no_answer(error: Exception, expected: type[Exception]) -> None:
    """Without an answer nobody knows, unless nothing can have been sent."""
    with pytest.raises(StoreUnavailable) as raised, transacted("canary", commit()):
        raise error

    assert expected is type(raised.value)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("ResourceNotFoundException", "deploy the stack, or check --region"),
        ("AccessDeniedException", "allow it, or use another role or --profile"),
        ("ResourceInUseException", "wait for that"),
        (
            "SomethingNewException",
            "DynamoDB answered SomethingNewException: no; try again",
        ),
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
            (
                "AWS can't be reached at http://127.0.0.1:9; check the network, "
                "--region and AWS_ENDPOINT_URL"
            ),
        ),
    ],
)
def test_no_way_to_aws(error: Exception, expected: str) -> None:
    """Nor does a machine without credentials, region or network get a traceback."""
    with pytest.raises(StoreUnavailable) as raised, translated("canary"):
        raise error

    assert expected == str(raised.value)
