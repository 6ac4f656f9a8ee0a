"""Which decision is in force, where, and until when."""

from __future__ import annotations

import asyncio
import base64
import contextvars
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import SQSEvent

import flags
from flags import carriers
from flags.current import of_record, set_current
from flags.token import NAME, Token

WIRE = "v1~shop.green.12"
GREEN = Token.parse(WIRE) or Token()
BLUE = Token.parse("v1~shop.blue.1") or Token()
SET = {"headers": {NAME: WIRE}}


@pytest.fixture(autouse=True)
def _nothing_current() -> Iterator[None]:
    """Each test begins and ends without a decision."""
    set_current(None)
    yield
    set_current(None)


def record(text: object) -> dict[str, Any]:
    """An SQS record with that token."""
    attributes = {NAME: {"stringValue": str(text)}} if text else {}
    return {"messageId": "1", "messageAttributes": attributes}


def event(*texts: object) -> dict[str, Any]:
    """An SQS event."""
    return {"Records": [record(text) for text in texts]}


def beside(text: str) -> Any:
    """A Lambda context with a ClientContext."""
    return SimpleNamespace(client_context=SimpleNamespace(custom={NAME: text}))


def elsewhere() -> Token:
    """What a thread of its own has in force."""
    found: list[Token] = []
    thread = threading.Thread(target=lambda: found.append(flags.current()))
    thread.start()
    thread.join()
    return found[0]


def test_read_and_current() -> None:
    """What was read is current until something else is read."""
    assert flags.read(SET) == flags.current() == GREEN
    assert flags.read({"headers": {}}) == flags.current() == Token()


def test_records() -> None:
    """Each record has its own decision; after the loop the one before is back."""
    flags.read(SET)
    batch = event(BLUE, None, "v1~shop.green.2")

    found = [(r, flags.current()) for r in flags.records(batch)]

    assert batch["Records"] == [r for r, _ in found]
    assert [BLUE, Token(), Token.parse("v1~shop.green.2")] == [t for _, t in found]
    assert flags.current() == GREEN


@pytest.mark.parametrize(
    "batch",
    [
        event(GREEN, BLUE),
        [record(GREEN), record(BLUE)],
        {"records": [record(GREEN), record(BLUE)], "deliveryStreamArn": "arn"},
        {
            "eventSource": "aws:kafka",
            "records": {"t-0": [record(GREEN)], "t-1": [record(BLUE)]},
        },
        {"eventSource": "aws:mq", "messages": [record(GREEN), record(BLUE)]},
        {
            "eventSource": "aws:rmq",
            "rmqMessagesByQueue": {"a": [record(GREEN)], "b": [record(BLUE)]},
        },
    ],
)
def test_records_of_any_batch(batch: Any) -> None:
    """Whatever the source, and however it sorts its records."""
    assert [GREEN, BLUE] == [flags.current() for _ in flags.records(batch)]


def test_what_goes_for_all_records() -> None:
    """What came beside a batch holds for all of it, as in `read`."""
    batch = event(BLUE, None)
    assert [GREEN] * 2 == [flags.current() for _ in flags.records(batch, beside(WIRE))]
    batch[NAME] = WIRE
    assert [GREEN] * 2 == [flags.current() for _ in flags.records(batch)]


@pytest.mark.parametrize("batch", [{}, {"headers": {}}, None, {"Records": 7}])
def test_no_batch(batch: Any) -> None:
    """A loop over records that are not there is a mistake, not an empty loop."""
    with pytest.raises(KeyError, match="Records"):
        list(flags.records(batch))


def test_records_left_early() -> None:
    """Leaving the loop half way restores the decision too."""
    flags.read(SET)
    for _ in flags.records(event(BLUE, BLUE)):
        break

    assert flags.current() == GREEN


def test_records_left_late() -> None:
    """A loop that ends when something else is in force leaves that alone."""
    loop = iter(flags.records(event(BLUE, BLUE)))
    next(loop)
    flags.read(SET)
    del loop

    assert flags.current() == GREEN


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (GREEN, GREEN),
        (WIRE, GREEN),
        (None, Token()),
        ("nothing", Token()),
        (SET, GREEN),
        (record(GREEN), GREEN),
        (event(GREEN, GREEN), GREEN),
        (event(GREEN, BLUE), Token()),
        ({"detail": {NAME: WIRE}}, GREEN),
        ({"order": 7, NAME: WIRE}, GREEN),
        ({"order": 7}, Token()),
        (7, Token()),
        (next(SQSEvent(event(GREEN)).records), GREEN),
    ],
)
def test_carrying(source: Any, expected: Token) -> None:
    """Inside is what the source carries, whatever it is; outside what was before."""
    flags.read({"headers": {NAME: str(BLUE)}})
    with flags.carrying(source) as token:
        assert token == flags.current() == expected
        with flags.carrying(BLUE):
            assert flags.current() == BLUE
        assert flags.current() == expected

    assert flags.current() == BLUE


def test_carrying_when_it_raises() -> None:
    """An error inside comes out, and the decision before is back."""
    with pytest.raises(ValueError, match="no"), flags.carrying(GREEN):
        raise ValueError("no")

    assert flags.current() == Token()


def test_carrying_twice() -> None:
    """One object may be entered again, inside of itself too."""
    flags.read({"headers": {NAME: str(BLUE)}})
    again = flags.carrying(GREEN)
    with again, again:
        assert flags.current() == GREEN

    assert flags.current() == BLUE


def test_carrying_that_ends_late() -> None:
    """Around a `yield` it may end in another invocation, and takes nothing from it."""

    def left() -> Iterator[None]:
        with flags.carrying(GREEN):
            yield

    flags.read({"headers": {NAME: WIRE}})
    generator = left()
    next(generator)
    flags.read({"headers": {NAME: str(BLUE)}})
    del generator

    assert flags.current() == BLUE


NOTIFICATION = {
    "Type": "Notification",
    "MessageAttributes": {NAME: {"Type": "String", "Value": str(BLUE)}},
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"headers": {NAME: WIRE}, "body": json.dumps(NOTIFICATION)}, GREEN),
        ({"headers": {}, "body": json.dumps(NOTIFICATION)}, Token()),
        ({"value": base64.b64encode(json.dumps({NAME: WIRE}).encode())}, Token()),
        ({"eventSource": "aws:iot", NAME: WIRE}, Token()),
        ({"eventSource": "aws:iot", "messageAttributes": {}, NAME: WIRE}, Token()),
        ({"messageAttributes": {}, "body": json.dumps(NOTIFICATION)}, BLUE),
    ],
)
def test_carrying_believes_no_more_than_read(source: Any, expected: Token) -> None:
    """What a stranger or a device says in an event is no record's decision."""
    with flags.carrying(source):
        assert flags.current() == expected
    if "messageAttributes" not in source:
        assert flags.read(source) == expected


def test_threads() -> None:
    """A thread has what the invocation has, whenever it was started."""
    flags.read(SET)
    assert elsewhere() == GREEN
    flags.read({})
    assert elsewhere() == Token()


def test_a_loop_leaves_nothing_for_the_next_invocation() -> None:
    """What a batch agreed on is over with its loop, whether it was read or not."""

    def batch() -> list[Token]:
        found = [flags.current()]
        found += [elsewhere() for _ in flags.records(event(GREEN, GREEN))]
        return [*found, flags.current(), elsewhere()]

    expected = [Token(), GREEN, GREEN, Token(), Token()]
    for _ in range(2):
        assert expected == contextvars.Context().run(batch)


def test_loops_in_a_loop() -> None:
    """A thread has what the outermost batch agrees on, whatever is inside."""
    found = []
    for _ in flags.records(event(GREEN, BLUE)):
        found += [elsewhere() for _ in flags.records(event(GREEN))]
        found.append(elsewhere())

    assert [Token()] * 4 == found


def test_records_in_a_record() -> None:
    """Of a batch in a record's body, what carries nothing has what that record has."""
    inner = {"Records": [{"eventSource": "aws:s3"}, record(BLUE)]}
    found = [
        flags.current()
        for _ in flags.records(event(GREEN, None))
        for _ in flags.records(inner)
    ]
    assert [GREEN, BLUE, Token(), BLUE] == found


def test_what_goes_for_all_is_known_after_it_was_read() -> None:
    """A loop needs no context for what `read` found there."""
    batch = event(BLUE, None)
    flags.read(batch, beside(WIRE))

    assert [GREEN] * 2 == [flags.current() for _ in flags.records(batch)]
    assert [GREEN] * 2 == [elsewhere() for _ in flags.records(batch)]


def test_equal_decisions_of_two_invocations() -> None:
    """A loop that ends late takes nothing away that only looks like its own."""
    flags.read({"headers": {NAME: str(BLUE)}})
    loop = iter(flags.records(event(WIRE)))
    next(loop)
    flags.read(SET)
    del loop

    assert flags.current() == GREEN


def test_threads_in_a_loop() -> None:
    """A thread never has what is one record's: only what all of them agree on."""
    flags.read(SET)
    found = [elsewhere() for _ in flags.records(event(GREEN, BLUE))]
    assert [Token(), Token()] == found

    both = "v1~search.blue.1~shop.green.12"
    assert [GREEN] * 2 == [elsewhere() for _ in flags.records(event(GREEN, both))]


def test_pools() -> None:
    """What is handed to a pool has what was in force there, in old threads too."""
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(flags.current).result() == Token()
        found = [
            pool.submit(flags.current) for _ in flags.records(event(GREEN, None, BLUE))
        ]
        assert [GREEN, Token(), BLUE] == [future.result() for future in found]
        with flags.carrying(GREEN):
            assert [GREEN] * 3 == list(pool.map(lambda _: flags.current(), range(3)))
        assert pool.submit(flags.current).result() == Token()


def test_pools_that_raise() -> None:
    """An error in a pool comes out as it is, and leaves nothing in the thread."""

    def fail(amount: int, *, currency: str) -> None:
        raise ValueError(amount, currency)

    with ThreadPoolExecutor(1) as pool:
        with flags.carrying(GREEN):
            future = pool.submit(fail, 7, currency="EUR")
        assert (7, "EUR") == getattr(future.exception(), "args", None)
        assert pool.submit(flags.current).result() == Token()


def test_tasks() -> None:
    """A task has what was in force where it was made, until it ends."""

    async def seen() -> Token:
        await asyncio.sleep(0)
        return flags.current()

    async def change() -> Token:
        with flags.carrying(BLUE):
            await asyncio.sleep(0)
            return await seen()

    async def main() -> list[Token]:
        flags.read(SET)
        tasks = [
            asyncio.create_task(seen()) for _ in flags.records(event(BLUE, GREEN, None))
        ]
        more = [seen(), change(), asyncio.to_thread(flags.current)]
        loop = asyncio.get_running_loop()
        return [
            *await asyncio.gather(*tasks, *more),
            await loop.run_in_executor(None, flags.current),
        ]

    found = asyncio.run(main())
    assert [BLUE, GREEN, Token(), GREEN, BLUE, GREEN, GREEN] == found


def test_a_record_that_cannot_be_read() -> None:
    """Others' code asks for its decision: it has none, which is counted."""

    class Odd(dict[str, Any]):
        def get(self, *_: object) -> Any:
            raise LookupError

    before = carriers.unread["error"]

    assert of_record(Odd()) is None
    assert carriers.unread["error"] == before + 1
