"""Which units failed, as each source reads a target's answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from flags.token import Token
from router.document import Malformed, Node
from router.errors import (
    AliasGone,
    NotDeployed,
    NotRun,
    OutOfTime,
    TargetError,
    TargetTimeout,
    service_error,
)
from router.sources import recognise
from router.sources.source import NotReached, Outcome, Part
from tests.fuzz.index import INDEX
from tests.fuzz.rig import corpus
from tests.unit.router.arriving import events

Failures = tuple[bool | None, ...]
WEB = ("http_default", "url_none", "rest_get", "alb_single")
LENIENT = ("http_default", "url_none", "websocket_message")
SOURCES = sorted({entry.source for entry in INDEX.values()})
ODD = (b"", b"null", b"[]", b"7", b"not JSON", b'{"records":{}}', b"[" * 100_000)


def outcome(
    event: bytes, answer: Any = None, error: Exception | None = None
) -> Outcome:
    """What became of all of an event's units."""
    node = Node.of(event)
    units = recognise(node).units(node) or (node,)
    raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    parts = [Part(unit=unit, token=Token()) for unit in units]
    return Outcome(parts=parts, answer=raw, error=error)


def failures(name: str, answer: Any, *, whole: bool = False) -> Failures:
    """The failures among an event's units, if all were answered so."""
    event = corpus()[name]
    source = recognise(Node.of(event))
    return source.failures(outcome(event, answer), whole=whole)


def listed(*identifiers: Any) -> Any:
    """An answer that names failed records."""
    return {"batchItemFailures": [{"itemIdentifier": one} for one in identifiers]}


def shard(source: str) -> tuple[str, list[str]]:
    """An event of four or more records in order, with their identifiers."""
    name, place = {
        "kinesis": ("kinesis_json", ("kinesis", "sequenceNumber")),
        "dynamodb": ("dynamodb_changes", ("dynamodb", "SequenceNumber")),
    }[source]
    records = json.loads(corpus()[name])["Records"]
    return name, [record[place[0]][place[1]] for record in records]


@pytest.mark.parametrize("name", WEB)
@pytest.mark.parametrize("status", [500, 502, 599, 600, 0, 99, "503", "x", True, 200.5])
def test_a_servers_error_is_a_failure(name: str, status: Any) -> None:
    """From 500 on, and for what is no status code: the source makes it a 500 or 502."""
    assert (True,) == failures(name, {"statusCode": status, "body": ""})


@pytest.mark.parametrize("name", [*WEB, "websocket_message"])
@pytest.mark.parametrize("status", [200, 200.0, "201", 302, 404, 429, 499])
def test_what_the_caller_did_wrong_is_no_failure(name: str, status: Any) -> None:
    """Below 500 the target has answered, whatever it said."""
    assert (False,) == failures(name, {"statusCode": status, "body": ""})


@pytest.mark.parametrize("name", LENIENT)
@pytest.mark.parametrize("answer", [{}, {"total": 3}, "text", None, [1]])
def test_the_short_form_is_good(name: str, answer: Any) -> None:
    """Where a source takes an answer without status code for the body."""
    assert (False,) == failures(name, answer)


@pytest.mark.parametrize("answer", [{}, {"body": "x"}, {"headers": {}, "cookies": []}])
def test_rest_apis_need_no_status(answer: Any) -> None:
    """API Gateway takes none for 200."""
    assert (False,) == failures("rest_get", answer)


@pytest.mark.parametrize("answer", [{"total": 3}, "text", None, [1], b"not JSON"])
def test_rest_apis_need_the_long_form(answer: Any) -> None:
    """Anything else is a malformed answer, for which the caller gets a 502."""
    assert (True,) == failures("rest_get", answer)


@pytest.mark.parametrize("answer", [{}, {"body": "x"}, "text", None, b"not JSON"])
def test_load_balancers_need_a_status(answer: Any) -> None:
    """Without one the caller gets a 502."""
    assert (True,) == failures("alb_single", answer)


def test_records_of_a_pipe_that_the_answer_names_have_failed() -> None:
    """By what their own source calls them."""
    records = json.loads(corpus()["pipes_kinesis"])
    named = listed(records[1]["eventID"])

    assert (False, True, None, None) == failures("pipes_kinesis", named)
    assert {True} == set(failures("pipes_kinesis", listed("another")))


def test_messages_that_the_answer_names_have_failed() -> None:
    """In a queue each message stands for itself."""
    ids = [r["messageId"] for r in json.loads(corpus()["sqs_many"])["Records"]]
    expected = tuple(index in (1, 3) for index in range(len(ids)))
    assert expected == failures("sqs_many", listed(ids[3], ids[1]))


@pytest.mark.parametrize("source", ["kinesis", "dynamodb"])
def test_records_behind_a_failed_one_are_not_counted(source: str) -> None:
    """The stream delivers them again, whether or not they are named as well."""
    name, ids = shard(source)
    behind = (None,) * (len(ids) - 2)
    assert (False, True, *behind) == failures(name, listed(ids[1]))
    assert (False, True, *behind) == failures(name, listed(ids[2], ids[1]))


def test_a_partition_is_a_stream() -> None:
    """What fails in one Kafka partition says nothing of the others."""
    parts = json.loads(corpus()["kafka_partitions"])["records"]
    first = next(iter(parts.values()))[0]
    named = {"partition": f"{first['topic']}-{first['partition']}"}
    found = failures("kafka_partitions", listed({**named, "offset": first["offset"]}))
    mine = len(next(iter(parts.values())))
    assert (True, *(None,) * (mine - 1)) == found[:mine]
    assert found[mine:]
    assert not any(found[mine:])


PARTIAL = ("sqs_many", "kinesis_json", "dynamodb_changes", "kafka_partitions")


@pytest.mark.parametrize("name", PARTIAL)
def test_a_list_that_lambda_would_not_take_fails_all(name: str) -> None:
    """It is as if the target had failed: all is delivered again."""
    for answer in (listed("somebody's"), {"batchItemFailures": 3}, b"not JSON"):
        assert {True} == set(failures(name, answer))


@pytest.mark.parametrize("name", PARTIAL)
def test_an_empty_list_is_a_success(name: str) -> None:
    """As are all the answers that Lambda takes for one."""
    for answer in (listed(), {"batchItemFailures": None}, None, {}, "", b""):
        assert {False} == set(failures(name, answer))


@pytest.mark.parametrize("name", PARTIAL)
def test_a_list_that_nobody_reads_is_no_failure(name: str) -> None:
    """Without partial responses an answer is a success, as for the source."""
    assert {False} == set(failures(name, listed("x"), whole=True))


def test_firehose_is_told_of_each_record() -> None:
    """Dropped is as good as transformed; what is left out has failed."""
    results = [
        {"recordId": "record0", "result": "ProcessingFailed"},
        {"recordId": "record2", "result": "Dropped"},
    ]
    assert (True, True, False) == failures("firehose_direct", {"records": results})
    results.append({"recordId": "record1", "result": "Ok"})
    assert (False, True, False) == failures("firehose_direct", {"records": results})


def test_a_batch_of_fields_says_which_failed() -> None:
    """By `errorMessage`, beside the data or without."""
    fields = len(json.loads(corpus()["appsync_batch"]))
    good = {"data": {"total": 1}, "errorMessage": None}
    answers: list[Any] = [good] * fields
    answers[1] = {"data": None, "errorMessage": "no", "errorType": "Odd"}
    expected = tuple(index == 1 for index in range(fields))
    assert expected == failures("appsync_batch", answers)
    for uneven in (answers[1:], None, {"a": 1}, b"not JSON"):
        assert (True,) * fields == failures("appsync_batch", uneven)


def test_a_batch_of_one_field_is_a_batch() -> None:
    """And a field alone is its answer's own affair."""
    alone = corpus()["appsync_cognito"]
    answers = [{"errorMessage": "no"}]
    source = recognise(Node.of(b" [" + alone + b"]"))
    batch = outcome(b" [" + alone + b"]", answers)
    assert (True,) == source.failures(batch, whole=False)
    assert (False,) == failures("appsync_cognito", answers[0])


OTHERS = sorted(
    set(SOURCES)
    - {"http", "url", "rest", "alb", "websocket", "appsync"}
    - {"sqs", "kinesis", "dynamodb", "kafka", "firehose", "pipes"}
)


@pytest.mark.parametrize("source", OTHERS)
def test_other_sources_know_only_errors(source: str) -> None:
    """Whatever is answered is a success."""
    for answer in (None, {"statusCode": 500}, listed("x"), {"errorMessage": "no"}):
        assert {False} == set(failures(events(source)[0], answer))


ALIAS = (
    TargetError("no"),
    TargetTimeout("no"),
    AliasGone("ResourceNotFoundException", "no", "gone"),
    NotDeployed("shop:green", ()),
    service_error("TooManyRequestsException", "no"),
    service_error("AccessDeniedException", "no"),
    service_error("SnapStartException", "no"),
    service_error("RecursiveInvocationException", "no"),
)
NOT_ALIAS = (
    NotReached("no"),
    OutOfTime("no"),
    Malformed(3),
    NotRun("Unreachable", "no", "unreached"),
    service_error("RequestTooLargeException", "no"),
    service_error("InvalidSignatureException", "no"),
)


@pytest.mark.parametrize("source", SOURCES)
def test_an_error_is_all_units(source: str) -> None:
    """They failed, unless the error would have come from any alias."""
    event = corpus()[events(source)[0]]
    found = recognise(Node.of(event))
    for error in ALIAS + NOT_ALIAS:
        ended = outcome(event, listed("x"), error)
        expected: Sequence[bool | None] = [None if error in NOT_ALIAS else True]
        for whole in (True, False):
            told = found.failures(ended, whole=whole)
            assert tuple(expected) * len(ended.parts) == told, error


@pytest.mark.parametrize("source", SOURCES)
def test_any_answer_is_read(source: str) -> None:
    """Of any event, an answer has something to say of each unit."""
    for name in events(source):
        for answer in ODD:
            ended = outcome(corpus()[name], answer)
            assert len(ended.parts) == len(failures(name, answer)), name
