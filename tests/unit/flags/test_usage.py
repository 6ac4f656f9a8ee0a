"""Reports of the flags that are in use."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any, cast

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from flags.aws.client import AwsClient
from flags.aws.errors import AwsError
from flags.store.usage import Usage as Reports
from flags.testing import FakeClock
from flags.usage import (
    DAY,
    FIRST_BACKOFF,
    KEPT_DAYS,
    LAST_BACKOFF,
    NotAllowed,
    Report,
    Usage,
    reporting,
    table_sink,
)
from tests.contracts.store_contract import make_table

NEVER, ALWAYS = 0.99, 0.0


class Sink:
    """Keeps reports, or fails with what it is told to."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.asked = 0
        self.error: Exception | None = None

    def __call__(self, report: Report) -> None:
        """Note a report."""
        self.asked += 1
        if self.error:
            raise self.error
        self.reports.append(report)

    def names(self) -> list[list[str]]:
        """The flags of each report."""
        return [sorted(report.flags) for report in self.reports]


def dice(value: float) -> Callable[[], float]:
    """Dice that always fall the same way."""
    return lambda: value


def test_first_names_of_a_day_go_out_at_once() -> None:
    """Without luck too: what is evaluated today is known today."""
    sink, clock = Sink(), FakeClock(20_000 * DAY + 7)
    usage = Usage(sink, random=dice(NEVER))

    usage.after_poll({"gift", "theme"}, clock())

    expected = Report(
        day="2024-10-04",
        flags=frozenset({"gift", "theme"}),
        expires_at=(20_000 + KEPT_DAYS) * DAY,
    )
    assert [expected] == sink.reports


def test_nothing_new_is_nothing_said() -> None:
    """A poll without news writes nothing, whatever the dice say."""
    sink, clock = Sink(), FakeClock()
    usage = Usage(sink, random=dice(ALWAYS))

    usage.after_poll(set(), clock())
    usage.after_poll({"gift"}, clock())
    usage.after_poll({"gift"}, clock())

    assert [["gift"]] == sink.names()


def test_later_names_wait_for_luck() -> None:
    """One poll in twenty, and only what was not said before."""
    sink, clock = Sink(), FakeClock()
    fallen = iter([0.05, 0.3, 0.049])
    usage = Usage(sink, random=lambda: next(fallen))
    usage.after_poll({"gift"}, clock())

    for _ in range(3):
        usage.after_poll({"gift", "theme"}, clock())

    assert [["gift"], ["theme"]] == sink.names()


def test_a_new_day_begins_anew() -> None:
    """All names again, at the first poll after midnight UTC."""
    sink, clock = Sink(), FakeClock(20_000 * DAY - 1)
    usage = Usage(sink, random=dice(NEVER))
    usage.after_poll({"gift"}, clock())
    clock.advance(1)

    usage.after_poll({"gift"}, clock())

    assert [("2024-10-03"), ("2024-10-04")] == [report.day for report in sink.reports]
    assert [["gift"], ["gift"]] == sink.names()


def test_not_allowed_is_for_life() -> None:
    """A function without the permission asks once."""
    sink, clock = Sink(), FakeClock()
    sink.error = NotAllowed()
    usage = Usage(sink, random=dice(ALWAYS))

    for _ in range(3):
        usage.after_poll({"gift"}, clock())
        clock.advance(2 * DAY)

    assert 1 == sink.asked


def test_failures_back_off() -> None:
    """The pause doubles up to an hour, and the names are not lost."""
    sink, clock = Sink(), FakeClock()
    sink.error = TimeoutError()
    usage = Usage(sink, random=dice(ALWAYS))
    tries: list[float] = []
    for _ in range(5 * int(LAST_BACKOFF)):
        usage.after_poll({"gift"}, clock())
        if sink.asked > len(tries):
            tries.append(clock())
        clock.advance(1)
    gaps = [later - sooner for sooner, later in pairwise(tries)]
    sink.error = None
    clock.advance(LAST_BACKOFF)
    usage.after_poll({"gift"}, clock())

    assert [FIRST_BACKOFF / 2 * 2**n for n in range(6)] == gaps[:6]
    assert {LAST_BACKOFF / 2} == set(gaps[6:])
    assert [["gift"]] == sink.names()


@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from("abcdef")), st.integers(0, DAY), st.floats()),
        max_size=20,
    )
)
def test_no_name_twice_a_day(polls: list[tuple[set[str], int, float]]) -> None:
    """Whatever is evaluated whenever, a day has each name at most once."""
    sink, clock = Sink(), FakeClock()
    luck = [0.0]
    usage = Usage(sink, random=lambda: luck[0])
    used: set[str] = set()
    for more, seconds, luck[0] in polls:
        used |= more
        usage.after_poll(used, clock())
        clock.advance(seconds)
    said = [(report.day, name) for report in sink.reports for name in report.flags]

    assert len(set(said)) == len(said)


class Answers:
    """Stands for a client: keeps what is asked, and answers with a status."""

    service = "dynamodb"

    def __init__(self, status: int, body: bytes = b"{}") -> None:
        self.status = status
        self.body = body
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, Any]] = []

    def begin(self, *_: str, **question: Any) -> Answers:
        """Note a question."""
        self.asked.append(question)
        return self

    def result(self) -> Answers:
        """The answer."""
        return self


def client(status: int, code: str = "") -> tuple[AwsClient, Answers]:
    """A client whose service answers so."""
    body = b'{"__type":"a#%s"}' % code.encode()
    answers = Answers(status, body)
    return cast("AwsClient", answers), answers


def report() -> Report:
    """A report."""
    return Report(day="2030-01-31", flags=frozenset("ba"), expires_at=9)


def test_table_sink() -> None:
    """The names are added to a set, so that no container overwrites another's."""
    aws, answers = client(200)

    table_sink(aws, "rules")(report())

    (asked,) = answers.asked
    assert 0.25 == asked["timeout"]
    for text in (
        b'"TableName":"rules"',
        b'"Key":{"pk":{"S":"usage"},"sk":{"S":"2030-01-31"}}',
        b'":names":{"SS":["a","b"]}',
        b'":expires":{"N":"9"}',
    ):
        assert text in asked["body"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("AccessDeniedException", NotAllowed), ("ThrottlingException", AwsError)],
)
def test_refusals(code: str, expected: type[Exception]) -> None:
    """Only a missing permission is final."""
    aws, _ = client(400, code)

    with pytest.raises(expected):
        table_sink(aws, "rules")(report())


def test_a_whole_report() -> None:
    """From the first poll to the request, and no second one."""
    aws, answers = client(200)
    usage = reporting(aws, "rules")

    usage.after_poll({"gift"}, FakeClock()())
    usage.after_poll({"gift"}, FakeClock()())

    assert 1 == len(answers.asked)


def test_the_store_reads_what_is_reported() -> None:
    """DynamoDB takes the request, adds the names of all, and the CLI finds them."""
    aws, answers = client(200)
    sink = table_sink(aws, "rules")
    for names in ("ab", "bc"):
        sink(Report(day="2030-01-31", flags=frozenset(names), expires_at=9))

    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="eu-west-1")
        make_table(dynamodb, "rules")
        for asked in answers.asked:
            dynamodb.update_item(**json.loads(asked["body"]))
        found = Reports(dynamodb, "rules").usage(date(2030, 1, 1))

    assert {"2030-01-31": frozenset("abc")} == found
