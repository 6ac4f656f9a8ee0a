"""Lambda Invoke."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from flags.aws.client import AwsClient
from flags.aws.errors import AwsError, ContextTooLarge, InvalidRequest
from flags.aws.invoke import CONTEXT_LIMIT, InvokeAnswer, begin_invoke, encode_context

if TYPE_CHECKING:
    from tests.unit.flags.aws.conftest import Loopback

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:shop-checkout:blue"


@pytest.fixture
def lambdas(loopback: Loopback) -> AwsClient:
    """A client of the server."""
    loopback.answer = lambda seen: loopback.ok(
        seen.body, {"X-Amz-Executed-Version": "12"}
    )
    return AwsClient.from_environ(
        "lambda",
        {
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKID",
            "AWS_SECRET_ACCESS_KEY": "hush",
            "AWS_ENDPOINT_URL": loopback.url,
        },
    )


def test_payload_comes_back_byte_by_byte(lambdas: AwsClient) -> None:
    """What JSON would change stays: spaces, 1.10, a repeated key, no UTF-8."""
    payload = b'{ "a": 1.10, "a": 1e400 }\xff'

    assert begin_invoke(lambdas, ARN, payload, timeout=5).result() == InvokeAnswer(
        status=200,
        function_error=None,
        payload=payload,
        error_type=None,
        executed_version="12",
    )


def test_call_equals_boto3s(lambdas: AwsClient, loopback: Loopback) -> None:
    """boto3, asked the same, sends the same path, query, body and headers."""
    context = '{"custom": {"canary-decision": "v1~shop.canary.3"}}'
    begin_invoke(
        lambdas,
        ARN,
        b"{}",
        qualifier="live",
        client_context=context,
        tenant_id="acme",
        timeout=5,
    ).result()
    boto = boto3.client(
        "lambda",
        region_name="eu-west-1",
        endpoint_url=loopback.url,
        aws_access_key_id="AKID",
        aws_secret_access_key="hush",
        config=Config(retries={"total_max_attempts": 1}),
    )
    boto.invoke(
        FunctionName=ARN,
        Payload=b"{}",
        InvocationType="RequestResponse",
        Qualifier="live",
        ClientContext=base64.b64encode(context.encode()).decode(),
        TenantId="acme",
    )
    boto.close()
    ours, botos = loopback.requests

    assert (ours.method, ours.target) == (botos.method, botos.target)
    assert ours.body == botos.body
    amz = {name for name in botos.headers if name.startswith("x-amz-")} - {"x-amz-date"}
    assert amz >= {"x-amz-invocation-type", "x-amz-client-context", "x-amz-tenant-id"}
    for name in amz:
        assert ours.headers[name] == botos.headers[name]


def test_alias_arn_needs_no_qualifier(lambdas: AwsClient, loopback: Loopback) -> None:
    """The alias is in the ARN, whose colons are encoded."""
    begin_invoke(lambdas, ARN, b"", timeout=5).result()
    (seen,) = loopback.requests

    assert seen.target == (
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012"
        "%3Afunction%3Ashop-checkout%3Ablue/invocations"
    )
    assert seen.headers["x-amz-invocation-type"] == "RequestResponse"
    assert "x-amz-client-context" not in seen.headers
    assert "x-amz-tenant-id" not in seen.headers


def test_name_can_not_leave_its_place_in_the_path(
    lambdas: AwsClient, loopback: Loopback
) -> None:
    """A slash in a name does not make another path."""
    begin_invoke(lambdas, "../x?y", b"", timeout=5).result()

    assert loopback.requests[0].target == (
        "/2015-03-31/functions/..%2Fx%3Fy/invocations"
    )


def test_functions_own_error_is_an_answer(
    lambdas: AwsClient, loopback: Loopback
) -> None:
    """A function that failed has run: its error is data."""
    body = json.dumps({"errorType": "KeyError", "errorMessage": "'x'"}).encode()
    headers = {"X-Amz-Function-Error": "Unhandled", "X-Amz-Executed-Version": "12"}
    loopback.answer = lambda _seen: loopback.ok(body, headers)
    answer = begin_invoke(lambdas, ARN, b"{}", timeout=5).result()

    assert answer.status == 200
    assert answer.function_error == "Unhandled"
    assert answer.payload == body


def test_refusal_is_raised_or_answered(lambdas: AwsClient, loopback: Loopback) -> None:
    """`result` raises what the service refused, `answer` hands it over."""
    body = b'{"Message":"Rate Exceeded.","Reason":"CallerRateLimitExceeded"}'
    headers = {"x-amzn-ErrorType": "TooManyRequestsException:http://internal"}
    loopback.answer = lambda _seen: loopback.ok(body, headers, status=429)
    pending = begin_invoke(lambdas, ARN, b"{}", timeout=5)
    with pytest.raises(AwsError) as caught:
        pending.result()
    answer = pending.answer()

    assert (caught.value.status, caught.value.code) == (429, "TooManyRequestsException")
    assert caught.value.body == body
    assert (answer.status, answer.error_type) == (429, "TooManyRequestsException")
    assert answer.payload == body
    assert len(loopback.requests) == 1


def test_the_end_of_the_log(lambdas: AwsClient, loopback: Loopback) -> None:
    """It comes along only if it was asked for, and is never shown."""
    loopback.answer = lambda seen: loopback.ok(
        seen.body, {"X-Amz-Log-Result": "UkVQT1JU"}
    )
    answer = begin_invoke(lambdas, ARN, b"{}", tail=True, timeout=5).result()
    begin_invoke(lambdas, ARN, b"{}", timeout=5).result()
    asked = [seen.headers.get("x-amz-log-type") for seen in loopback.requests]

    assert asked == ["Tail", None]
    assert answer.log == "UkVQT1JU"
    assert "UkVQT1JU" not in repr(answer)


def test_event_invocation(lambdas: AwsClient, loopback: Loopback) -> None:
    """An asynchronous call is accepted with an empty answer."""
    loopback.answer = lambda _seen: loopback.ok(b"", status=202)
    answer = begin_invoke(
        lambdas, ARN, b"{}", invocation_type="Event", timeout=5
    ).result()

    assert (answer.status, answer.payload) == (202, b"")
    assert loopback.requests[0].headers["x-amz-invocation-type"] == "Event"


def test_two_invocations_overlap(lambdas: AwsClient, loopback: Loopback) -> None:
    """Both targets of a batch run at the same time."""
    pending = [begin_invoke(lambdas, ARN, b"%d" % i, timeout=5) for i in range(2)]

    assert [one.result().payload for one in reversed(pending)] == [b"1", b"0"]
    assert loopback.connections == 2


def test_given_up_invocation_frees_its_connection(
    lambdas: AwsClient, loopback: Loopback
) -> None:
    """A late answer can't reach the next call."""
    begin_invoke(lambdas, ARN, b"old", timeout=5).close()

    assert begin_invoke(lambdas, ARN, b"new", timeout=5).result().payload == b"new"
    assert loopback.connections == 2


def test_context_up_to_the_limit() -> None:
    """Base64 counts, not the JSON; the error says by how much it is too large."""
    longest = CONTEXT_LIMIT // 4 * 3
    assert len(encode_context("x" * longest)) <= CONTEXT_LIMIT
    with pytest.raises(ContextTooLarge) as caught:
        encode_context("x" * (longest + 1))

    assert str(caught.value) == (
        "client context has 3584 bytes of base64 and Lambda takes 3583; "
        "send the call with less of it, or without"
    )
    assert (caught.value.size, caught.value.limit) == (3584, 3583)


def test_tenant_can_not_smuggle_headers(lambdas: AwsClient, loopback: Loopback) -> None:
    """A tenant with a line break is refused before anything is sent."""
    with pytest.raises(InvalidRequest, match="encode it"):
        begin_invoke(lambdas, ARN, b"{}", tenant_id="a\r\nx: y", timeout=5)

    assert loopback.requests == []
