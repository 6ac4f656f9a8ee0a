"""By rule, an Invoke goes straight to the alias that the decision names."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from flags import propagation
from flags.current import set_current
from flags.propagation.boto import carrying
from flags.token import Token

HERE = "arn:aws:lambda:eu-west-1:123456789012:function:"
GREEN = f"{HERE}checkout:green"
BLUE = f"{HERE}checkout:blue"


@pytest.fixture(autouse=True)
def _rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_DIRECT_TARGETS", f" {BLUE}, {GREEN},nonsense,")
    monkeypatch.setenv(
        "CANARY_DIRECT_RELEASES",
        "checkout=shop, checkout@shop-router=shop, ledger=shop, =, x=, other=rest, "
        "checkout@edge:live=shop",
    )


def called(current: str = "v1~shop.green.12", **params: Any) -> Any:
    """The function that is called while this is current."""
    set_current(Token.parse(current))
    sent = carrying("lambda", "Invoke", params)
    assert sent.get("Qualifier") == params.get("Qualifier")
    return sent["FunctionName"]


@pytest.mark.parametrize("kind", ["RequestResponse", "Event"])
@pytest.mark.parametrize(
    "callee", ["checkout", f"{HERE}checkout", "shop-router", f"{HERE}shop-router"]
)
def test_straight_to_the_alias(callee: str, kind: str) -> None:
    """The service, or the router that stands for it, is called by the alias."""
    assert GREEN == called(FunctionName=callee, InvocationType=kind)
    assert BLUE == called("v1~shop.blue.12", FunctionName=callee, InvocationType=kind)


@pytest.mark.parametrize(
    "params",
    [
        {"FunctionName": "edge:live"},
        {"FunctionName": f"{HERE}edge:live"},
        {"FunctionName": "edge", "Qualifier": "live"},
        {"FunctionName": f"{HERE}edge", "Qualifier": "live"},
    ],
)
def test_a_callee_with_its_qualifier(params: dict[str, Any]) -> None:
    """A router is called by its alias: the setting names it with that."""
    set_current(Token.parse("v1~shop.green.12"))
    sent = carrying("lambda", "Invoke", params)
    assert GREEN == sent["FunctionName"]
    assert "Qualifier" not in sent


@pytest.mark.parametrize(
    ("params", "token"),
    [
        ({"FunctionName": "checkout", "Qualifier": "live"}, "v1~shop.green.12"),
        ({"FunctionName": "checkout", "Qualifier": "$LATEST"}, "v1~shop.green.12"),
        ({"FunctionName": f"{HERE}checkout:blue"}, "v1~shop.green.12"),
        ({"FunctionName": "checkout:blue"}, "v1~shop.green.12"),
        ({"FunctionName": "123456789012:checkout"}, "v1~shop.green.12"),
        (
            {"FunctionName": f"{HERE}checkout".replace("1234", "9999")},
            "v1~shop.green.12",
        ),
        ({"FunctionName": "edge"}, "v1~shop.green.12"),
        ({"FunctionName": "edge:other"}, "v1~shop.green.12"),
        ({"FunctionName": "edge:live", "Qualifier": "live"}, "v1~shop.green.12"),
        ({"FunctionName": "unknown"}, "v1~shop.green.12"),
        ({"FunctionName": "ledger"}, "v1~shop.green.12"),
        ({"FunctionName": "other"}, "v1~shop.green.12"),
        ({"FunctionName": "checkout"}, "v1~shop.red.12"),
        ({"FunctionName": "checkout"}, "v1~search.green.12"),
        ({"FunctionName": "checkout", "InvocationType": "DryRun"}, "v1~shop.green.12"),
        (
            {"FunctionName": "checkout", "Payload": io.BytesIO(b"{}")},
            "v1~shop.green.12",
        ),
        ({"FunctionName": None}, "v1~shop.green.12"),
        ({"FunctionName": 7}, "v1~shop.green.12"),
    ],
)
def test_as_the_caller_says(params: dict[str, Any], token: str) -> None:
    """What names an alias, is unknown or undecided goes where the caller sends it."""
    assert params["FunctionName"] == called(token, **params)


def test_overrides() -> None:
    """A tester's override goes by the router, which checks its seal."""
    override = f"v1~shop.green.o.k1.1800000000.{'0' * 16}.{'0' * 32}"
    assert Token.parse(override)

    assert "shop-router" == called(override, FunctionName="shop-router")


def test_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the settings nothing goes elsewhere."""
    monkeypatch.delenv("CANARY_DIRECT_RELEASES")
    assert "checkout" == called(FunctionName="checkout")
    monkeypatch.delenv("CANARY_DIRECT_TARGETS")
    assert "checkout" == called(FunctionName="checkout")


BESIDE = base64.b64encode(b'{"custom":{"canary-decision":"v1~shop.green.12"}}').decode()


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException"])
@pytest.mark.parametrize("place", [{}, {"Qualifier": "live"}])
def test_no_way_through(aws: Any, code: str, place: dict[str, str]) -> None:
    """An alias that is gone or forbidden: the caller's way, with the decision."""
    callee = {"FunctionName": "edge" if place else "checkout", **place}
    client = aws("lambda")
    with Stubber(client) as stubber:
        stubber.add_client_error(
            "invoke",
            code,
            expected_params={"FunctionName": GREEN, "ClientContext": BESIDE},
        )
        stubber.add_response(
            "invoke", {"StatusCode": 200}, {**callee, "ClientContext": BESIDE}
        )
        answer = client.invoke(**callee)
        stubber.assert_no_pending_responses()

    assert 200 == answer["StatusCode"]
    assert not propagation.skipped


@pytest.mark.usefixtures("decided")
def test_no_way_through_with_a_decision(aws: Any) -> None:
    """What is refused there for what is in it goes as the caller made it."""
    client = aws("lambda")
    with Stubber(client) as stubber:
        stubber.add_client_error("invoke", "ResourceNotFoundException")
        stubber.add_client_error("invoke", "InvalidRequestContentException")
        stubber.add_response(
            "invoke", {"StatusCode": 200}, {"FunctionName": "checkout"}
        )
        client.invoke(FunctionName="checkout")
        stubber.add_client_error("invoke", "ResourceNotFoundException")
        stubber.add_client_error("invoke", "ResourceNotFoundException")
        with pytest.raises(ClientError, match="ResourceNotFound"):
            client.invoke(FunctionName="checkout")
        stubber.assert_no_pending_responses()

    assert {"lambda": 1} == propagation.skipped


@pytest.mark.usefixtures("decided")
def test_a_client_of_another_region(aws: Any) -> None:
    """A bare name is one of the client's region, where the alias is not."""
    there = aws("lambda", region_name="us-east-1")
    with Stubber(there) as stubber:
        sent = {"FunctionName": "checkout", "ClientContext": BESIDE}
        stubber.add_response("invoke", {"StatusCode": 200}, sent)
        assert 200 == there.invoke(FunctionName="checkout")["StatusCode"]


@pytest.mark.usefixtures("decided")
def test_the_callers_own_mistakes(aws: Any) -> None:
    """What the caller may not call is not called twice."""
    client = aws("lambda")
    with Stubber(client) as stubber:
        stubber.add_client_error("invoke", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            client.invoke(FunctionName="unknown")
