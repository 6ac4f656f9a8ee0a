"""The shop's functions, each by itself."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from examples.demo.up import SHOP
from flags.store.checks import read_file
from flags.store.syntax import parse
from flags.token import NAME
from tests.unit.examples.conftest import Function

Start = Callable[[str], Function]

TOKEN = "v1~shop.green.3"

THREE = ["GREETING", "PRICE", "SHIPPING"]
CONSTANT = re.compile(rf"^({'|'.join(THREE)}) = .*")


def request(method: str, body: str | None = None, **more: Any) -> dict[str, Any]:
    """A request as an HTTP API hands it over, decided for by the router."""
    return {
        "version": "2.0",
        "headers": {NAME: TOKEN},
        "requestContext": {"http": {"method": method}, "domainName": "api"},
        "body": body,
        "isBase64Encoded": False,
        **more,
    }


def test_a_quote_tells_nobody(start: Start) -> None:
    """A GET is answered with a price, and nothing is sent or kept."""
    checkout = start("checkout")
    answer = checkout.run(request("GET"))
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["total"] == pytest.approx(53.9)
    assert not checkout.aws.sent
    assert not checkout.aws.receipts


def test_the_next_version_ships_for_free(start: Start) -> None:
    """The two versions differ in the price and the greeting."""
    bodies = [
        json.loads(start(name).run(request("GET"))["body"])
        for name in ("checkout", "checkout_next")
    ]
    assert [body["shipping"] for body in bodies] == [4.9, 0.0]
    assert len({body["greeting"] for body in bodies}) == 2


def test_the_versions_differ_in_three_constants() -> None:
    """But for the docstring and three constants the next version is the same code."""
    one, two = (_shape(name) for name in ("checkout", "checkout_next"))
    assert one == two


def _shape(name: str) -> list[str]:
    """The lines of a checkout, without what may differ."""
    _, *lines = (SHOP / name / "app.py").read_text("utf-8").splitlines()
    found = [CONSTANT.sub(r"\1", line) for line in lines]
    assert [line for line in found if line in THREE] == THREE
    return found


def test_an_order_is_told_to_three(start: Start) -> None:
    """A POST goes to email, ledger and analytics, and leaves a receipt."""
    checkout = start("checkout")
    answer = checkout.run(request("POST", '{"user": "ann", "order": "o-1"}'))
    body = json.loads(answer["body"])
    assert (body["order"], body["colour"], body["variant"]) == ("o-1", "green", "green")
    order = {"user": "ann", "order": "o-1", "edge": "green"}
    sent = dict(checkout.aws.sent)
    assert json.loads(sent["sns"]["Message"]) == order
    assert json.loads(sent["sqs"]["MessageBody"]) == order
    detail = json.loads(sent["eventbridge"]["Entries"][0]["Detail"])
    assert detail == {"order": "o-1", "edge": "green"}
    (receipt,) = checkout.aws.receipts
    assert receipt["service"] == "shop-checkout"
    assert receipt["colour"] == receipt["variant"] == "green"


@pytest.mark.parametrize(
    "event",
    [
        request("POST", base64.b64encode(b'{"order": "o-1"}').decode())
        | {"isBase64Encoded": True},
        {
            "httpMethod": "POST",
            "headers": {NAME: TOKEN},
            "requestContext": {},
            "body": '{"order": "o-1"}',
            "isBase64Encoded": False,
        },
    ],
    ids=["base64", "rest"],
)
def test_an_order_in_other_forms(start: Start, event: dict[str, Any]) -> None:
    """A body in base64 and an event of a REST API are understood as well."""
    answer = start("checkout").run(event)
    assert json.loads(answer["body"])["order"] == "o-1"


@pytest.mark.parametrize("body", [None, "", "{", "[1]", "{}", '{"order": 3}'])
def test_a_bad_order_is_refused(start: Start, body: str | None) -> None:
    """What is no order is answered with 400, and nobody is told."""
    checkout = start("checkout")
    assert checkout.run(request("POST", body))["statusCode"] == 400
    assert not checkout.aws.sent
    assert not checkout.aws.receipts


def test_the_door_is_in_the_receipt(start: Start) -> None:
    """A receipt says whether the order came by a function URL."""
    checkout = start("checkout")
    event = request("POST", '{"order": "o-1"}')
    event["requestContext"]["domainName"] = "x.lambda-url.eu-west-1.on.aws"
    checkout.run(event)
    assert checkout.aws.receipts[0]["door"] == "url"


def test_email(start: Start) -> None:
    """Email keeps the colour that ran, the decision carried, and the edge's colour."""
    email = start("email")
    order = {"order": "o-1", "user": "ann", "edge": "green"}
    sns = {
        "Message": json.dumps(order),
        "MessageAttributes": {NAME: {"Type": "String", "Value": TOKEN}},
    }
    email.run({"Records": [{"EventSource": "aws:sns", "Sns": sns}]}, "blue")
    (receipt,) = email.aws.receipts
    assert receipt["colour"] == "blue"
    assert receipt["variant"] == receipt["edge"] == "green"
    # No table is there, so the flag's default comes back.
    assert receipt["gift"] is False


def test_ledger(start: Start) -> None:
    """The ledger books each message by its own decision, and hands back bad ones."""
    ledger = start("ledger")
    bodies = ['{"order": "o-1"}', "{no json", "[]", "{}", '{"order": "o-2"}']
    tokens = ["v1~shop.green.3", TOKEN, TOKEN, TOKEN, "v1~shop.blue.3"]
    records = [
        {
            "messageId": f"m-{number}",
            "body": body,
            "eventSource": "aws:sqs",
            "messageAttributes": {NAME: {"stringValue": token, "dataType": "String"}},
        }
        for number, (body, token) in enumerate(zip(bodies, tokens, strict=True))
    ]
    answer = ledger.run({"Records": records})
    failed = [item["itemIdentifier"] for item in answer["batchItemFailures"]]
    assert failed == ["m-1", "m-2", "m-3"]
    kept = [(r["order"], r["variant"]) for r in ledger.aws.receipts]
    assert kept == [("o-1", "green"), ("o-2", "blue")]


def test_analytics(start: Start) -> None:
    """Analytics reads the decision out of the event's detail."""
    analytics = start("analytics")
    detail = {"order": "o-1", "edge": "green", NAME: TOKEN}
    event = {"source": "shop", "detail-type": "OrderPlaced", "detail": detail}
    analytics.run(event, "green")
    (receipt,) = analytics.aws.receipts
    assert receipt["variant"] == receipt["edge"] == receipt["colour"] == "green"
    assert receipt["user"] is None


@pytest.mark.parametrize("name", ["email", "analytics", "checkout"])
def test_no_user_in_the_log(
    start: Start, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """What a function prints says nothing about who the user is."""
    order = {"order": "o-1", "user": "ann-smith"}
    message = {"Message": json.dumps(order), "MessageAttributes": {}}
    event = request("POST", json.dumps(order)) | {
        "Records": [{"EventSource": "aws:sns", "Sns": message}],
        "detail": order,
    }
    start(name).run(event)
    printed = capsys.readouterr().out
    assert "o-1" in printed
    assert "ann-smith" not in printed


def test_the_rules_are_valid() -> None:
    """The shop's rules pass the checks of `canary apply`."""
    path = SHOP / "canary.yaml"
    rules = read_file(parse(path.read_text("utf-8"), str(path)))
    assert set(rules.flags) == {"shop", "free-gift"}
    assert rules.routing is not None
    assert rules.routing.default == "shop-checkout"
