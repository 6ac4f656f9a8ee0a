"""Signed calls to one service, seen from the server's side."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from flags.aws.client import AwsClient, checked
from flags.aws.credentials import Credentials, CredentialSource
from flags.aws.errors import AwsError, Misconfigured
from flags.aws.transport import Response, Transport

if TYPE_CHECKING:
    from tests.unit.flags.aws.conftest import Loopback, Seen

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC).timestamp()
ENVIRON = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKID",
    "AWS_SECRET_ACCESS_KEY": "hush",
    "AWS_SESSION_TOKEN": "session",
}
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


def client(server: Loopback, **environ: str) -> AwsClient:
    """A client of the server, at a fixed time."""
    merged = {**ENVIRON, "AWS_ENDPOINT_URL": server.url, **environ}
    return AwsClient.from_environ("lambda", merged, now=lambda: NOW)


def call(server: Loopback, **environ: str) -> Seen:
    """Make a call and return what the server saw."""
    pending = client(server, **environ).begin(
        "POST",
        "/functions/a%3Ab/invocations",
        headers={"X-Custom": "two  spaces"},
        query=(("Qualifier", "live:1"),),
        body=b"{}",
        timeout=5,
    )
    pending.result()
    return server.requests[-1]


def test_server_can_verify_the_call(loopback: Loopback) -> None:
    """What arrives carries the signature that botocore computes from it."""
    seen = call(loopback, _X_AMZN_TRACE_ID=TRACE, AWS_LAMBDA_FUNCTION_NAME="router")
    claimed = seen.headers["authorization"]
    names = claimed.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    request = AWSRequest(
        method=seen.method,
        url=f"{loopback.url}{seen.target}",
        data=seen.body,
        headers={name: seen.headers[name] for name in names},
    )
    request.context["timestamp"] = seen.headers["x-amz-date"]
    auth = SigV4Auth(BotoCredentials("AKID", "hush", "session"), "lambda", "eu-west-1")
    text = auth.string_to_sign(request, auth.canonical_request(request))

    assert claimed.endswith(f"Signature={auth.signature(text, request)}")
    assert seen.target == "/functions/a%3Ab/invocations?Qualifier=live%3A1"
    assert {"host", "x-amz-date", "x-amz-security-token", "x-custom"} <= set(names)


def test_lineage_is_sent_unsigned(loopback: Loopback) -> None:
    """Lambda stops circles of calls by the trace header; it is not signed."""
    seen = call(loopback, _X_AMZN_TRACE_ID=TRACE, AWS_LAMBDA_FUNCTION_NAME="router")

    assert seen.headers["x-amzn-trace-id"] == TRACE
    assert "x-amzn-trace-id" not in seen.headers["authorization"]


def test_lineage_is_encoded_as_botocore_does(loopback: Loopback) -> None:
    """A trace that breaks out of its line is encoded."""
    seen = call(loopback, _X_AMZN_TRACE_ID="a\nb c", AWS_LAMBDA_FUNCTION_NAME="router")

    assert seen.headers["x-amzn-trace-id"] == "a%0Ab%20c"


@pytest.mark.parametrize(
    "environ", [{"_X_AMZN_TRACE_ID": TRACE}, {"AWS_LAMBDA_FUNCTION_NAME": "router"}, {}]
)
def test_no_lineage_outside_lambda(loopback: Loopback, environ: dict[str, str]) -> None:
    """Both variables must be there."""
    assert "x-amzn-trace-id" not in call(loopback, **environ).headers


def test_endpoint_prefix_is_part_of_the_path(loopback: Loopback) -> None:
    """A proxy under a path gets the calls under that path."""
    seen = call(loopback, AWS_ENDPOINT_URL_LAMBDA=f"{loopback.url}/proxy/")

    assert seen.target.startswith("/proxy/functions/")


def test_explicit_endpoint_comes_first(loopback: Loopback) -> None:
    """An endpoint that is passed in beats the environment."""
    environ = {**ENVIRON, "AWS_ENDPOINT_URL": loopback.url}
    transport = Transport()
    explicit = AwsClient(
        "lambda",
        "eu-west-1",
        endpoint="http://127.0.0.1:9",
        credentials=CredentialSource(environ, now=lambda: NOW, transport=transport),
        transport=transport,
        now=lambda: NOW,
        environ=environ,
    )

    assert str(explicit.endpoint) == "http://127.0.0.1:9"


def test_clock_of_its_own(loopback: Loopback) -> None:
    """Without a clock the client signs with the time of day."""
    environ = {**ENVIRON, "AWS_ENDPOINT_URL": loopback.url}
    AwsClient.from_environ("lambda", environ).begin(
        "GET", "/", headers={}, timeout=5
    ).result()
    signed = loopback.requests[0].headers["x-amz-date"]
    then = datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    assert abs((datetime.now(UTC) - then).total_seconds()) < 60


def test_warm_opens_the_connection_ahead(loopback: Loopback) -> None:
    """The first call finds a connection."""
    warmed = client(loopback)
    warmed.warm()
    warmed.begin("GET", "/", headers={}, timeout=5).result()

    assert loopback.connections == 1


def test_reset_drops_connections_and_lent_keys(loopback: Loopback) -> None:
    """After a restore from a snapshot both are asked for anew."""
    keys = {
        "AccessKeyId": "AKID",
        "SecretAccessKey": "hush",
        "Expiration": "2026-05-01T13:00:00Z",
    }
    loopback.answer = lambda _seen: loopback.ok(json.dumps(keys).encode())
    lent = client(
        loopback,
        AWS_ACCESS_KEY_ID="",
        AWS_SECRET_ACCESS_KEY="",
        AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{loopback.url}/keys",
    )
    for _ in range(2):
        lent.begin("GET", "/", headers={}, timeout=5).result()
    lent.reset()
    lent.begin("GET", "/", headers={}, timeout=5).result()

    targets = [seen.target for seen in loopback.requests]
    assert targets == ["/keys", "/", "/", "/keys", "/"]
    assert loopback.connections == 2


def test_reset_leaves_other_sources_alone(loopback: Loopback) -> None:
    """Any callable may be the source of credentials."""
    keys = Credentials(access_key_id="AKID", secret_access_key="hush")
    environ = {**ENVIRON, "AWS_ENDPOINT_URL": loopback.url}
    fixed = AwsClient.from_environ("lambda", environ, credentials=lambda: keys)
    fixed.reset()

    assert fixed.begin("GET", "/", headers={}, timeout=5).result().status == 200


def test_region_is_needed() -> None:
    """The message names the variable."""
    with pytest.raises(
        Misconfigured, match="lambda client has no region; set AWS_REGION"
    ):
        AwsClient.from_environ("lambda", {})


def test_default_region_is_enough() -> None:
    """Outside Lambda the other variable is usual."""
    environ = {"AWS_DEFAULT_REGION": "cn-north-1"}

    assert AwsClient.from_environ("lambda", environ).region == "cn-north-1"


@pytest.mark.parametrize(
    ("headers", "body", "code", "message"),
    [
        (
            {},
            {"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"},
            "ResourceNotFoundException",
            "no message",
        ),
        (
            {"x-amzn-errortype": "TooManyRequestsException:http://internal/"},
            {"Message": "Rate Exceeded.", "Type": "User"},
            "TooManyRequestsException",
            "Rate Exceeded.",
        ),
        ({}, {"code": "X", "message": "m"}, "X", "m"),
        ({}, ["no object"], "UnknownError", "no message"),
    ],
)
def test_service_errors_are_raised(
    headers: dict[str, str], body: Any, code: str, message: str
) -> None:
    """Code and message are found wherever the protocol puts them."""
    response = Response(
        status=429,
        headers={**headers, "x-amzn-requestid": "r-1"},
        body=json.dumps(body).encode(),
    )
    with pytest.raises(AwsError) as caught:
        checked("lambda", response)
    error = caught.value

    assert str(error) == f"lambda answered 429 {code}: {message}"
    assert (error.status, error.code, error.message) == (429, code, message)
    assert error.request_id == "r-1"
    assert error.body == response.body


def test_page_of_html_is_an_error_too() -> None:
    """A proxy's page has no code; the status must do."""
    response = Response(status=502, headers={}, body=b"<html>")
    with pytest.raises(AwsError, match="lambda answered 502 UnknownError"):
        checked("lambda", response)


def test_success_passes() -> None:
    """A response under 400 comes back as it is."""
    response = Response(status=200, headers={}, body=b"")

    assert checked("lambda", response) is response
