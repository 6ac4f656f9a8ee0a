"""Code that knows nothing of us has each record's own decision, or none."""

from __future__ import annotations

import copy
import dis
import itertools
import json
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import (
    KinesisStreamEvent,
    SQSEvent,
    event_source,
)

import flags
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


def a_list(event: Any) -> list[Any]:
    """By way of a list."""
    return [now() for _ in list(event["Records"])]


def in_order(event: Any) -> list[Any]:
    """Sorted."""
    return [now() for _ in sorted(event["Records"], key=lambda r: str(r["messageId"]))]


def mapped(event: Any) -> list[Any]:
    """By `map`, of which nobody sees what is done with the records."""
    return list(map(lambda _: now(), event["Records"]))  # noqa: C417 - that's the test


def ahead(event: Any) -> list[Any]:
    """By what reads one ahead."""
    return [None, *(now() for _ in itertools.pairwise(event["Records"]))]


def generated(event: Any) -> list[Any]:
    """By a generator expression, of which nobody knows who takes what it yields."""
    return list(now() for _ in event["Records"])  # noqa: C400 - that's the test


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


def data_classes_in_a_generator(event: Any) -> list[Any]:
    """By a generator over data classes."""
    records = (record for record in SQSEvent(event).records)
    return [now() for _ in records]


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


def numbered_chunks(event: Any) -> list[Any]:
    """With numbers, over something else."""
    return [now() for _ in enumerate(itertools.chain(event["Records"]))]


def by_hand(event: Any, begin: Any = iter) -> list[Any]:
    """One after the other, by hand."""
    records = begin(event["Records"])
    return [(next(records), now())[1] for _ in range(4)]


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
        index,
        a_list,
        in_order,
        mapped,
        ahead,
        generated,
        generated_ahead,
        numbered_ahead,
        ahead_behind_numbers,
        ahead_in_numbers,
        data_classes_ahead,
        named_alike,
        made_alike,
        next_of_data_classes,
        data_classes_in_a_generator,
        spread,
        in_chunks,
        numbered_chunks,
        by_hand,
        unpacked,
        collected,
    ],
)
def test_rather_none_than_a_wrong_one(code: Callable[[Any], list[Any]]) -> None:
    """Where nobody sees which record is handled, none of theirs is in force."""
    for _ in range(40):
        assert flags.handler(lambda event, _: code(event))(batch(), None) == NONE


@pytest.mark.parametrize(
    "code", [index, a_list, generated, in_order, mapped, unpacked, collected]
)
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


def test_the_list_is_a_list() -> None:
    """It is equal to the one that came, in JSON too; copies of it are plain."""

    @flags.handler
    def code(event: Any, context: Any) -> None:  # noqa: ARG001
        records = event["Records"]
        assert isinstance(records, list)
        assert batch() == event
        assert json.dumps(batch()) == json.dumps(event)
        assert json.dumps(batch(), indent=1) == json.dumps(event, indent=1)
        assert len(records) == 4
        assert records[-1] in records
        assert type(records)(r for r in records) == records  # as pydantic does it
        for copied in (
            copy.copy(records),
            copy.deepcopy(event)["Records"],
            pickle.loads(pickle.dumps(records)),  # noqa: S301 - our own
            records[:],
            records * 1,
        ):
            assert type(copied) is list
            assert records == copied

    code(batch(), None)


def test_the_event_is_the_one_that_came() -> None:
    """Only the list in it is another, and only if its records differ."""
    given = batch()
    before = given["Records"]
    seen: list[Any] = []
    flags.handler(lambda event, _: seen.append(event))(given, None)
    assert seen[0] is given
    assert given["Records"] == before
    assert given["Records"] is not before

    same = batch(["v1~shop.green.1"] * 2)
    before = same["Records"]
    flags.handler(lambda event, _: seen.append(event))(same, None)
    assert same["Records"] is before


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


def test_an_unknown_python_shows_no_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where instructions have other names, none is better than a wrong one."""
    from flags.invocation import frames  # noqa: PLC0415 - imported late by us as well

    frames._steps.cache_clear()  # noqa: SLF001
    steps = dis.get_instructions
    monkeypatch.setattr(
        dis,
        "get_instructions",
        lambda code: [step._replace(opname="OTHER") for step in steps(code)],
    )
    try:
        assert (
            flags.handler(lambda event, _: comprehension(event))(batch(), None) == NONE
        )
    finally:
        frames._steps.cache_clear()  # noqa: SLF001


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
