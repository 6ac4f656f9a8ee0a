"""What goes wrong behind the router comes out in front of it, and only there."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from examples.demo.up import SHOP, deploy_next
from tests.e2e.conftest import Shop, wait_for

pytestmark = pytest.mark.e2e

BROKEN = "def handler(event, context):\n    raise ValueError('out of stock')\n"


def test_a_broken_canary_hits_its_own_users(half: Shop) -> None:
    """An error of green is green's users' error; blue's users notice nothing."""
    blue, green = half.user("blue"), half.user("green")
    functions = half.system.client("lambda")
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("app.py", BROKEN)
    name = "shop-checkout"
    functions.update_function_code(FunctionName=name, ZipFile=broken.getvalue())
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(FunctionName=name, Name="green", FunctionVersion=version)
    try:
        assert half.doors.ask(headers={"x-user-id": green}).status >= 500
        assert half.colour(blue) == "blue"
    finally:
        deploy_next(functions, SHOP / "checkout_next")
    assert half.colour(green) == "green"


def test_the_error_of_a_target_is_the_callers(shop: Shop) -> None:
    """Whoever invokes the router gets the target's error, not one of the router's."""
    answer = shop.system.client("lambda").invoke(
        FunctionName=shop.system.outputs["RouterFunctionArn"],
        Payload=json.dumps({"requestContext": []}).encode(),
    )
    assert answer["FunctionError"] == "Unhandled"
    error = json.loads(answer["Payload"].read())
    assert "'list' object has no attribute 'get'" in error["errorMessage"]


def test_a_poisoned_message_ends_in_the_dead_letter_queue(half: Shop) -> None:
    """A message that can't be booked is tried again and put aside; others succeed."""
    sqs, outputs = half.system.client("sqs"), half.system.outputs
    url, aside = outputs["QueueUrl"], outputs["DeadLetterQueueUrl"]
    was = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    # Three minutes between attempts are right for production.
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    try:
        orders = half.orders([f"user-{number}" for number in range(9)])
        poison = {"Id": "poison", "MessageBody": "{no json"}
        good = [{"Id": o.id, "MessageBody": o.text()} for o in orders]
        sqs.send_message_batch(QueueUrl=url, Entries=[*good[:4], poison, *good[4:]])
        half.receipts(orders, "shop-ledger")
        held: list[str] = []

        def put_aside() -> bool:
            answer = sqs.receive_message(QueueUrl=aside, WaitTimeSeconds=0)
            held.extend(message["Body"] for message in answer.get("Messages", ()))
            return bool(held)

        wait_for(put_aside, 30)
        assert held == ["{no json"]
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=was["Attributes"])
