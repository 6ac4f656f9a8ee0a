"""Signs calls to one service in one region and hands them to the transport."""

from __future__ import annotations

import json
import time

from flags.aws.credentials import Credentials, CredentialSource
from flags.aws.endpoint import Endpoint, resolve
from flags.aws.errors import AwsError, Misconfigured
from flags.aws.sigv4 import Query, canonical_query, quote, sign
from flags.aws.transport import Pending, Request, Response, Transport
from flags.hints import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

USER_AGENT = "flags-aws"
FIRST_ERROR = 400


class AwsClient:
    """A client of one service; safe to keep for the life of the process."""

    def __init__(  # noqa: PLR0913 - what a call needs, each from its own place
        self,
        service: str,
        region: str,
        *,
        endpoint: str | None = None,
        credentials: Callable[[], Credentials],
        transport: Transport,
        now: Callable[[], float],
        environ: Mapping[str, str] = {},
    ) -> None:
        """Without `endpoint` the one that `environ` names, or else AWS's own."""
        self.service = service
        self.region = region
        self.endpoint = (
            Endpoint.parse(endpoint) if endpoint else resolve(service, region, environ)
        )
        self._host = self.endpoint.authority
        self._credentials = credentials
        self._transport = transport
        self._now = now
        self._environ = environ

    @classmethod
    def from_environ(
        cls,
        service: str,
        environ: Mapping[str, str],
        *,
        transport: Transport | None = None,
        credentials: Callable[[], Credentials] | None = None,
        now: Callable[[], float] = time.time,
    ) -> AwsClient:
        """A client as the environment describes it.

        Give the clients of a process one transport and one source of credentials.
        """
        region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
        if not region:
            msg = f"{service} client has no region; set AWS_REGION"
            raise Misconfigured(msg)
        transport = transport or Transport.from_environ(environ)
        source = credentials or CredentialSource(environ, now=now, transport=transport)
        return cls(
            service,
            region,
            credentials=source,
            transport=transport,
            now=now,
            environ=environ,
        )

    def begin(  # noqa: PLR0913 - a request has these parts
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        query: Query = (),
        timeout: float,
    ) -> Pending:
        """Send a request; `path` is percent-encoded, `query` is plain text."""
        path = self.endpoint.prefix + path
        sent = sign(
            method=method,
            host=self._host,
            path=path,
            query=query,
            headers={"user-agent": USER_AGENT, **self._lineage(), **headers},
            body=body,
            service=self.service,
            region=self.region,
            credentials=self._credentials(),
            now=self._now(),
        )
        request = Request(
            endpoint=self.endpoint,
            method=method,
            target=f"{path}?{canonical_query(query)}" if query else path,
            headers=sent,
            body=body,
        )
        return self._transport.begin(request, timeout)

    def warm(self) -> None:
        """Open a connection ahead of the first call."""
        self._transport.warm(self.endpoint)

    def reset(self) -> None:
        """Drop connections and lent keys, as after a restore from a snapshot."""
        self._transport.reset()
        if isinstance(self._credentials, CredentialSource):
            self._credentials.forget()

    def _lineage(self) -> dict[str, str]:
        # By this header Lambda notices that functions call each other in circles.
        trace = self._environ.get("_X_AMZN_TRACE_ID")
        if not trace or "AWS_LAMBDA_FUNCTION_NAME" not in self._environ:
            return {}
        return {"x-amzn-trace-id": quote(trace, safe="-=;:+&[]{}\"',")}


def checked(service: str, response: Response) -> Response:
    """The response if it is a success; raises `AwsError` if it is not."""
    if response.status < FIRST_ERROR:
        return response
    fields = _fields(response.body)
    code = response.headers.get("x-amzn-errortype") or next(
        (fields[name] for name in ("__type", "code", "Code", "Type") if name in fields),
        "UnknownError",
    )
    message = fields.get("message") or fields.get("Message") or "no message"
    raise AwsError(
        response.status,
        # `com.amazonaws.x#Code` and `Code:http://...` are both in use.
        code.partition(":")[0].rpartition("#")[2],
        message,
        service=service,
        request_id=response.headers.get("x-amzn-requestid"),
        body=response.body,
    )


def _fields(body: bytes) -> dict[str, str]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}  # a proxy's page of HTML, say: the status must do
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}
