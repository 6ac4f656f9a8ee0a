"""No door that nobody asked for, and nothing that isn't encrypted."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from examples.demo.emulator import ROOT
from tests.packaging.resolved import Stack
from tests.packaging.test_template import Loader

pytestmark = pytest.mark.packaging

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234"
OURS = {"Ref": "EncryptionKeyArn"}
WEB = (
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::Lambda::Url",
)


def stack(**given: str) -> Stack:
    """Our template with these parameters."""
    text = (ROOT / "template.yaml").read_text("utf-8")
    return Stack(yaml.load(text, Loader), **given)  # noqa: S506 - a SafeLoader


def callers(made: Stack) -> set[str]:
    """Whom permissions of their own let call the router."""
    return {it["Principal"] for it in made.of("AWS::Lambda::Permission").values()}


def test_no_door_by_itself() -> None:
    """Deployed as it is, nothing can be called over HTTP, and no permission says so."""
    made = stack()

    assert made.of(*WEB) == {}
    assert callers(made) == set()


@pytest.mark.parametrize(
    ("access", "authorization"),
    [("iam", "AWS_IAM"), ("jwt", "JWT"), ("public", "NONE")],
)
def test_an_http_api_on_request(access: str, authorization: str) -> None:
    """Open to whom the parameter says, throttled, and with a log of its own."""
    made = stack(HttpApiAccess=access)
    (route,) = made.of("AWS::ApiGatewayV2::Route").values()
    (stage,) = made.of("AWS::ApiGatewayV2::Stage").values()
    authorizers = made.of("AWS::ApiGatewayV2::Authorizer")

    assert authorization == route["AuthorizationType"]
    assert ("AuthorizerId" in route) == bool(authorizers) == (access == "jwt")
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "HttpApiRate"},
        "ThrottlingBurstLimit": {"Ref": "HttpApiBurst"},
    }
    assert stage["AccessLogSettings"]["DestinationArn"] == {"GetAtt": "HttpLogs.Arn"}
    assert callers(made) == {"apigateway.amazonaws.com"}
    assert made.of("AWS::Lambda::Url") == {}


@pytest.mark.parametrize(
    ("access", "kind", "everybody"),
    [("iam", "AWS_IAM", set()), ("public", "NONE", {"*"})],
)
def test_a_function_url_on_request(access: str, kind: str, everybody: set[str]) -> None:
    """Everybody may call it only if the parameter says so."""
    made = stack(FunctionUrlAccess=access)
    (url,) = made.of("AWS::Lambda::Url").values()

    assert kind == url["AuthType"]
    assert everybody == callers(made)
    assert made.of("AWS::ApiGatewayV2::Api") == {}


def test_outputs_of_doors_that_are_not_there() -> None:
    """An address is told under the condition of what it is of."""
    text = (ROOT / "template.yaml").read_text("utf-8")
    outputs = yaml.load(text, Loader)["Outputs"]  # noqa: S506 - a SafeLoader

    assert outputs["HttpApiUrl"]["Condition"] == "HasHttpApi"
    assert outputs["FunctionUrl"]["Condition"] == "HasUrl"


def keys(made: Stack) -> dict[str, Any]:
    """By which key each thing that keeps data is encrypted; None if none is named."""
    found = {
        name: properties.get("KmsMasterKeyId", properties.get("KmsKeyId"))
        for name, properties in made.of(
            "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Logs::LogGroup"
        ).items()
    }
    tables = made.of("AWS::DynamoDB::Table").items()
    return found | {
        name: table["SSESpecification"].get("KMSMasterKeyId") for name, table in tables
    }


def test_everything_is_encrypted_by_itself() -> None:
    """Topics with AWS's key, queues with theirs, the table with DynamoDB's."""
    made = stack(HttpApiAccess="public")

    assert made.of("AWS::SNS::Topic") == {"Topic": {"KmsMasterKeyId": "alias/aws/sns"}}
    assert {True} == {
        queue.get("SqsManagedSseEnabled")
        for queue in made.of("AWS::SQS::Queue").values()
    }
    assert made.resources["FlagTable"]["Properties"]["SSESpecification"] == {
        "SSEEnabled": True
    }
    assert "UseKey" not in made.resources


def test_a_key_of_ones_own() -> None:
    """All that keeps data has it; roles may use it through two services only."""
    made = stack(HttpApiAccess="public", EncryptionKeyArn=KEY)
    use = made.resources["UseKey"]["Properties"]
    (statement,) = use["PolicyDocument"]["Statement"]

    assert {*map(str, keys(made).values())} == {str(OURS)}
    assert len(keys(made)) == 9
    assert not [
        name
        for name, queue in made.of("AWS::SQS::Queue").items()
        if "SqsManagedSseEnabled" in queue
    ]
    assert statement["Resource"] == OURS
    assert "kms:ViaService" in statement["Condition"]["StringEquals"]
    assert use["Roles"] == [{"Ref": "RouterRole"}, {"Ref": "ControllerRole"}]


def test_reserved_concurrency_on_request() -> None:
    """None by itself: accounts with little would miss it elsewhere."""
    name = "ReservedConcurrentExecutions"

    assert name not in stack().resources["RouterFunction"]["Properties"]
    made = stack(RouterConcurrency="50").resources["RouterFunction"]["Properties"]
    assert made[name] == {"Ref": "RouterConcurrency"}


def test_tokens_need_an_issuer_and_an_audience() -> None:
    """With one of them missing nothing is deployed, and it is told which."""
    text = (ROOT / "template.yaml").read_text("utf-8")
    rule = yaml.load(text, Loader)["Rules"]["JwtNeedsIssuerAndAudience"]  # noqa: S506 - a SafeLoader

    assert rule["RuleCondition"] == {"Equals": [{"Ref": "HttpApiAccess"}, "jwt"]}
    assert [
        {"Not": [{"Equals": [{"Ref": name}, ""]}]}
        for name in ("HttpApiIssuer", "HttpApiAudience")
    ] == [assertion["Assert"] for assertion in rule["Assertions"]]
