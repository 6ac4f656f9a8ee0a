"""DynamoDB BatchGetItem."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from flags.aws.batchgetitem import batch_get_item
from flags.aws.client import AwsClient
from flags.aws.errors import AwsError, TransportError

if TYPE_CHECKING:
    from tests.unit.flags.aws.conftest import Loopback

KEYS = [{"pk": f"evidence#{number}", "sk": "totals"} for number in range(3)]
FOUND = {key["pk"]: {"pk": {"S": key["pk"]}, "n": {"N": "1"}} for key in KEYS}


def asked(body: bytes) -> list[str]:
    """The keys of a question."""
    keys = json.loads(body)["RequestItems"]["rules"]["Keys"]
    return [key["pk"]["S"] for key in keys]


def serve(loopback: Loopback, most: int = 100) -> None:
    """Answer at most so many keys of a question."""

    def answer(seen: Any) -> Any:
        question = json.loads(seen.body)["RequestItems"]
        keys = question["rules"]["Keys"]
        items = [FOUND[key["pk"]["S"]] for key in keys[:most]]
        rest = {"rules": {**question["rules"], "Keys": keys[most:]}}
        body = {
            "Responses": {"rules": items},
            "UnprocessedKeys": rest if keys[most:] else {},
        }
        return loopback.ok(json.dumps(body).encode())

    loopback.answer = answer


@pytest.mark.parametrize("consistent", [False, True])
def test_question_equals_boto3s(
    dynamodb: AwsClient, boto: Any, loopback: Loopback, *, consistent: bool
) -> None:
    """boto3, asked the same, sends the same body, target and content type."""
    serve(loopback)
    items = batch_get_item(dynamodb, "rules", KEYS, consistent=consistent, timeout=5)
    wanted: dict[str, Any] = {
        "Keys": [{name: {"S": text} for name, text in key.items()} for key in KEYS]
    }
    boto.batch_get_item(
        RequestItems={
            "rules": wanted | ({"ConsistentRead": True} if consistent else {})
        }
    )
    ours, botos = loopback.questions()

    assert botos == ours
    assert items == list(FOUND.values())


def test_what_was_left_out_is_asked_for_again(
    dynamodb: AwsClient, loopback: Loopback
) -> None:
    """Until all of it is there, with a short break."""
    serve(loopback, most=1)
    slept: list[float] = []
    items = batch_get_item(dynamodb, "rules", KEYS, timeout=5, sleep=slept.append)

    assert items == list(FOUND.values())
    assert [len(asked(seen.body)) for seen in loopback.requests] == [3, 2, 1]
    assert len(slept) == 2


def test_some_are_none(dynamodb: AwsClient, loopback: Loopback) -> None:
    """Once the time is over, what is missing is an error."""
    serve(loopback, most=0)
    times = iter(range(100))

    with pytest.raises(AwsError, match="did not come in 3 s") as caught:
        batch_get_item(
            dynamodb,
            "rules",
            KEYS,
            timeout=3,
            clock=lambda: next(times),
            sleep=lambda _: None,
        )
    assert caught.value.code == "Unprocessed"


def test_items_that_there_are_not(dynamodb: AwsClient, loopback: Loopback) -> None:
    """They are missing from the answer, and that is all."""
    loopback.answer = lambda _seen: loopback.ok(
        b'{"Responses":{},"UnprocessedKeys":{}}'
    )

    assert batch_get_item(dynamodb, "rules", KEYS, timeout=5) == []


@pytest.mark.parametrize("body", [b"{}", b"[]", b"<html>", b'{"Responses":[]}'])
def test_no_answer_of_dynamodb(
    dynamodb: AwsClient, loopback: Loopback, body: bytes
) -> None:
    """A success that says nothing is none."""
    loopback.answer = lambda _seen: loopback.ok(body)

    with pytest.raises(AwsError, match="UnreadableAnswer"):
        batch_get_item(dynamodb, "rules", KEYS, timeout=5)


def test_refusal_and_silence_are_raised(
    dynamodb: AwsClient, loopback: Loopback
) -> None:
    """As with every call of the client."""
    body = b'{"__type":"a#AccessDeniedException","Message":"not you"}'
    loopback.answer = lambda _seen: loopback.ok(body, status=400)
    with pytest.raises(AwsError, match="AccessDeniedException"):
        batch_get_item(dynamodb, "rules", KEYS, timeout=5)

    loopback.answer = lambda _seen: loopback.raw(pause=5)
    with pytest.raises(TransportError):
        batch_get_item(dynamodb, "rules", KEYS, timeout=0.05)
