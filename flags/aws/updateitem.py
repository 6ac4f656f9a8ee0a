"""DynamoDB UpdateItem. Values are in DynamoDB's JSON: `{"N": "7"}`."""

from __future__ import annotations

import json

from flags.aws.client import AwsClient, checked
from flags.hints import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADERS = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.UpdateItem",
}


def update_item(  # noqa: PLR0913 - UpdateItem has these parameters
    client: AwsClient,
    table: str,
    key: Mapping[str, str],
    expression: str,
    *,
    names: Mapping[str, str],
    values: Mapping[str, Mapping[str, Any]],
    timeout: float,
) -> None:
    """Change an item, or make it; raises `TransportError` or `AwsError`.

    `names` are the aliases in the expression (`#flags`), `values` the rest (`:names`).
    """
    question = {
        "TableName": table,
        "Key": {name: {"S": value} for name, value in key.items()},
        "UpdateExpression": expression,
        "ExpressionAttributeNames": dict(names),
        "ExpressionAttributeValues": dict(values),
    }
    body = json.dumps(question, separators=(",", ":")).encode()
    pending = client.begin("POST", "/", headers=HEADERS, body=body, timeout=timeout)
    checked(client.service, pending.result())
