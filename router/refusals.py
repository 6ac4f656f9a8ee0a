"""What Lambda's refusals mean: whether the target ran, and whether stable may help.

Laws
1. A target that is listed here certainly did not run; one that is not may have.
2. Stable helps where the alias is at fault. It does not where the request is, and a
   throttle is a message to the source: wait.
3. `AS_THEY_ARE` are known too, and on purpose in no other list.

The codes are those of Invoke in the service's own model, which a test compares, and
those that every service of AWS answers.
"""

from __future__ import annotations

GONE = "gone"
DENIED = "denied"
UNREADY = "unready"
UNREACHED = "unreached"
THROTTLED = "throttled"
TOO_LARGE = "too_large"
INVALID = "invalid"

# Another alias may be there, be allowed, start, or be reached at a second try.
HELPED_BY_STABLE = frozenset({GONE, DENIED, UNREADY, UNREACHED})

# Where Lambda's message may quote the request.
OF_THE_REQUEST = frozenset({TOO_LARGE, INVALID})

CAUSES: dict[str, str] = {
    "ResourceNotFoundException": GONE,
    "AccessDeniedException": DENIED,
    **dict.fromkeys(
        (
            "CodeArtifactUserDeletedException",
            "CodeArtifactUserFailedException",
            "CodeArtifactUserPendingException",
            "EC2AccessDeniedException",
            "EC2ThrottledException",
            "EC2UnexpectedException",
            "EFSMountConnectivityException",
            "EFSMountFailureException",
            "EFSMountTimeoutException",
            "ENILimitReachedException",
            "ENINotReadyException",
            "InvalidRuntimeException",
            "InvalidSecurityGroupIDException",
            "InvalidSubnetIDException",
            "InvalidZipFileException",
            "KMSAccessDeniedException",
            "KMSDisabledException",
            "KMSInvalidStateException",
            "KMSNotFoundException",
            "NoPublishedVersionException",
            "ResourceConflictException",
            "ResourceNotReadyException",
            "RuntimeAliasDeletedException",
            "RuntimeVersionDeletedException",
            "S3FilesMountConnectivityException",
            "S3FilesMountFailureException",
            "S3FilesMountTimeoutException",
            # The hook after the restore failed: the handler never saw the event.
            "SnapStartException",
            "SnapStartNotReadyException",
            "SnapStartRegenerationFailureException",
            "SnapStartTimeoutException",
            "SubnetIPAddressLimitReachedException",
        ),
        UNREADY,
    ),
    **dict.fromkeys(
        (
            "RequestLimitExceeded",
            # A quota is the account's: stable would draw on it too.
            "ServiceQuotaExceededException",
            "ThrottlingException",
            "TooManyRequestsException",
        ),
        THROTTLED,
    ),
    "RequestTooLargeException": TOO_LARGE,
    "SerializedRequestEntityTooLargeException": TOO_LARGE,
    # To stable the same request would be as invalid.
    **dict.fromkeys(
        (
            "ExpiredTokenException",
            "IncompleteSignatureException",
            "InvalidParameterValueException",
            "InvalidRequestContentException",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "UnrecognizedClientException",
            "UnsupportedMediaTypeException",
        ),
        INVALID,
    ),
}

# Ran, or may have: an error inside Lambda or of its file system in mid-run, or an
# execution that goes on under its name.
PERHAPS_RUN = frozenset(
    {
        "DurableExecutionAlreadyStartedException",
        "EFSIOException",
        "ServiceException",
    }
)
# Did not run, and must not: that stable runs instead would undo what they are for.
STOPPED = frozenset({"ModeNotSupportedException", "RecursiveInvocationException"})
AS_THEY_ARE = PERHAPS_RUN | STOPPED

# Answers without a code come from what stands before Lambda: a proxy, say.
_BY_STATUS = {413: "RequestTooLargeException", 429: "TooManyRequestsException"}
_NO_CODE = "UnknownError"
OWN_FAULT = 500


def code_of(code: str, status: int) -> str:
    """The refusal's name; where none was given, the one that its status stands for."""
    if code != _NO_CODE:
        return code
    fallback = "ServiceException" if status >= OWN_FAULT else _NO_CODE
    return _BY_STATUS.get(status, fallback)


def cause_of(code: str, status: int) -> str | None:
    """Why the target certainly did not run; None if it may have, or must not."""
    if code in CAUSES:
        return CAUSES[code]
    return THROTTLED if status == 429 else None  # noqa: PLR2004 - Too Many Requests
