"""The lean client's end of a wire to a simulated table, which may break.

It speaks to the simulation itself and not over HTTP, which takes a quarter of the time;
`tests/unit/rollouts/evidence` sends the same changes through boto3.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, cast

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models import dynamodb_backends

from flags.aws.client import AwsClient
from flags.aws.errors import TransportError
from flags.aws.transport import Response
from router.sentinel.evidence import Table
from tests.contracts.store_contract import ACCOUNT, TABLE

# What becomes of a call: it is answered, or it is lost before or after it has worked.
WELL, BEFORE, AFTER = "well", "lost before", "lost after"


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
    """Asks the simulation behind a boto3 client, and answers as the service does.

    `fate` says what becomes of a call; it is given the operation and the question.
    `asked` has an entry for each call: the operation and the key's `pk`. A call takes
    so many seconds; if it is given less, its answer is lost.
    """

    client: Any
    service: str = "dynamodb"
    fate: Callable[[str, Any], str] = lambda _operation, _question: WELL
    asked: list[tuple[str, str]] = field(default_factory=list)
    takes: float = 0.0

    def begin(
        self,
        _method: str,
        _path: str,
        *,
        headers: Any,
        body: bytes,
        timeout: float = inf,
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
        lost = fate == AFTER or timeout < self.takes
        return Answer(None if lost else response)

    def reset(self) -> None:
        """Nothing is kept."""

    def since(self) -> list[tuple[str, str]]:
        """What was asked since the last time."""
        asked, self.asked = self.asked, []
        return asked

    def _ask(self, operation: str, question: Any) -> Response:
        backend = dynamodb_backends[ACCOUNT][self.client.meta.region_name]
        try:
            found = _OPERATIONS[operation](backend, question)
        except JsonRESTError as error:
            refusal = str(error.description).encode()
            return Response(status=400, headers={}, body=refusal)
        return Response(status=200, headers={}, body=json.dumps(found).encode())


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


def _get(backend: Any, question: Any) -> Any:
    item = _item(backend, question["Key"])
    return {} if item is None else {"Item": item}


def _batch_get(backend: Any, question: Any) -> Any:
    keys = question["RequestItems"][TABLE]["Keys"]
    items = [_item(backend, key) for key in keys]
    return {
        "Responses": {TABLE: [item for item in items if item is not None]},
        "UnprocessedKeys": {},
    }


def _update(backend: Any, question: Any) -> Any:
    item = backend.update_item(
        TABLE,
        question["Key"],
        question["UpdateExpression"],
        expression_attribute_names=question.get("ExpressionAttributeNames", {}),
        expression_attribute_values=question.get("ExpressionAttributeValues", {}),
        condition_expression=question.get("ConditionExpression"),
    )
    return item.to_json() if question.get("ReturnValues") == "ALL_NEW" else {}


def _item(backend: Any, key: Any) -> Any:
    found = backend.get_item(TABLE, key)
    return None if found is None else found.to_json()["Attributes"]


_OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "GetItem": _get,
    "UpdateItem": _update,
    "BatchGetItem": _batch_get,
}
