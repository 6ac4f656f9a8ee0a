"""DynamoDB UpdateItem. Values are in DynamoDB's JSON: `{"N": "7"}`."""

from __future__ import annotations

import json

from flags.aws.client import AwsClient, checked
from flags.aws.errors import AwsError
from flags.hints import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flags.aws.getitem import Item

HEADERS = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.UpdateItem",
}
# The code of the error if the condition doesn't hold: nothing was changed.
REFUSED = "ConditionalCheckFailedException"


def update_item(  # noqa: PLR0913 - UpdateItem has these parameters
    client: AwsClient,
    table: str,
    key: Mapping[str, str],
    expression: str,
    *,
    names: Mapping[str, str],
    values: Mapping[str, Mapping[str, Any]],
    condition: str = "",
    returned: str = "",
    timeout: float,
) -> Item:
    """Change an item, or make it; raises `TransportError` or `AwsError`.

    `names` are the aliases in the expression (`#flags`), `values` the rest (`:names`).
    With a `condition` that doesn't hold nothing changes: an `AwsError` whose code is
    `REFUSED`. `returned` asks for attributes, `ALL_NEW` say; none come without it.
    """
    question: dict[str, Any] = {
        "TableName": table,
        "Key": {name: {"S": value} for name, value in key.items()},
        "UpdateExpression": expression,
        "ExpressionAttributeNames": dict(names),
        "ExpressionAttributeValues": dict(values),
    }
    if condition:
        question["ConditionExpression"] = condition
    if returned:
        question["ReturnValues"] = returned
    body = json.dumps(question, separators=(",", ":")).encode()
    pending = client.begin("POST", "/", headers=HEADERS, body=body, timeout=timeout)
    response = checked(client.service, pending.result())
    if not returned:
        return {}
    try:
        attributes: Item = json.loads(response.body)["Attributes"]
    except (ValueError, KeyError, TypeError) as error:
        # The change was made all the same.
        raise AwsError(
            response.status,
            "UnreadableAnswer",
            "the body is not what UpdateItem answers; check the endpoint",
            service=client.service,
            body=response.body,
        ) from error
    return attributes
