"""What DynamoDB and boto3 raise, in one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
)

from flags.errors import CommitUnknown, StoreUnavailable, VersionConflict
from flags.store.changes import Commit, SnapshotMoved

CANCELLED = "TransactionCanceledException"
CONDITION_FAILED = "ConditionalCheckFailedException"
# Why a transaction may be cancelled and yet go through when tried again.
_PASSING = {
    "None",
    "ConditionalCheckFailed",
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
}
# Refused for now, and not written.
_BUSY = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
}
# Sent before, and perhaps written.
_UNKNOWN = {"IdempotentParameterMismatchException", "TransactionInProgressException"}
_SERVER_ERROR = 500
_UNSENT = (NoCredentialsError, NoRegionError, ParamValidationError)


@contextmanager
def translated(table: str) -> Iterator[None]:
    """Turn what boto3 raises into `StoreUnavailable`."""
    try:
        yield
    except NoCredentialsError as error:
        msg = "no AWS credentials: run `aws configure sso`, or name a --profile"
        raise StoreUnavailable(msg) from error
    except NoRegionError as error:
        msg = "no AWS region: give --region, or set AWS_REGION"
        raise StoreUnavailable(msg) from error
    except BotoCoreError as error:
        msg = f"AWS can't be reached: {error}; check the network, region and profile"
        raise StoreUnavailable(msg) from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise StoreUnavailable(_remedy(code, table, error)) from error


@contextmanager
def transacted(table: str, commit: Commit) -> Iterator[None]:
    """Turn what boto3 raises of a transaction into what a store owes its callers."""
    try:
        with translated(table):
            yield
    except StoreUnavailable as failure:
        error = failure.__cause__
        if isinstance(error, ClientError):
            _refused(commit, error)
        if _unanswered(error):
            raise CommitUnknown(str(failure)) from error
        raise


def _refused(commit: Commit, error: ClientError) -> None:
    """Raise what a refusal means, if it means something to the one who writes."""
    code = error.response["Error"]["Code"]
    if code in _BUSY:
        raise SnapshotMoved from error
    if code == CANCELLED:
        _explain(commit, error.response.get("CancellationReasons", []))
        raise SnapshotMoved from error


def _unanswered(error: BaseException | None) -> bool:
    """Whether the transaction may have been written."""
    if not isinstance(error, ClientError):
        return not isinstance(error, _UNSENT)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error.response["Error"]["Code"] in _UNKNOWN or status >= _SERVER_ERROR


def _explain(commit: Commit, reasons: Sequence[Any]) -> None:
    """Raise what stopped a transaction, unless it is worth trying again."""
    for entry, reason in zip(commit.entries, reasons, strict=False):
        if reason.get("Code") == "ConditionalCheckFailed":
            actual = int(reason.get("Item", {}).get("version", {}).get("N", 0))
            raise VersionConflict(entry.name, entry.version - 1, actual)
    for reason in reasons:
        code = reason.get("Code", "None")
        if code not in _PASSING:
            msg = f"DynamoDB refuses the change: {code}: {reason.get('Message', '')}"
            raise StoreUnavailable(msg)


def _remedy(code: str, table: str, error: ClientError) -> str:
    if code == "ResourceNotFoundException":
        return f"there is no table {table}: deploy the stack, or check --region"
    if code in {"AccessDeniedException", "AccessDenied"}:
        return f"access to {table} is denied: {error}; use a role that may write it"
    if code in {"ExpiredTokenException", "UnrecognizedClientException"}:
        return f"AWS refuses the credentials ({code}): sign in again"
    return f"DynamoDB answered {code}: {error}; try again"
