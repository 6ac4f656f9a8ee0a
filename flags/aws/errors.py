"""Everything that the lean client raises; the caller decides what it means."""

from __future__ import annotations


class AwsCallError(Exception):
    """Root of all errors of the lean client."""


class Misconfigured(AwsCallError):
    """The environment lacks or garbles what a call needs; nothing was sent."""


class NoCredentials(AwsCallError):
    """Nobody says who we are; nothing was sent."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"credentials: {problem}; give the function a role, or set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN "
            "if they are temporary)"
        )
        self.problem = problem


class InvalidRequest(AwsCallError):
    """The request can't be put in words of HTTP; nothing was sent."""


class ContextTooLarge(InvalidRequest):
    """The client context is over Lambda's limit; nothing was sent."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"client context has {size} bytes of base64 and Lambda takes {limit}; "
            "send the call with less of it, or without"
        )
        self.size = size
        self.limit = limit


class TransportError(AwsCallError):
    """No answer came.

    `sent` says whether bytes of the request may have left: if not, the call did
    not happen and may be repeated; if so, only the caller knows whether it may.
    """

    def __init__(
        self, subject: str, problem: str, *, sent: bool, timed_out: bool = False
    ) -> None:
        remedy = (
            "the request was sent, so repeat it only if that does no harm"
            if sent
            else "nothing was sent, so it may be repeated"
        )
        super().__init__(f"{subject}: {problem}; {remedy}")
        self.subject = subject
        self.problem = problem
        self.sent = sent
        self.timed_out = timed_out


class AwsError(AwsCallError):
    """The service answered with an error (status 400 or more)."""

    def __init__(  # noqa: PLR0913 - all that the service said
        self,
        status: int,
        code: str,
        message: str,
        *,
        service: str = "service",
        request_id: str | None = None,
        body: bytes = b"",
    ) -> None:
        super().__init__(f"{service} answered {status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.service = service
        self.request_id = request_id
        self.body = body
