"""DynamoDB BatchGetItem, of one table. Items stay in DynamoDB's JSON."""

from __future__ import annotations

import json
import time

from flags.aws.client import AwsClient, checked
from flags.aws.errors import AwsError
from flags.hints import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flags.aws.getitem import Item

HEADERS = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.BatchGetItem",
}
# As DynamoDB has it.
MOST_KEYS = 100
# Throttled keys come back unprocessed; asking at once again would be no help.
BREAK = 0.02


def batch_get_item(  # noqa: PLR0913 - BatchGetItem has these parameters
    client: AwsClient,
    table: str,
    keys: Sequence[Mapping[str, str]],
    *,
    consistent: bool = False,
    timeout: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Item]:
    """Read up to 100 items by their string keys, in no order, without missing ones.

    What DynamoDB leaves unprocessed is asked for again until `timeout` seconds are
    over. Raises `TransportError`, or `AwsError`: with the code `Unprocessed` if some
    were still missing then. So it is all of them or none.
    """
    until = clock() + timeout
    wanted: dict[str, Any] = {
        "Keys": [{name: {"S": text} for name, text in key.items()} for key in keys]
    }
    if consistent:
        wanted["ConsistentRead"] = True
    asked: dict[str, Any] | None = {table: wanted}
    found: list[Item] = []
    while asked:
        left = until - clock()
        if left <= 0:
            raise AwsError(
                200,
                "Unprocessed",
                f"some items did not come in {timeout:g} s; the table is busy",
                service=client.service,
            )
        items, asked = _ask(client, table, asked, left)
        found += items
        if asked:
            sleep(min(BREAK, left))
    return found


def _ask(
    client: AwsClient, table: str, asked: Mapping[str, Any], timeout: float
) -> tuple[list[Item], dict[str, Any] | None]:
    """Items, and what to ask for again."""
    body = json.dumps({"RequestItems": asked}, separators=(",", ":")).encode()
    pending = client.begin("POST", "/", headers=HEADERS, body=body, timeout=timeout)
    response = checked(client.service, pending.result())
    try:
        answer = json.loads(response.body)
        return answer["Responses"].get(table, []), answer.get("UnprocessedKeys")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise AwsError(
            response.status,
            "UnreadableAnswer",
            "the body is not what BatchGetItem answers; check the endpoint",
            service=client.service,
            body=response.body,
        ) from error
