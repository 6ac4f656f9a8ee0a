"""What Lambda and boto3 raise, in one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from flags.errors import FlagsError, StoreUnavailable
from flags.store.failures import translated

THROTTLED = frozenset(
    {
        "CodeArtifactThrottlingException",
        "ThrottlingException",
        "Throttling",
        "TooManyRequestsException",
    }
)
# Another update is under way, or came first.
_CONFLICTS = frozenset(
    {"ConflictException", "PreconditionFailedException", "ResourceConflictException"}
)
_LOST = frozenset(
    {"ProvisionedConcurrencyConfigNotFoundException", "ResourceNotFoundException"}
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})


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


def code_of(error: ClientError) -> str:
    """Lambda's name for a refusal."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _ours(subject: str, error: ClientError) -> FlagsError:
    code = code_of(error)
    said = error.response.get("Error", {}).get("Message", "") or code
    if code in _LOST:
        return NoFunction(f"{subject}: {said}; look at --region and --profile")
    if code in _CONFLICTS:
        return Conflict(f"{subject}: {said}; look at what changed, then try again")
    if code in THROTTLED:
        return Throttled(f"{subject}: {said}; try again in a minute")
    if code in _DENIED:
        return LambdaUnavailable(
            f"{subject}: {said}; use a role that may (docs/publishing.md lists what)"
        )
    if code in {"ExpiredTokenException", "UnrecognizedClientException"}:
        return LambdaUnavailable(f"AWS refuses the credentials ({code}): sign in again")
    return LambdaUnavailable(f"{subject}: Lambda answered {code}: {said}")
