"""DynamoDB GetItem. Items stay in DynamoDB's JSON: `{"version": {"N": "7"}}`."""

from __future__ import annotations

import json

from flags.aws.client import AwsClient, checked
from flags.aws.errors import AwsError
from flags.hints import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flags.aws.transport import Pending

Item = dict[str, dict[str, Any]]

HEADERS = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.GetItem",
}


class PendingItem:
    """A read under way."""

    __slots__ = ("_pending", "_service")

    def __init__(self, pending: Pending, service: str) -> None:
        self._pending = pending
        self._service = service

    def result(self) -> Item | None:
        """The item, or None; raises `TransportError` or `AwsError`."""
        response = checked(self._service, self._pending.result())
        try:
            found: dict[str, Any] = json.loads(response.body)
            item: Item | None = found.get("Item")
        except (ValueError, AttributeError) as error:
            # A success that is no DynamoDB answer: wrong endpoint, or a proxy.
            raise AwsError(
                response.status,
                "UnreadableAnswer",
                "the body is not what GetItem answers; check the endpoint",
                service=self._service,
                body=response.body,
            ) from error
        return item

    def close(self) -> None:
        """Give up on the answer."""
        self._pending.close()


def begin_get_item(  # noqa: PLR0913 - GetItem has these parameters
    client: AwsClient,
    table: str,
    key: Mapping[str, str],
    *,
    attributes: Sequence[str] = (),
    consistent: bool = False,
    timeout: float,
) -> PendingItem:
    """Ask for an item by its string keys, whole or only some attributes."""
    question: dict[str, Any] = {
        "TableName": table,
        "Key": {name: {"S": value} for name, value in key.items()},
    }
    if consistent:
        question["ConsistentRead"] = True
    if attributes:
        # By alias: half of all good names are DynamoDB's reserved words.
        aliases = {f"#a{index}": name for index, name in enumerate(attributes)}
        question["ProjectionExpression"] = ",".join(aliases)
        question["ExpressionAttributeNames"] = aliases
    body = json.dumps(question, separators=(",", ":")).encode()
    pending = client.begin("POST", "/", headers=HEADERS, body=body, timeout=timeout)
    return PendingItem(pending, client.service)


def get_item(  # noqa: PLR0913 - GetItem has these parameters
    client: AwsClient,
    table: str,
    key: Mapping[str, str],
    *,
    attributes: Sequence[str] = (),
    consistent: bool = False,
    timeout: float,
) -> Item | None:
    """Read an item by its string keys; None if there is none."""
    return begin_get_item(
        client,
        table,
        key,
        attributes=attributes,
        consistent=consistent,
        timeout=timeout,
    ).result()
