"""What AWS refuses is one line, each in its own words, with what to do about it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as raised
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from flags.errors import StoreUnavailable
from flags.store.failures import translated
from flags.store.remedies import refused

USER = "arn:aws:iam::123456789012:user/ana"
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/flags"
DENIAL = f"User: {USER} is not authorized to perform: "


def answered(code: str, message: str = "no", status: int = 400) -> ClientError:
    """What boto3 makes of a refusal."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "GetItem")


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        (
            "InvalidSignatureException",
            "Signature expired: 20261201T0400Z is now earlier than 20261201T0500Z",
            (
                "this machine's clock is wrong, AWS says: Signature expired: "
                "20261201T0400Z is now earlier than 20261201T0500Z; set the clock"
            ),
        ),
        (
            "InvalidSignatureException",
            "Signature not yet current: 20261201T0500Z is still later than ...",
            "this machine's clock is wrong, AWS says: Signature not yet current",
        ),
        ("SignatureDoesNotMatch", "Signature expired: a", "this machine's clock is"),
        ("RequestTimeTooSkewed", "too large", "this machine's clock is wrong"),
        ("RequestExpired", "Request has expired.", "this machine's clock is wrong"),
        (
            "InvalidSignatureException",
            "The request signature we calculated does not match",
            "AWS refuses the credentials (InvalidSignatureException: The request",
        ),
        ("UnrecognizedClientException", "no", "AWS refuses the credentials (Unrec"),
        ("InvalidClientTokenId", "no", "AWS refuses the credentials (InvalidClient"),
        ("ExpiredTokenException", "no", "the sign-in has ended (ExpiredTokenExcep"),
        ("ExpiredToken", "no", "the sign-in has ended (ExpiredToken): sign in again"),
        (
            "AccessDeniedException",
            f"{DENIAL}dynamodb:GetItem on resource: {TABLE} because no rule says so",
            (
                f"access to flags is denied: {USER} may not dynamodb:GetItem on "
                f"{TABLE} (because no rule says so); allow it, or use another role "
                "or --profile"
            ),
        ),
        (
            "AccessDenied",
            f"{DENIAL}sts:AssumeRole with an explicit deny in a service control policy",
            f"access to flags is denied: {USER} may not sts:AssumeRole (with an exp",
        ),
        ("AccessDenied", "not for you", "access to flags is denied: GetItem: not for"),
        (
            "AccessDeniedException",
            f"{DENIAL}kms:Decrypt on resource: arn:aws:kms:eu-west-1:1:key/k",
            (
                f"the KMS key of flags can't be used: {USER} may not kms:Decrypt on "
                "arn:aws:kms:eu-west-1:1:key/k; ask whoever owns the key"
            ),
        ),
        ("KMSDisabledException", "it is disabled", "the KMS key of flags can't be"),
        (
            "ThrottlingException",
            "Rate exceeded",
            "AWS throttles flags (ThrottlingException: Rate exceeded); try again in a",
        ),
        ("ProvisionedThroughputExceededException", "slow", "AWS throttles flags"),
        ("RequestLimitExceeded", "slow", "AWS throttles flags"),
    ],
)
def test_what_is_refused_whatever_the_service(
    code: str, message: str, told: str
) -> None:
    """Clock, sign-in, credentials, rights, keys and limits are told apart."""
    assert str(refused(answered(code, message), "flags")).startswith(told)


def test_what_a_service_refuses_is_its_own_business() -> None:
    """The one who called it knows what that means."""
    assert refused(answered("ResourceNotFoundException"), "flags") is None


PAGE = "<html>\n<head><title>502\n Bad Gateway</title></head>\n<body>\n\n</body></html>"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            answered("502", PAGE, 502),
            (
                "something between here and AWS answered for flags (HTTP 502): "
                "<title>502; look at HTTPS_PROXY and AWS_ENDPOINT_URL"
            ),
        ),
        (
            answered("Unknown", "<!doctype html>\n<p>\n", 403),
            (
                "something between here and AWS answered for flags (HTTP 403): "
                "<!doctype html>; look at HTTPS_PROXY and AWS_ENDPOINT_URL"
            ),
        ),
        (
            answered("InternalServerError", "oops\nagain", 500),
            "AWS fails for flags (InternalServerError: oops); try again",
        ),
        (
            answered("SomethingNew", "\n\n one\ntwo\n"),
            "DynamoDB answered SomethingNew: one; try again",
        ),
        (
            answered("ValidationException", "Missing the key pk in the item"),
            (
                "flags is another kind of table (Missing the key pk in the item): its "
                "keys are not pk and sk; name the router's table or stack"
            ),
        ),
        (
            ResponseParserError("Unable to parse response:\n<html>"),
            "not AWS's answer: Unable to parse response:; look at HTTPS_PROXY",
        ),
    ],
)
def test_one_line_whatever_is_answered(error: Exception, told: str) -> None:
    """A page of a proxy is not a list of problems."""
    with pytest.raises(StoreUnavailable) as caught, translated("flags"):
        raise error

    assert told == str(caught.value)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            raised.SSOTokenLoadError(error_msg="Token for corp does not exist"),
            (
                "the sign-in of the profile has ended: run `aws sso login` with that "
                "profile"
            ),
        ),
        (raised.UnauthorizedSSOTokenError(), "the sign-in of the profile has ended"),
        (
            raised.TokenRetrievalError(provider="sso", error_msg="Token has expired"),
            "the sign-in of the profile has ended: run `aws sso login`",
        ),
        (raised.RefreshWithMFAUnsupportedError(), "the sign-in with a second factor"),
        (
            raised.ProfileNotFound(profile="nope"),
            "there is no AWS profile nope: `aws configure list-profiles` has those",
        ),
        (
            raised.PartialCredentialsError(provider="env", cred_var="AWS_SECRET"),
            "AWS credentials of env without AWS_SECRET: give both",
        ),
        (
            raised.CredentialRetrievalError(provider="custom", error_msg="a\nb"),
            "AWS credentials can't be had from custom: a; look at the profile",
        ),
        (raised.ConfigParseError(path="/c"), "/c is not a file of AWS profiles"),
        (raised.NoRegionError(), "no AWS region: give --region, or set AWS_REGION"),
        (
            raised.InvalidRegionError(region_name="eu west"),
            "Provided region_name 'eu west' doesn't match a supported format.; look at",
        ),
        (
            raised.ProxyConnectionError(proxy_url="http://me:secret@proxy:8080"),
            "the proxy http://proxy:8080 can't be reached; look at HTTPS_PROXY",
        ),
        (
            raised.SSLError(
                endpoint_url="https://dynamodb.x/", error=OSError("self-signed")
            ),
            "the certificate of https://dynamodb.x is not trusted: self-signed; look",
        ),
        (
            raised.EndpointConnectionError(endpoint_url="https://dynamodb.x/"),
            "AWS can't be reached at https://dynamodb.x; check the network, --region",
        ),
        (
            raised.ReadTimeoutError(endpoint_url="https://dynamodb.x/"),
            "no answer from https://dynamodb.x; check the network",
        ),
        (
            raised.ConnectTimeoutError(endpoint_url="https://dynamodb.x/"),
            "no answer from https://dynamodb.x; check the network",
        ),
        (raised.HTTPClientError(error="odd\nlines"), "AWS can't be reached: An HTTP"),
    ],
)
def test_why_there_is_no_answer(error: BotoCoreError, told: str) -> None:
    """Neither an ended sign-in nor a misspelt profile is the network's fault."""
    with pytest.raises(StoreUnavailable) as caught, translated("flags"):
        raise error

    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
