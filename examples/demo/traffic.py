"""Sends real traffic to the front doors: HTTP, function URL, SNS, SQS, EventBridge."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from examples.demo.up import System
from flags import Token
from flags.token import NAME

# What SQS, SNS and EventBridge take in one call.
BATCH = 10
TIMEOUT = 30.0


class RefusedError(RuntimeError):
    """A front door did not take a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of a user. The id says nothing about the user: it is logged."""

    id: str
    user: str

    def text(self) -> str:
        """The order as a message."""
        return json.dumps({"order": self.id, "user": self.user})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an HTTP door answered, status 0 if nothing.

    `body` is empty if it was no JSON object.
    """

    status: int
    body: Mapping[str, Any]
    cookie: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Doors:
    """The front doors of a running system."""

    system: System

    def ask(
        self,
        method: str = "GET",
        *,
        door: str = "http",
        path: str = "/checkout",
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request."""
        key = "HttpApiUrl" if door == "http" else "FunctionUrl"
        address = urlsplit(self.system.outputs[key])
        connection = http.client.HTTPConnection(address.netloc, timeout=TIMEOUT)
        data = None if body is None else json.dumps(body)
        sent = {"content-type": "application/json", **(headers or {})}
        try:
            connection.request(method, f"{address.path}{path}", data, sent)
            response = connection.getresponse()
            text = response.read()
        except OSError as error:
            return Answer(status=0, body={"error": str(error)})
        finally:
            connection.close()
        cookie = response.getheader("set-cookie")
        return Answer(
            status=response.status,
            body=_object(text),
            cookie=cookie.partition(";")[0] if cookie else None,
            headers=dict(response.getheaders()),
        )

    def queue(self, orders: Sequence[Order], token: Token | None = None) -> None:
        """Send orders to the queue, as a system that never saw the checkout."""
        sqs = self.system.client("sqs")
        for batch in _batches(orders):
            entries = [
                {
                    "Id": str(number),
                    "MessageBody": order.text(),
                    "MessageAttributes": _attributes(order.user, token),
                }
                for number, order in enumerate(batch)
            ]
            answer = sqs.send_message_batch(
                QueueUrl=self.system.outputs["QueueUrl"], Entries=entries
            )
            _check(answer.get("Failed"))

    def topic(self, orders: Sequence[Order], token: Token | None = None) -> None:
        """Publish orders to the topic."""
        sns = self.system.client("sns")
        for batch in _batches(orders):
            entries = [
                {
                    "Id": str(number),
                    "Message": order.text(),
                    "MessageAttributes": _attributes(order.user, token),
                }
                for number, order in enumerate(batch)
            ]
            answer = sns.publish_batch(
                TopicArn=self.system.outputs["TopicArn"],
                PublishBatchRequestEntries=entries,
            )
            _check(answer.get("Failed"))

    def bus(self, orders: Sequence[Order], token: Token | None = None) -> None:
        """Put orders on the bus."""
        events = self.system.client("events")
        carried = {NAME: str(token)} if token else {}
        for batch in _batches(orders):
            entries = [
                {
                    "EventBusName": self.system.outputs["EventBusName"],
                    "Source": "shop.imports",
                    "DetailType": "OrderPlaced",
                    "Detail": json.dumps(json.loads(order.text()) | carried),
                }
                for order in batch
            ]
            answer = events.put_events(Entries=entries)
            _check([e for e in answer["Entries"] if "ErrorCode" in e])


def _attributes(user: str, token: Token | None) -> dict[str, Any]:
    values = {"user-id": user} | ({NAME: str(token)} if token else {})
    return {k: {"DataType": "String", "StringValue": v} for k, v in values.items()}


def _batches(orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
    for start in range(0, len(orders), BATCH):
        yield orders[start : start + BATCH]


def _check(failed: Iterable[Any] | None) -> None:
    if failed:
        raise RefusedError(f"messages were refused: {list(failed)}")


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
