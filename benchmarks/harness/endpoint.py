"""DynamoDB on loopback: answers reads of tables that are given whole, and counts.

Laws
1. It answers GetItem and Query on a partition key; everything else is refused.
2. Read units as DynamoDB bills them: an item's size over 4 KB, rounded up, halved
   unless the read is consistent; a Query sums its items first; nothing found is the
   least there is.
"""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from socket import IPPROTO_TCP, TCP_NODELAY
from threading import Thread
from typing import Any

Item = Mapping[str, Any]
UNIT = 4_096
# Where a number takes at most 21 bytes; ours are short.
NUMBER = 8


class Refused(Exception):
    """A request that this endpoint has no answer for."""


@dataclass(kw_only=True)
class Tables:
    """Items by table, and what reading them has cost so far."""

    items: dict[str, Sequence[Item]]
    calls: int = 0
    units: float = 0
    refused: list[str] = field(default_factory=list)

    def answer(self, operation: str, question: Mapping[str, Any]) -> dict[str, Any]:
        """The answer, as DynamoDB words it."""
        if operation == "GetItem":
            found = self._matching(question, question["Key"])
            answer: dict[str, Any] = {"Item": found[0]} if found else {}
        elif operation == "Query":
            found = self._matching(question, _partition(question))
            answer = {"Items": found, "Count": len(found), "ScannedCount": len(found)}
        else:
            raise Refused(operation)
        self.calls += 1
        self.units += units(found, consistent=question.get("ConsistentRead", False))
        return answer

    def _matching(self, question: Mapping[str, Any], key: Item) -> list[Item]:
        items = self.items[question["TableName"]]
        return [one for one in items if key.items() <= one.items()]


def units(items: Sequence[Item], *, consistent: bool) -> float:
    """What a read of these items costs."""
    whole = max(1, ceil(sum(map(size, items)) / UNIT))
    return whole if consistent else whole / 2


def size(item: Item) -> int:
    """An item's size in bytes: names and values."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "B":
        return len(base64.b64decode(content))
    if kind in {"SS", "NS"}:
        return sum(len(one.encode()) for one in content)
    if kind == "L":
        return 3 + sum(1 + _size(one) for one in content)
    if kind == "M":
        return 3 + len(content) + size(content)
    return NUMBER if kind == "N" else 1


def _partition(question: Mapping[str, Any]) -> Item:
    """The key of `KeyConditionExpression="pk = :pk"`, or of the older KeyConditions."""
    if conditions := question.get("KeyConditions"):
        ((name, condition),) = conditions.items()
        return {name: condition["AttributeValueList"][0]}
    name, sign, value = question["KeyConditionExpression"].split()
    if sign != "=":
        raise Refused(question["KeyConditionExpression"])
    aliases = question.get("ExpressionAttributeNames", {})
    return {aliases.get(name, name): question["ExpressionAttributeValues"][value]}


def plain(item: Item) -> dict[str, Any]:
    """An item as it goes over the wire: boto3 gives bytes where JSON has base64."""
    return {name: _plain(value) for name, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


@contextmanager
def served(tables: Tables, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """The endpoint's URL while it runs, over TLS if there is a context."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer: two would wait for each other

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["content-length"]))
            operation = self.headers["x-amz-target"].partition(".")[2]
            try:
                status, answer = 200, tables.answer(operation, json.loads(text))
            except (Refused, KeyError, ValueError) as error:
                tables.refused.append(f"{operation}: {error!r}")
                status, answer = 400, {"__type": "ValidationException"}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/x-amz-json-1.0")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    server.context = context
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        scheme = "https" if context else "http"
        yield f"{scheme}://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Server(ThreadingHTTPServer):
    """Shakes hands in the connection's own thread, not where others wait."""

    daemon_threads = True
    context: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Wrap, then serve."""
        # Else the answer waits until the client has acknowledged TLS's tickets.
        request.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        if self.context is not None:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of our business."""
