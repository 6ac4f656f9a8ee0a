"""What AWS refuses whatever the service, and boto3 whatever the call: one line each.

Laws
1. A line says what is wrong, then what to do about that very thing: who waits for a
   network that is fine, or tries again with an ended sign-in, was sent the wrong way.
2. One line, whatever AWS or a proxy in between answers, and no secret of this machine:
   the address of a proxy has its password in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore import exceptions as raised
from botocore.exceptions import BotoCoreError, ClientError

_LONGEST = 300
_SERVER_ERROR = 500
DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
    | {"NotAuthorized", "UnauthorizedException", "UnauthorizedOperation"}
)
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "CodeArtifactThrottlingException",
        "EC2ThrottledException",
    }
    | {"PriorRequestNotComplete"}
    | {"ProvisionedThroughputExceededException", "RequestLimitExceeded"}
    | {"RequestThrottled", "RequestThrottledException", "SlowDown", "Throttling"}
    | {"ThrottledException", "ThrottlingException", "TooManyRequestsException"}
)
_ENDED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
_LATE = frozenset({"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"})
_SIGNATURE = frozenset({"InvalidSignatureException", "SignatureDoesNotMatch"})
_UNKNOWN = frozenset(
    {"AuthFailure", "IncompleteSignature", "InvalidAccessKeyId"}
    | {"InvalidClientTokenId", "InvalidToken", "MissingAuthenticationToken"}
    | {"MissingAuthenticationTokenException", "UnrecognizedClientException"}
)
# How AWS says that a signature's time is wrong, not its key.
_TIME = re.compile(r"expired|not yet current|request time|skew", re.IGNORECASE)
_KMS = re.compile(r"^KMS|\b(?i:kms)\b|InaccessibleEncryption")
# Of a page that a proxy answers with.
_TITLE = re.compile(r"<title>(.+?)</title>", re.IGNORECASE | re.DOTALL)
_MAY_NOT = re.compile(
    r"(?:User: )?(?P<who>\S+) is not authorized to perform: (?P<action>[^\s,]+)"
    r"(?: on resource: (?P<what>\S+))?(?P<why> (?:because|with) .*)?"
)


def unreached(error: BotoCoreError) -> str:
    """Why boto3 got no answer, and what to do."""
    for kinds, tell in _UNREACHED:
        if isinstance(error, kinds):
            return tell(_Facts(error))
    return f"AWS can't be reached: {first_line(error)}; check the network"


def refused(error: ClientError, subject: str) -> str | None:
    """Why AWS refuses whoever asks, and what to do; None for a reason of the service.

    `subject` is what it was about: a table, a function, a place of keys.
    """
    code, said = code_of(error), said_by(error)
    if told := _credentials(code, said):
        return told
    if _KMS.search(code) or (code in DENIED and _KMS.search(said)):
        return (
            f"the KMS key of {subject} can't be used: {_denial(error) or said}; ask "
            "whoever owns the key"
        )
    if code in DENIED:
        return (
            f"access to {subject} is denied: {_denial(error) or said}; allow it, or "
            "use another role or --profile"
        )
    if code in THROTTLED:
        return f"AWS throttles {subject} ({code}: {said}); try again in a minute"
    return _in_between(error, subject)


def _credentials(code: str, said: str) -> str | None:
    """What is wrong with the signature of a request, or with whose it is."""
    if code in _LATE or (code in _SIGNATURE and _TIME.search(said)):
        return f"this machine's clock is wrong, AWS says: {said}; set the clock"
    if code in _ENDED:
        return (
            f"the sign-in has ended ({code}): sign in again, by `aws sso login` or "
            "however these credentials came"
        )
    if code in _UNKNOWN or code in _SIGNATURE:
        return (
            f"AWS refuses the credentials ({code}: {said}): sign in again, or look at "
            "--profile and --region"
        )
    return None


def code_of(error: ClientError) -> str:
    """AWS's name for a refusal."""
    return str(error.response.get("Error", {}).get("Code", ""))


def said_by(error: ClientError) -> str:
    """AWS's own words, the first line of them."""
    told = str(error.response.get("Error", {}).get("Message") or code_of(error))
    page = _TITLE.search(told)
    return f"<title>{first_line(page[1])}" if page else first_line(told)


def status_of(error: ClientError) -> int:
    """The HTTP status of a refusal; 0 if nobody knows."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return int(status)


def first_line(text: object) -> str:
    """The first line that says something, of bounded length."""
    lines = (line.strip() for line in str(text).splitlines())
    return next(filter(None, lines), "nothing")[:_LONGEST]


def _denial(error: ClientError) -> str | None:
    """Who may not do what, if AWS says it."""
    found = _MAY_NOT.search(said_by(error))
    if found is None:
        operation = getattr(error, "operation_name", "")
        return f"{operation}: {said_by(error)}" if operation else None
    what = f" on {found['what'].rstrip('.,')}" if found["what"] else ""
    why = f" ({found['why'].strip()})" if found["why"] else ""
    return f"{found['who']} may not {found['action']}{what}{why}"


def _in_between(error: ClientError, subject: str) -> str | None:
    """What doesn't come from the service: a proxy's page, or AWS's own outage."""
    said, status = said_by(error), status_of(error)
    if said.startswith("<") or code_of(error).isdigit():
        return (
            f"something between here and AWS answered for {subject} (HTTP "
            f"{status or code_of(error)}): {said}; look at HTTPS_PROXY and "
            "AWS_ENDPOINT_URL"
        )
    if status >= _SERVER_ERROR:
        return f"AWS fails for {subject} ({code_of(error)}: {said}); try again"
    return None


class _Facts:
    """What boto3 tells with an error."""

    def __init__(self, error: BotoCoreError) -> None:
        self.text = first_line(error)
        self._told: Mapping[str, Any] = getattr(error, "kwargs", {})

    def __getitem__(self, name: str) -> str:
        return first_line(self._told.get(name, "unknown"))

    def host(self, name: str) -> str:
        """An address without the user and the password that may stand in it."""
        parts = urlsplit(self[name])
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


_SIGN_IN = "the sign-in of the profile has ended: run `aws {} login` with that profile"
_Told = tuple[tuple[type[BotoCoreError], ...], Callable[[_Facts], str]]
# A kind that came with a later boto3 is told in boto3's own words by an earlier one.
_LOGIN = tuple(
    getattr(raised, name)
    for name in ("LoginRefreshRequired", "LoginTokenLoadError")
    if hasattr(raised, name)
)
_UNREACHED: tuple[_Told, ...] = (
    (
        (raised.NoCredentialsError,),
        lambda _: "no AWS credentials: run `aws configure sso`, or name a --profile",
    ),
    (
        (raised.PartialCredentialsError,),
        lambda facts: (
            f"AWS credentials of {facts['provider']} without {facts['cred_var']}: "
            "give both, or name a --profile"
        ),
    ),
    (
        (raised.NoRegionError,),
        lambda _: "no AWS region: give --region, or set AWS_REGION",
    ),
    (
        (
            raised.InvalidRegionError,
            raised.UnknownRegionError,
            raised.UnknownEndpointError,
            raised.EndpointProviderError,
        ),
        lambda facts: f"{facts.text}; look at --region and AWS_REGION",
    ),
    (
        (raised.ProfileNotFound,),
        lambda facts: (
            f"there is no AWS profile {facts['profile']}: `aws configure "
            "list-profiles` has those there are; look at --profile and AWS_PROFILE"
        ),
    ),
    (
        (raised.SSOError, raised.TokenRetrievalError, raised.NoAuthTokenError),
        lambda _: _SIGN_IN.format("sso"),
    ),
    (_LOGIN, lambda _: _SIGN_IN.replace("{} ", "")),
    (
        (raised.RefreshWithMFAUnsupportedError,),
        lambda _: "the sign-in with a second factor has ended: run it again",
    ),
    (
        (raised.CredentialRetrievalError, raised.MetadataRetrievalError),
        lambda facts: (
            f"AWS credentials can't be had from {facts['provider']}: "
            f"{facts['error_msg']}; look at the profile"
        ),
    ),
    (
        (raised.ConfigParseError, raised.ConfigNotFound),
        lambda facts: f"{facts['path']} is not a file of AWS profiles; mend it",
    ),
    (
        (raised.ProxyConnectionError,),
        lambda facts: (
            f"the proxy {facts.host('proxy_url')} can't be reached; look at "
            "HTTPS_PROXY and NO_PROXY"
        ),
    ),
    (
        (raised.SSLError,),
        lambda facts: (
            f"the certificate of {facts.host('endpoint_url')} is not trusted: "
            f"{facts['error']}; look at AWS_CA_BUNDLE"
        ),
    ),
    (
        (raised.EndpointConnectionError,),
        lambda facts: (
            f"AWS can't be reached at {facts.host('endpoint_url')}; check the network, "
            "--region and AWS_ENDPOINT_URL"
        ),
    ),
    (
        (
            raised.ConnectTimeoutError,
            raised.ReadTimeoutError,
            raised.ConnectionClosedError,
        ),
        lambda facts: (
            f"no answer from {facts.host('endpoint_url')}; check the network, "
            "then try again"
        ),
    ),
)
