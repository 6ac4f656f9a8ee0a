"""The lean client's end of a wire to a simulated table, which may break."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from botocore.exceptions import ClientError

from flags.aws.client import AwsClient
from flags.aws.errors import TransportError
from flags.aws.transport import Response
from router.sentinel.evidence import Table
from tests.contracts.store_contract import TABLE

# What becomes of a call: it is answered, or it is lost before or after it has worked.
WELL, BEFORE, AFTER = "well", "lost before", "lost after"
_METHODS = {
    "GetItem": "get_item",
    "UpdateItem": "update_item",
    "BatchGetItem": "batch_get_item",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came, or the failure to hear of it."""

    response: Response | None

    def result(self) -> Response:
        """The answer; raises `TransportError` if it was lost."""
        if self.response is None:
            raise TransportError("the table", "no answer in time", sent=True)
        return self.response


@dataclass(slots=True)
class Wire:
    """Asks boto3, and answers as the service does.

    `fate` says what becomes of a call; it is given the operation and the question.
    `asked` has an entry for each call: the operation and the key's `pk`.
    """

    client: Any
    service: str = "dynamodb"
    fate: Callable[[str, Any], str] = lambda _operation, _question: WELL
    asked: list[tuple[str, str]] = field(default_factory=list)

    def begin(
        self, _method: str, _path: str, *, headers: Any, body: bytes, **_: Any
    ) -> Answer:
        """Ask."""
        operation = headers["x-amz-target"].rpartition(".")[2]
        question = json.loads(body)
        self.asked.append((operation, _place(question)))
        fate = self.fate(operation, question)
        if fate == BEFORE:
            return Answer(None)
        if fate not in {WELL, AFTER}:
            refusal = json.dumps({"__type": f"x#{fate}", "message": "as planned"})
            return Answer(Response(status=400, headers={}, body=refusal.encode()))
        response = self._ask(operation, question)
        return Answer(None if fate == AFTER else response)

    def reset(self) -> None:
        """Nothing is kept."""

    def since(self) -> list[tuple[str, str]]:
        """What was asked since the last time."""
        asked, self.asked = self.asked, []
        return asked

    def _ask(self, operation: str, question: Any) -> Response:
        try:
            found = getattr(self.client, _METHODS[operation])(**question)
        except ClientError as error:
            body = {"__type": f"x#{error.response['Error']['Code']}", "message": "no"}
            return Response(status=400, headers={}, body=json.dumps(body).encode())
        found.pop("ResponseMetadata")
        text = json.dumps(found, default=_plain)
        return Response(status=200, headers={}, body=text.encode())


def lean(wire: Wire) -> AwsClient:
    """The wire, as what it stands for."""
    return cast("AwsClient", wire)


def table(wire: Wire) -> Table:
    """What a sentinel has of it."""
    return Table(lean(wire), TABLE)


def _place(question: Any) -> str:
    if "RequestItems" in question:
        keys = question["RequestItems"][TABLE]["Keys"]
        return f"{len(keys)} keys"
    return str(question["Key"]["pk"]["S"])


def _plain(data: Any) -> Any:
    if isinstance(data, bytes):
        return base64.b64encode(data).decode()
    return list(data)
