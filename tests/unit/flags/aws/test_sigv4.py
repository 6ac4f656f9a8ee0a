"""Signatures: AWS's published vectors, and botocore as the oracle."""

from __future__ import annotations

import json
import urllib.parse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from flags.aws.credentials import Credentials
from flags.aws.sigv4 import (
    UNSIGNED,
    amz_date,
    canonical_path,
    canonical_query,
    quote,
    sign,
    signing_key,
)

GOLDEN = json.loads(
    (Path(__file__).parents[3] / "golden" / "sigv4" / "aws.json").read_text("utf-8")
)
NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC).timestamp()
HOUR = 3600.0
HOST = "lambda.eu-west-1.amazonaws.com"
KEYS = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key="secret+key/")
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:shop:blue"


def signed(**changes: Any) -> dict[str, str]:
    """Sign a plain call with some of it changed."""
    call: dict[str, Any] = {
        "method": "POST",
        "host": HOST,
        "path": "/",
        "headers": {},
        "body": b"{}",
        "service": "lambda",
        "region": "eu-west-1",
        "credentials": KEYS,
        "now": NOW,
    }
    return sign(**{**call, **changes})


@pytest.mark.parametrize("vector", GOLDEN["vectors"], ids=lambda v: str(v["name"]))
def test_published_vectors(vector: dict[str, Any]) -> None:
    """The signatures of AWS's own test suite come out."""
    headers = signed(
        method=vector.get("method", "GET"),
        host=GOLDEN["host"],
        path=vector.get("path", "/"),
        query=vector.get("query", ()),
        headers=vector.get("headers", {}),
        body=vector.get("body", "").encode(),
        service=GOLDEN["service"],
        region=GOLDEN["region"],
        credentials=Credentials(
            access_key_id=GOLDEN["access_key_id"],
            secret_access_key=GOLDEN["secret_access_key"],
            session_token=vector.get("token"),
        ),
        now=datetime.fromisoformat(GOLDEN["now"]).timestamp(),
    )

    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256 "
        "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={vector['signed']}, Signature={vector['signature']}"
    )


def botocore_authorization(call: dict[str, Any]) -> str:
    """The header that botocore makes of the same call, at the same time."""
    keys: Credentials = call["credentials"]
    request = AWSRequest(
        method=call["method"],
        url=f"https://{call['host']}{call['path']}",
        data=call["body"],
        headers=dict(call["headers"]),
    )
    request.params = call["query"]  # pairs, though typed as a mapping
    request.context["timestamp"] = datetime.fromtimestamp(
        int(call["now"]), UTC
    ).strftime("%Y%m%dT%H%M%SZ")
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    if keys.session_token:
        request.headers["X-Amz-Security-Token"] = keys.session_token
    auth: Any = SigV4Auth(
        BotoCredentials(keys.access_key_id, keys.secret_access_key, keys.session_token),
        call["service"],
        call["region"],
    )
    text = auth.string_to_sign(request, auth.canonical_request(request))
    # `add_auth` would take the time from the clock; this is the rest of it.
    inject = auth._inject_signature_to_request  # noqa: SLF001 - no other way
    inject(request, auth.signature(text, request))
    return str(request.headers["Authorization"])


OURS = {"host", "date", "x-amz-date", "x-amz-security-token", "authorization"}
NAMES = (
    st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,12}", fullmatch=True)
    | st.sampled_from(sorted(UNSIGNED))
).filter(lambda name: name.lower() not in {*OURS, "x-amz-content-sha256"})
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
PATHS = st.one_of(
    st.just(f"/2015-03-31/functions/{ARN}/invocations"),
    st.lists(
        st.text(max_size=8) | st.sampled_from(["", ".", "..", "a:b", "*", "ü ß", "%41"])
    ).map(lambda parts: "/" + "/".join(parts)),
).map(lambda path: urllib.parse.quote(path.encode("utf-8", "ignore")))
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)

CALLS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "PUT"]),
        "host": st.sampled_from([HOST, "127.0.0.1:4566", "dynamodb.cn-north-1.x.cn"]),
        "path": PATHS,
        "query": st.lists(st.tuples(WORDS, WORDS), max_size=4),
        "headers": st.lists(
            st.tuples(NAMES, VALUES), max_size=6, unique_by=lambda pair: pair[0].lower()
        ).map(dict),
        "body": st.binary(max_size=200),
        "service": st.sampled_from(["lambda", "dynamodb"]),
        "region": st.sampled_from(["eu-west-1", "cn-north-1", "us-gov-west-1"]),
        "credentials": st.builds(
            Credentials,
            access_key_id=st.from_regex(r"[A-Z0-9]{16,20}", fullmatch=True),
            secret_access_key=st.from_regex(r"[A-Za-z0-9/+]{1,40}", fullmatch=True),
            session_token=st.none()
            | st.from_regex(r"[a-z0-9/+=]{1,90}", fullmatch=True),
        ),
        "now": st.floats(min_value=946_684_800, max_value=4_070_908_800),
    }
)


@given(call=CALLS)
@settings(deadline=None, max_examples=300)
def test_equals_botocore(call: dict[str, Any]) -> None:
    """Whatever the call, our header and botocore's are the same bytes."""
    assert sign(**call)["authorization"] == botocore_authorization(call)


def test_function_arn_is_encoded_twice() -> None:
    """The colons of an ARN are encoded once on the wire and twice when signed."""
    wire = f"/functions/{quote(ARN)}/invocations"

    assert "arn%3Aaws%3Alambda" in wire
    assert "arn%253Aaws%253Alambda" in canonical_path(wire)


def test_query_is_sorted_by_encoded_name_then_value() -> None:
    """Names and values are encoded first and sorted then; `~` stays, space is %20."""
    pairs = [("b", "2"), ("b", "1"), ("a b", "~"), ("ü", "/")]

    assert canonical_query(pairs) == "%C3%BC=%2F&a%20b=~&b=1&b=2"


def test_no_query_is_empty() -> None:
    """Without a query there is nothing to send."""
    assert canonical_query(()) == ""


def test_unsigned_headers_do_not_change_the_signature() -> None:
    """A proxy may rewrite the trace header, and the signature still holds."""
    with_trace = signed(headers={"X-Amzn-Trace-Id": "Root=1-2-3", "User-Agent": "x"})

    assert with_trace["authorization"] == signed()["authorization"]
    assert with_trace["x-amzn-trace-id"] == "Root=1-2-3"


def test_caller_headers_are_not_changed() -> None:
    """The mapping that was passed in stays as it was."""
    headers = {"X-Canary": "v1"}
    signed(headers=headers)

    assert headers == {"X-Canary": "v1"}


def test_old_authorization_is_replaced() -> None:
    """A request that is signed anew carries the new signature only."""
    again = signed(headers=signed())

    assert again == signed()


def test_repeated_header_is_refused() -> None:
    """Two spellings of one name can't both be signed."""
    with pytest.raises(ValueError, match="repeat a name in another case; keep one"):
        signed(headers={"X-A": "1", "x-a": "2"})


@given(
    text=st.text(st.characters(exclude_categories=["Cs"])),
    safe=st.sampled_from(["", "/"]),
)
def test_quote_is_the_librarys(text: str, safe: str) -> None:
    """Texts are encoded as `urllib.parse` does it, which takes long to import."""
    assert urllib.parse.quote(text, safe=safe) == quote(text, safe)


@given(now=st.integers(946_684_800, 4_070_908_800))
def test_time_is_signed_in_utc(now: int) -> None:
    """The date of a moment is the one in Greenwich."""
    expected = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")

    assert expected == amz_date(now)


def test_signing_key_is_derived_once_a_day() -> None:
    """A day has its key, and so has each region, service and secret."""
    signing_key.cache_clear()
    signed()
    signed(body=b"other", now=NOW + HOUR)
    assert signing_key.cache_info().misses == 1

    signed(now=NOW + 24 * HOUR)
    signed(region="eu-west-2")
    signed(service="dynamodb")
    signed(credentials=Credentials(access_key_id="A", secret_access_key="other"))
    assert signing_key.cache_info().misses == 5
