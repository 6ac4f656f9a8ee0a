"""Somebody who has taken over a router: its role, and calls of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.e2e.broken import zipped
from tests.e2e.conftest import Shop

ROUTER = "canary-router"
# Does what it is told, with the permissions that it has.
BURGLAR = """
import boto3
from botocore.exceptions import ClientError


def handler(event, context):
    print("at work")
    try:
        getattr(boto3.client("dynamodb"), event["call"])(**event["arguments"])
    except ClientError as error:
        return error.response["Error"]["Code"]
"""
Attempt = Callable[[str, Mapping[str, Any]], str | None]


@contextmanager
def burglar(shop: Shop) -> Iterator[Attempt]:
    """A function with the router's role: makes a call, and says how it was refused."""
    functions = shop.system.client("lambda")
    router = functions.get_function_configuration(FunctionName=ROUTER)
    name = {"FunctionName": "e2e-burglar"}
    functions.create_function(
        **name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=router["Role"],
        Code={"ZipFile": zipped(BURGLAR)},
    )
    functions.get_waiter("function_active_v2").wait(**name)

    def attempt(call: str, arguments: Mapping[str, Any]) -> str | None:
        event = json.dumps({"call": call, "arguments": arguments}).encode()
        answer = functions.invoke(**name, Payload=event)
        told = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, told
        return None if told is None else str(told)

    yield attempt
    functions.delete_function(**name)
