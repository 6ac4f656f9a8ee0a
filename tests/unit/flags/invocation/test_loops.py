"""Code that knows nothing of us has each record's own decision, or none."""

from __future__ import annotations

import asyncio
import contextlib
import dis
import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import (
    KinesisStreamEvent,
    SQSEvent,
    event_source,
)

import flags
from flags.invocation import frames
from flags.token import NAME, Token

TEXTS = ["v1~shop.green.1", "v1~shop.blue.1", None, "v1~shop.green.2"]
NONE = [None] * 4


def batch(texts: list[str | None] = TEXTS) -> dict[str, Any]:
    """An SQS event."""
    return {
        "Records": [
            {
                "messageId": str(number),
                "messageAttributes": {NAME: {"stringValue": text}} if text else {},
            }
            for number, text in enumerate(texts)
        ]
    }


def now() -> str | None:
    """What is in force."""
    token = flags.current()
    return str(token) if token.members else None


def loop(event: Any) -> list[Any]:
    """The plainest of loops; after it nothing of it is left."""
    found = []
    for record in event["Records"]:
        found.append(now())
        assert record in event["Records"]
    assert now() is None
    return found


def comprehension(event: Any) -> list[Any]:
    """In brackets."""
    return [now() for _ in event["Records"]]


def numbered(event: Any) -> list[Any]:
    """With numbers."""
    found = []
    for _, _record in enumerate(event["Records"]):
        found.append(now())
    return found


def numbered_from_one(event: Any) -> list[Any]:
    """With numbers, over a variable."""
    records = event.get("Records", [])
    return [now() for _ in enumerate(records, start=1)]


def numbered_from_two(event: Any) -> list[Any]:
    """With numbers, and calls among the arguments."""
    found = []
    for _ in enumerate(event.get("Records", []), int("2")):
        found.append(now())  # noqa: PERF401 - a plain loop is the test
    return found


def data_classes(event: Any) -> list[Any]:
    """Over Powertools' data classes."""
    return [now() for _ in SQSEvent(event).records]


def data_class(event: Any) -> list[Any]:
    """Over one in a variable."""
    event = SQSEvent(event)
    found = []
    for _ in event.records:
        found.append(now())  # noqa: PERF401 - a plain loop is the test
    return found


def data_class_of_a_closure(event: Any) -> list[Any]:
    """Over one that others see too."""
    batch = SQSEvent(event)

    def count() -> int:
        return len(list(batch.records))

    return [now() for _ in batch.records][: count()]


def nested(event: Any) -> list[Any]:
    """With a loop inside that goes through all."""
    return [
        ([other for other in event["Records"] if other == record], now())[1]
        for record in event["Records"]
    ]


def changed(event: Any) -> list[Any]:
    """Over a list that was changed before."""
    event["Records"].reverse()
    event["Records"].append({"messageId": "new"})
    found = [now() for _ in event["Records"]]
    assert found.pop() is None
    return found[::-1]


def handled(event: Any) -> list[Any]:
    """Where an error is handled, and where what was begun is ended."""
    found = []
    for record in event["Records"]:
        try:
            int(record["messageId"] + "?")
        except ValueError:
            found.append(now())
        finally:
            found.append(now())
        with contextlib.suppress(KeyError):
            record["nothing"]
        if now() == TEXTS[-1]:
            break
        assert now() == found[-1]
    assert now() is None
    return found[::2] if found[::2] == found[1::2] else found


def asked_below(event: Any) -> list[Any]:
    """By code that gets the record, or a part of it, from a loop."""

    def deep(levels: int) -> str | None:
        return deep(levels - 1) if levels else now()

    return [deep(20) for record in event["Records"] if record["messageId"]]


def a_loop_inside(event: Any) -> list[Any]:
    """With a loop over something else inside."""
    found = []
    for record in event["Records"]:
        for letter in record["messageId"]:
            found.append((letter, now())[1])  # noqa: PERF401 - a plain loop is the test
    return found


def beside_others(event: Any) -> list[Any]:
    """Beside something else."""
    found = []
    for record, number in zip(event["Records"], range(4), strict=True):
        found.append(now() if record["messageId"] == str(number) else "?")
    return found


def of_a_closure(event: Any) -> list[Any]:
    """With a variable that other code sees too."""
    found = []
    for record in event["Records"]:

        def ask(number: int) -> Any:
            return (record["messageId"] == str(number), now())[1]  # noqa: B023 - at once

        found.append(ask(0))
    return found


def kept_apart(event: Any) -> list[Any]:
    """By a generator that asks for itself."""

    def answers() -> Iterator[Any]:
        for _ in event["Records"]:
            yield now()

    return list(answers())


def a_list(event: Any) -> list[Any]:
    """By way of a list."""
    return [now() for _ in list(event["Records"])]


def in_order(event: Any) -> list[Any]:
    """Sorted."""
    return [now() for _ in sorted(event["Records"], key=lambda r: str(r["messageId"]))]


def generated(event: Any) -> list[Any]:
    """By a generator expression, which is at a record while it runs."""
    return list(now() for _ in event["Records"])  # noqa: C400 - that's the test


def data_classes_in_a_generator(event: Any) -> list[Any]:
    """By a generator over data classes."""
    records = (record for record in SQSEvent(event).records)
    return [now() for _ in records]


def numbered_chunks(event: Any) -> list[Any]:
    """With numbers, over something else."""
    return [now() for _ in enumerate(itertools.chain(event["Records"]))]


def unpacked(event: Any) -> list[Any]:
    """Taken apart."""
    first, *others = event["Records"]
    return [now() for _ in (first, *others)]


def collected(event: Any) -> list[Any]:
    """First collected, then handled."""
    found = [record for record in event["Records"] if record]
    return [now() for _ in found]


@pytest.mark.parametrize(
    "code",
    [
        loop,
        comprehension,
        numbered,
        numbered_from_one,
        numbered_from_two,
        data_classes,
        data_class,
        data_class_of_a_closure,
        nested,
        changed,
        handled,
        asked_below,
        a_loop_inside,
        beside_others,
        of_a_closure,
        kept_apart,
        a_list,
        in_order,
        generated,
        data_classes_in_a_generator,
        numbered_chunks,
        unpacked,
        collected,
    ],
)
def test_each_record_has_its_own(code: Callable[[Any], list[Any]]) -> None:
    """Where records are seen to be handled one by one."""
    # Python takes other instructions for what has run for a while.
    for _ in range(40):
        assert TEXTS == flags.handler(lambda event, _: code(event))(batch(), None)
        assert now() is None


def index(event: Any) -> list[Any]:
    """By number."""
    return [(event["Records"][n], now())[1] for n in range(4)]


def mapped(event: Any) -> list[Any]:
    """By `map`, of which nobody sees what is done with the records."""
    return list(map(lambda _: now(), event["Records"]))  # noqa: C417 - that's the test


def ahead(event: Any) -> list[Any]:
    """By what reads one ahead."""
    return [None, *(now() for _ in itertools.pairwise(event["Records"]))]


def generated_ahead(event: Any) -> list[Any]:
    """By what reads a generator expression ahead."""
    records = (record for record in event["Records"])
    return [None, *(now() for _ in itertools.pairwise(records))]


def numbered_ahead(event: Any) -> list[Any]:
    """By what reads ahead with numbers."""
    found: list[Any] = [None]
    for _ in itertools.pairwise(enumerate(event["Records"])):
        found.append(now())  # noqa: PERF401 - a plain loop is the test
    return found


def ahead_behind_numbers(event: Any) -> list[Any]:
    """By what reads ahead, in code that has numbers for something else."""
    ahead_of = itertools.pairwise
    for _ in enumerate("ab"):
        found: list[Any] = [None]
        for _ in ahead_of(event["Records"]):
            found.append(now())  # noqa: PERF401 - a plain loop is the test
    return found


def ahead_in_numbers(event: Any) -> list[Any]:
    """By what reads ahead among the arguments of `enumerate`."""
    ahead_of = itertools.pairwise
    return [
        None,
        *(x for _, x in enumerate([now() for _ in ahead_of(event["Records"])])),
    ]


def data_classes_ahead(event: Any) -> list[Any]:
    """By what reads Powertools' data classes ahead."""
    return [None, *[now() for _ in itertools.pairwise(SQSEvent(event).records)]]


class Pairs:
    """A class of somebody's, with records that are pairs."""

    def __init__(self, event: Any) -> None:
        self.records = itertools.pairwise(SQSEvent(event).records)


def named_alike(event: Any) -> list[Any]:
    """By what has the same name, and reads ahead."""
    pairs = Pairs(event)
    found: list[Any] = [None]
    for _ in pairs.records:
        found.append(now())  # noqa: PERF401 - a plain loop is the test
    return found


def made_alike(event: Any) -> list[Any]:
    """By what has the same name, and is made right there."""
    return [None, *[now() for _ in Pairs(event).records]]


def next_of_data_classes(event: Any) -> list[Any]:
    """By hand, out of a generator of Powertools'."""
    records = SQSEvent(event).records
    return [(next(records), now())[1] for _ in range(4)]


def spread(event: Any) -> list[Any]:
    """By `enumerate` of what is taken apart for it."""
    found: list[Any] = []
    try:
        for _ in enumerate(*event["Records"]):
            found.append("no")  # noqa: PERF401 - a plain loop is the test
    except TypeError:
        found += [now()] * 4
    return found


def in_chunks(event: Any) -> list[Any]:
    """By a generator that reads several ahead."""

    def chunks(records: Any) -> Iterator[list[Any]]:
        chunk = []
        for record in records:
            chunk.append(record)
            if len(chunk) == 2:
                yield chunk
                chunk = []

    return [now() for _ in chunks(event["Records"]) for _ in range(2)]


def by_hand(event: Any, begin: Any = iter) -> list[Any]:
    """One after the other, by hand."""
    records = begin(event["Records"])
    return [(next(records), now())[1] for _ in range(4)]


@pytest.mark.parametrize(
    "code",
    [
        index,
        mapped,
        ahead,
        generated_ahead,
        numbered_ahead,
        ahead_behind_numbers,
        ahead_in_numbers,
        data_classes_ahead,
        named_alike,
        made_alike,
        next_of_data_classes,
        spread,
        in_chunks,
        by_hand,
    ],
)
def test_rather_none_than_a_wrong_one(code: Callable[[Any], list[Any]]) -> None:
    """Where nobody sees which record is handled, none of theirs is in force."""
    for _ in range(40):
        assert flags.handler(lambda event, _: code(event))(batch(), None) == NONE


@pytest.mark.parametrize("code", [index, mapped, by_hand, next_of_data_classes])
def test_what_all_agree_on_is_in_force_anywhere(
    code: Callable[[Any], list[Any]],
) -> None:
    """A batch of one decision has it everywhere; so has the part that all agree on."""
    same: Any = flags.handler(lambda event, _: code(event))
    texts: list[str | None] = [
        "v1~search.blue.1~shop.green.1",
        *["v1~shop.green.1"] * 3,
    ]

    assert ["v1~shop.green.1"] * 4 == same(batch(["v1~shop.green.1"] * 4), None)
    assert ["v1~shop.green.1"] * 4 == same(batch(texts), None)


def test_leaving_early() -> None:
    """A loop that is left, by a break or an error, leaves nothing behind."""

    @flags.handler
    def code(event: Any, context: Any) -> list[Any]:  # noqa: ARG001
        for _ in event["Records"]:
            break
        found = [now()]
        try:
            for record in event["Records"]:
                int(record["messageId"] + "?")
        except ValueError:
            found.append(now())
        return found

    assert [None, None] == code(batch(), None)


def test_leaving_late() -> None:
    """A loop that is dropped in the next invocation takes nothing away from it."""
    kept: list[Any] = []

    @flags.handler
    def first(event: Any, context: Any) -> None:  # noqa: ARG001
        kept.append(iter(SQSEvent(event).records))
        next(kept[0])

    @flags.handler
    def second(event: Any, context: Any) -> str | None:  # noqa: ARG001
        kept.clear()
        return now()

    first(batch(), None)
    assert "v1~shop.green.7" == second({NAME: "v1~shop.green.7"}, None)


def test_the_event_is_the_one_that_came() -> None:
    """Nothing in it is another or of another type, whatever its records carry."""
    for texts in (TEXTS, TEXTS[:1] * 2):
        given = batch(texts)
        records, each = given["Records"], [*given["Records"]]
        seen: list[Any] = []
        flags.handler(lambda event, _: seen.append(event))(given, None)  # noqa: B023

        assert seen[0] is given
        assert given["Records"] is records
        assert type(records) is list
        assert all(now is before for now, before in zip(records, each, strict=True))
        assert batch(texts) == given


def test_behind_the_loop() -> None:
    """A variable that still holds the last record shows nothing any more."""

    @flags.handler
    def code(event: Any, context: Any) -> list[Any]:  # noqa: ARG001
        for record in event["Records"]:
            if record["messageId"] == "1":
                break
        found = [now()]
        try:
            for record in event["Records"]:
                int(record["messageId"] + "?")
        except ValueError:
            found.append(now())
        return [*found, (record, now())[1]]

    assert [None] * 3 == code(batch(), None)


def test_what_was_put_in_force_counts() -> None:
    """In a loop over records as well, until its end."""

    @flags.handler
    def code(event: Any, context: Any) -> list[Any]:  # noqa: ARG001
        found = []
        for record in event["Records"][:1]:
            with flags.carrying(None):
                found.append(now())
            with flags.carrying(event["Records"][1]):
                found.append(now())
            found += [(now(), other)[0] for other in flags.records(event)]
            found.append((now(), record)[0])
        return found

    assert [None, TEXTS[1], *TEXTS, TEXTS[0]] == code(batch(), None)


def test_tasks() -> None:
    """A task has what its record has, where it was made in a loop."""

    async def later(text: str) -> str | None:
        await asyncio.sleep(0)
        return (now(), text)[0]

    @flags.handler
    async def code(event: Any, context: Any) -> list[Any]:  # noqa: ARG001
        tasks = [asyncio.create_task(later(r["messageId"])) for r in event["Records"]]
        found: list[Any] = [await task for task in tasks]
        async with asyncio.TaskGroup() as group:
            for record in event["Records"]:
                task = group.create_task(later(record["messageId"]))
                tasks.append(task)
        own = copy_context()
        plain = asyncio.create_task(later("x"), context=own)
        return [*found, *(task.result() for task in tasks[4:]), await plain, now()]

    assert [*TEXTS, *TEXTS, None, None] == asyncio.run(code(batch(), None))


def test_threads_of_a_pool() -> None:
    """So has what is handed to a thread, however it gets there."""

    def send(text: str) -> str | None:
        return (now(), text)[0]

    @flags.handler
    def code(event: Any, context: Any) -> list[Any]:  # noqa: ARG001
        with ThreadPoolExecutor(2) as pool:
            started = [pool.submit(send, r["messageId"]) for r in event["Records"]]
            found = [future.result() for future in started]
            return [*found, pool.submit(send, "x").result()]

    @flags.handler
    async def code_async(event: Any, context: Any) -> list[Any]:  # noqa: ARG001
        found = [
            await asyncio.to_thread(send, r["messageId"]) for r in event["Records"]
        ]
        run = asyncio.get_running_loop().run_in_executor
        found += [await run(None, send, r["messageId"]) for r in event["Records"]]
        return [*found, await asyncio.to_thread(send, "x")]

    assert [*TEXTS, None] == code(batch(), None)
    assert [*TEXTS, *TEXTS, None] == asyncio.run(code_async(batch(), None))


def test_an_asynchronous_handler() -> None:
    """What a coroutine awaits in its loop is at the record."""

    async def send() -> str | None:
        await asyncio.sleep(0)
        return now()

    @flags.handler
    async def code(event: Any, context: Any) -> list[Any]:  # noqa: ARG001
        found = []
        for _ in event["Records"]:
            found.append(await send())  # noqa: PERF401 - a plain loop is the test
        return found

    assert TEXTS == asyncio.run(code(batch(), None))


def test_other_sources() -> None:
    """Lists of records by partition or queue, and events that are a list."""
    one, two = ({"value": None, NAME: text} for text in TEXTS[:2])

    def kafka(event: Any, _: Any) -> list[Any]:
        return [now() for part in event["records"].values() for record in part]

    records = {"t-0": [one, two], "t-1": [{}], "t-2": [two]}
    event = {"eventSource": "aws:kafka", "records": records}
    expected = [*TEXTS[:3], TEXTS[1]]
    assert expected == flags.handler(kafka)(event, None)

    fields = [{"request": {"headers": {NAME: text}}} for text in TEXTS]
    assert TEXTS == flags.handler(lambda event, _: [now() for _ in event])(fields, None)

    stream = {"Records": [{"kinesis": {"data": ""}, NAME: text} for text in TEXTS[:2]]}
    classes: Any = flags.handler(
        lambda event, _: [now() for _ in KinesisStreamEvent(event).records]
    )
    assert TEXTS[:2] == classes(stream, None)


def test_code_that_cannot_be_read_shows_no_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where instructions have other names, none is better than a wrong one."""
    frames._loops.cache_clear()  # noqa: SLF001
    steps = dis.get_instructions
    monkeypatch.setattr(
        dis,
        "get_instructions",
        lambda code: [step._replace(opname="OTHER") for step in steps(code)],
    )
    assert NONE == flags.handler(lambda event, _: comprehension(event))(batch(), None)

    def unknown(code: Any) -> Any:
        raise KeyError(code)

    frames._loops.cache_clear()  # noqa: SLF001
    monkeypatch.setattr(dis, "get_instructions", unknown)
    assert NONE == flags.handler(lambda event, _: comprehension(event))(batch(), None)
    frames._loops.cache_clear()  # noqa: SLF001


def test_events_in_a_data_class() -> None:
    """Behind Powertools' `event_source` the handler gets what it got, followed."""

    @event_source(data_class=SQSEvent)
    @flags.handler
    def code(event: SQSEvent, context: Any) -> list[Any]:  # noqa: ARG001
        assert isinstance(event, SQSEvent)
        return [now() for _ in event.records]

    context: Any = None
    assert TEXTS == code(batch(), context)
    assert not flags.carriers.unread


def test_records_have_tokens() -> None:
    """The texts of this file are tokens."""
    assert all(Token.parse(text) for text in TEXTS if text)
