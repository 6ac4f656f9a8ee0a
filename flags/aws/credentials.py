"""Who signs: the environment, or else the container endpoint that it names.

Lambda puts keys in the environment, and rotates them there: it is read at each
call. With SnapStart it names an endpoint instead; what that answers is kept until
five minutes before it expires.
"""

from __future__ import annotations

from flags.aws.endpoint import Endpoint
from flags.aws.errors import AwsCallError, NoCredentials, TransportError
from flags.aws.transport import Request, Response, Transport
from flags.hints import TYPE_CHECKING
from flags.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RELATIVE_URI = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105 - the variable's name
TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"  # noqa: S105 - same

CONTAINER_HOST = "http://169.254.170.2"
# ECS, EKS over IPv4, EKS over IPv6, and by name what `is_loopback` knows by number.
PLAIN_HOSTS = frozenset(
    {"169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"}
)

REFRESH_BEFORE = 300.0
RETRY_AFTER = 30.0
TIMEOUT = 2.0
ATTEMPTS = 2


class Credentials(Record):
    """Keys of a role or user; secrets don't show in `repr`."""

    hidden = frozenset({"secret_access_key", "session_token"})

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


class Lent(Record):
    """What a container endpoint answered, and until when it holds, as `time.time`."""

    credentials: Credentials
    expires: float


class CredentialSource:
    """Call it for the credentials of this moment; raises `NoCredentials`."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        now: Callable[[], float],
        transport: Transport,
    ) -> None:
        self._environ = environ
        self._now = now
        self._transport = transport
        self._lent: Lent | None = None
        self._ask_from: float | None = None

    def __call__(self) -> Credentials:
        """Credentials that hold at least until the call is over."""
        found = from_environ(self._environ)
        if found is None:
            return self._from_container()
        return found

    def forget(self) -> None:
        """Drop what is kept, as after a restore from a snapshot."""
        self._lent = None
        self._ask_from = None

    def _from_container(self) -> Credentials:
        now = self._now()
        lent = self._lent
        if lent is None or now >= lent.expires:
            lent = self._lent = self._fetch()
            self._ask_from = lent.expires - REFRESH_BEFORE
        elif self._ask_from is not None and now >= self._ask_from:
            try:
                lent = self._lent = self._fetch()
                self._ask_from = lent.expires - REFRESH_BEFORE
            except NoCredentials:
                # What is kept still holds; don't make each call wait in turn.
                self._ask_from = now + RETRY_AFTER
        return lent.credentials

    def _fetch(self) -> Lent:
        request = container_request(self._environ)
        problem = ""
        for _ in range(ATTEMPTS):
            try:
                response = self._transport.begin(request, TIMEOUT).result()
            except TransportError as error:
                problem = f"{error.subject}: {error.problem}"
                continue
            if response.status < 500:  # noqa: PLR2004 - the server's own fault
                return _read(response, str(request.endpoint))
            problem = f"{request.endpoint} answered {response.status}"
        raise NoCredentials(problem)


def from_environ(environ: Mapping[str, str]) -> Credentials | None:
    """The keys in the environment; None if there are none, an error if half."""
    key = environ.get("AWS_ACCESS_KEY_ID")
    secret = environ.get("AWS_SECRET_ACCESS_KEY")
    if not key and not secret:
        return None
    if not key or not secret:
        missing = "AWS_SECRET_ACCESS_KEY" if key else "AWS_ACCESS_KEY_ID"
        problem = f"{missing} is not set though its other half is"
        raise NoCredentials(problem)
    return Credentials(
        access_key_id=key,
        secret_access_key=secret,
        session_token=environ.get("AWS_SESSION_TOKEN") or None,
    )


def container_request(environ: Mapping[str, str]) -> Request:
    """The question to the container endpoint; refuses hosts not to be trusted."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - cost, as in `_read`

    if relative := environ.get(RELATIVE_URI):
        url = CONTAINER_HOST + relative
    elif not (url := environ.get(FULL_URI, "")):
        problem = "none in the environment, and no container endpoint either"
        raise NoCredentials(problem)
    try:
        parts = urlsplit(url)
        endpoint = Endpoint.parse(f"{parts.scheme}://{parts.netloc}")
    except (AwsCallError, ValueError) as error:
        problem = f"container endpoint {url!r} is no URL"
        raise NoCredentials(problem) from error
    if endpoint.scheme != "https" and not _near(endpoint.host):
        # Whoever answers here gives us our identity, and is shown our token.
        problem = f"{FULL_URI} names {endpoint.host}, which is not local; use https"
        raise NoCredentials(problem)
    headers = {"host": endpoint.authority, "accept": "application/json"}
    if token := _token(environ):
        headers["authorization"] = token
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Request(endpoint=endpoint, method="GET", target=target, headers=headers)


def _near(host: str) -> bool:
    if host in PLAIN_HOSTS:
        return True
    import ipaddress  # noqa: PLC0415 - cost, as in `_read`

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _token(environ: Mapping[str, str]) -> str | None:
    path = environ.get(TOKEN_FILE)
    if not path:
        return environ.get(TOKEN)
    try:
        # Read each time: whoever wrote the file also rotates it.
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib's cost
            return file.read().strip()
    except OSError as error:
        problem = f"{TOKEN_FILE} {path!r} can't be read ({error.strerror})"
        raise NoCredentials(problem) from error


def _read(response: Response, subject: str) -> Lent:
    # Most functions never come here.
    import json  # noqa: PLC0415 - cost
    from datetime import UTC, datetime  # noqa: PLC0415 - cost

    if response.status != 200:  # noqa: PLR2004 - anything else is a refusal
        problem = f"{subject} answered {response.status}"
        raise NoCredentials(problem)
    try:
        found = json.loads(response.body)
        expires = datetime.fromisoformat(found["Expiration"])
        return Lent(
            credentials=Credentials(
                access_key_id=found["AccessKeyId"],
                secret_access_key=found["SecretAccessKey"],
                session_token=found.get("Token"),
            ),
            expires=(
                expires if expires.tzinfo else expires.replace(tzinfo=UTC)
            ).timestamp(),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        problem = f"{subject} answered something else than credentials"
        raise NoCredentials(problem) from error
