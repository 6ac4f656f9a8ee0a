"""Signature Version 4, for services other than S3.

Laws
1. Pure: no clock, no environment, no I/O; the same arguments, the same signature.
2. The canonical path is the path as sent, encoded once more: a function ARN goes
   over the wire as `arn%3Aaws...` and into the signature as `arn%253Aaws...`.
3. The query is sent in its canonical form, so both sides see the same text.
4. Headers that the way may change (`UNSIGNED`) are sent but not signed. The list is
   botocore's, and the signatures equal botocore's byte by byte.
5. A signing key serves one day, region, service and secret, and is derived once.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from functools import lru_cache
from time import gmtime, strftime

from flags.hints import TYPE_CHECKING

if TYPE_CHECKING:
    from flags.aws.credentials import Credentials

Query = Sequence[tuple[str, str]]

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = frozenset(
    {
        "authorization",
        "baggage",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    }
)


def sign(  # noqa: PLR0913 - all that a signature covers
    *,
    method: str,
    host: str,
    path: str,
    query: Query = (),
    headers: Mapping[str, str],
    body: bytes,
    service: str,
    region: str,
    credentials: Credentials,
    now: float,
) -> dict[str, str]:
    """All headers to send, names in lower case, `authorization` among them.

    `path` is as sent, that is percent-encoded; `query` is plain text, `now` in seconds
    since the epoch.
    """
    moment = amz_date(int(now))
    sent = _with_ours(headers, host, moment, credentials.session_token)
    names = [name for name in sorted(sent) if name not in UNSIGNED]
    signed = ";".join(names)
    lines = [method.upper(), canonical_path(path), canonical_query(query)]
    lines += [f"{name}:{' '.join(sent[name].split())}" for name in names]
    lines += ["", signed, hashlib.sha256(body).hexdigest()]
    request = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    key = signing_key(credentials.secret_access_key, moment[:8], region, service)
    text = f"{ALGORITHM}\n{moment}\n{scope}\n{request}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    sent["authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key_id}/{scope}, "
        f"SignedHeaders={signed}, Signature={signature}"
    )
    return sent


def _with_ours(
    headers: Mapping[str, str], host: str, moment: str, token: str | None
) -> dict[str, str]:
    sent = {name.lower(): value for name, value in headers.items()}
    if len(sent) != len(headers):
        msg = f"headers {sorted(headers)} repeat a name in another case; keep one"
        raise ValueError(msg)
    sent["host"] = host
    sent["x-amz-date"] = moment
    if token:
        sent["x-amz-security-token"] = token
    return sent


@lru_cache(maxsize=4)
def amz_date(now: int) -> str:
    """The second as `20150830T123600Z`."""
    return strftime("%Y%m%dT%H%M%SZ", gmtime(now))


def quote(text: str, safe: str = "") -> str:
    """The text percent-encoded, but for letters, digits, `-._~` and what is safe."""
    kept, raw = _UNRESERVED + safe.encode(), text.encode()
    if not raw.translate(None, kept):
        return text  # as nearly always, and at a tenth of the cost
    return "".join(chr(byte) if byte in kept else f"%{byte:02X}" for byte in raw)


@lru_cache(maxsize=256)
def canonical_path(path: str) -> str:
    """The path without dot segments and double slashes, encoded once more."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in {"", "."}:
            kept.append(part)
    end = "/" if kept and path.endswith("/") else ""
    return quote("/" + "/".join(kept) + end, safe="/")


def canonical_query(query: Query) -> str:
    """The query encoded and sorted: both what is signed and what is sent."""
    if not query:
        return ""
    pairs = sorted((quote(name), quote(value)) for name, value in query)
    return "&".join(f"{name}={value}" for name, value in pairs)


@lru_cache(maxsize=32)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key of one day; few live at a time, for few roles and services."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
