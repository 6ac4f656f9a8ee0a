"""The shop's functions, with AWS played by fakes."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import boto3
import pytest

from examples.demo.up import SHOP

ARN = "arn:aws:lambda:us-east-1:000000000000:function:shop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What Lambda hands to a handler."""

    invoked_function_arn: str


@dataclass(slots=True)
class Aws:
    """Notes what is sent, and the receipts that are written."""

    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)

    def publish(self, **message: Any) -> None:
        """SNS."""
        self.sent.append(("sns", message))

    def send_message(self, **message: Any) -> None:
        """SQS."""
        self.sent.append(("sqs", message))

    def put_events(self, **message: Any) -> None:
        """EventBridge."""
        self.sent.append(("eventbridge", message))

    def Table(self, name: str) -> Self:  # noqa: N802 - boto3's name
        """DynamoDB."""
        assert name == "receipts"
        return self

    def put_item(self, *, Item: dict[str, Any]) -> None:  # noqa: N803 - boto3's name
        """DynamoDB."""
        self.receipts.append(Item)

    def batch_writer(self, **_: Any) -> Self:
        """DynamoDB."""
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the shop, freshly started."""

    handler: Callable[[Any, Any], Any]
    aws: Aws

    def run(self, event: Any, colour: str = "green") -> Any:
        """Invoke one of its aliases."""
        return self.handler(event, Context(invoked_function_arn=f"{ARN}:{colour}"))


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Function]:
    """Starts a function of the shop by the name of its folder."""
    aws = Aws()
    monkeypatch.setattr(boto3, "client", lambda _: aws)
    monkeypatch.setattr(boto3, "resource", lambda _: aws)
    names = ("TOPIC_ARN", "QUEUE_URL", "EVENT_BUS_NAME", "CANARY_TABLE")
    for name in names:
        monkeypatch.setenv(name, name.lower())
    monkeypatch.setenv("RECEIPTS_TABLE", "receipts")
    # Where nobody listens: the flag table can't be read.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for name in ("AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")

    def start(name: str) -> Function:
        path = SHOP / name / "app.py"
        spec = importlib.util.spec_from_file_location(f"shop_{name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return Function(module.handler, aws)

    return start
