"""What Lambda and boto3 raise, in one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from flags.errors import FlagsError, StoreUnavailable
from flags.store.failures import translated
from flags.store.remedies import DENIED, THROTTLED, code_of, refused, said_by

# Another update is under way, or came first.
_CONFLICTS = frozenset(
    {"ConflictException", "PreconditionFailedException", "ResourceConflictException"}
)
_LOST = frozenset(
    {"ProvisionedConcurrencyConfigNotFoundException", "ResourceNotFoundException"}
)


class Conflict(FlagsError):
    """Somebody else changed the function or the alias since it was read."""

    exit_code = 4


class NoFunction(FlagsError):
    """There is no such function, version or alias."""

    exit_code = 3


class LambdaUnavailable(StoreUnavailable):
    """Lambda can't be asked, or refuses; the message says what to do."""


class Throttled(LambdaUnavailable):
    """Lambda has too many requests of this account; boto3 has tried again already."""


class NotReady(LambdaUnavailable):
    """An update of the function failed, or doesn't end."""


@contextmanager
def asked(subject: str) -> Iterator[None]:
    """Turn what boto3 raises about a function into an error of ours."""
    with translated(subject):
        try:
            yield
        except ClientError as error:
            raise _ours(subject, error) from error


def _ours(subject: str, error: ClientError) -> FlagsError:
    code = code_of(error)
    said = said_by(error)
    if code in _LOST:
        return NoFunction(f"{subject}: {said}; look at --region and --profile")
    if code in _CONFLICTS:
        return Conflict(f"{subject}: {said}; look at what changed, then try again")
    known = refused(error, subject)
    if known and code in THROTTLED:
        return Throttled(known)
    if known and code in DENIED:
        return LambdaUnavailable(f"{known} (docs/publishing.md lists what it takes)")
    return LambdaUnavailable(known or f"{subject}: Lambda answered {code}: {said}")
