"""What DynamoDB and boto3 raise, in one line that says what to do."""

from __future__ import annotations

import re
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
from botocore.parsers import ResponseParserError

from flags.errors import CommitUnknown, StoreUnavailable, VersionConflict
from flags.store.changes import Commit, SnapshotMoved, Throttled
from flags.store.remedies import (
    THROTTLED,
    code_of,
    first_line,
    refused,
    said_by,
    status_of,
    unreached,
)

CANCELLED = "TransactionCanceledException"
CONDITION_FAILED = "ConditionalCheckFailedException"
_THROTTLED = {"ThrottlingError", "ProvisionedThroughputExceeded"}
# Why a transaction may be cancelled and yet go through when tried again.
_PASSING = {"None", "ConditionalCheckFailed", "TransactionConflict", *_THROTTLED}
# Sent before, and perhaps written.
_UNKNOWN = {"IdempotentParameterMismatchException", "TransactionInProgressException"}
_SERVER_ERROR = 500
# How DynamoDB says that a table's keys have other names or types.
_SHAPE = re.compile(r"key element|key schema|missing the key", re.IGNORECASE)
_UNSENT = (NoCredentialsError, NoRegionError, ParamValidationError)


@contextmanager
def translated(table: str) -> Iterator[None]:
    """Turn what boto3 raises into `StoreUnavailable`."""
    try:
        yield
    except BotoCoreError as error:
        raise StoreUnavailable(unreached(error)) from error
    except ClientError as error:
        raise StoreUnavailable(_remedy(table, error)) from error
    except ResponseParserError as error:
        msg = f"not AWS's answer: {first_line(error)}; look at HTTPS_PROXY"
        raise StoreUnavailable(msg) from error


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
    code = code_of(error)
    if code in THROTTLED:
        raise Throttled from error
    if code == CANCELLED:
        reasons = error.response.get("CancellationReasons", [])
        _explain(commit, reasons)
        busy = any(reason.get("Code") in _THROTTLED for reason in reasons)
        raise (Throttled if busy else SnapshotMoved) from error


def _unanswered(error: BaseException | None) -> bool:
    """Whether the transaction may have been written."""
    if not isinstance(error, ClientError):
        return not isinstance(error, _UNSENT)
    return code_of(error) in _UNKNOWN or status_of(error) >= _SERVER_ERROR


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


def _remedy(table: str, error: ClientError) -> str:
    code, said = code_of(error), said_by(error)
    if known := refused(error, table):
        return known
    if code == "ResourceNotFoundException":
        return f"there is no table {table}: deploy the stack, or check --region"
    if code == "ResourceInUseException":
        return f"the table {table} is being made or deleted; wait for that"
    if code == "ValidationException" and _SHAPE.search(said):
        return (
            f"{table} is another kind of table ({said}): its keys are not pk and sk; "
            "name the router's table or stack"
        )
    return f"DynamoDB answered {code}: {said}; try again"
