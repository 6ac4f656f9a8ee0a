"""Checks of what docs/event-sources.md says about what goes out.

Each takes a source and the text of its cell, and raises `AssertionError`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from flags.token import NAME
from router.document import Node
from router.sources import recognise
from tests.fuzz import documents, places
from tests.fuzz.index import INDEX
from tests.fuzz.rig import Reply, Rig, Seen, corpus, releasing, rules
from tests.unit.router.arriving import events, node, ticked


def check_units(source: str, cell: str) -> None:
    """As many units as there are records, and lanes where order counts."""
    entries = [INDEX[name] for name in events(source)]
    several = any(len(entry.keys) > 1 for entry in entries)
    lanes = {lane for entry in entries for lane in entry.lanes}

    # One record is what SNS sends, and S3.
    assert several == ("each" in cell) or source in ("sns", "s3")
    assert (lanes == {None}) == ("in order" not in cell)
    assert ("partition" in cell) == (len(lanes - {None}) > 1)
    if "window" in cell:
        assert 1 == len(INDEX[f"{source}_window"].keys)
    if "group" in cell:
        event = node("sqs_groups")
        found = recognise(event)
        assert 3 == len({found.together(unit) for unit in found.units(event)})


def check_token(source: str, cell: str) -> None:
    """The token is where it says: in that place of the payload, or beside it."""
    rig = releasing(0)
    beside = 0
    for name in events(source):
        rig.handle(corpus()[name])
        for seen in rig.seen:
            context = NAME in (seen.context or "")
            beside += context
            if not context:
                named = [place.rpartition(".")[2] for place in ticked(cell)]
                text = seen.payload.decode()
                assert not named or any(place in text for place in named)
                tree = documents.load(seen.payload)
                assert all(places.places(source, tree)), name
    assert bool(beside) == ("ClientContext" in cell)
    assert ("ClientContext" in cell.partition(",")[0].partition(";")[0]) == (
        beside >= len(events(source))
    )


# Events whose units go to both aliases; AppSync's is made of several callers.
SPLIT = {
    "sqs": "sqs_many",
    "kinesis": "kinesis_json",
    "dynamodb": "dynamodb_changes",
    "kafka": "kafka_partitions",
    "firehose": "firehose_direct",
    "mq": "mq_active",
    "appsync": "appsync_batch",
    "pipes": "pipes_sqs",
}


def split(source: str) -> tuple[Rig, bytes]:
    """A router that sends some units of an event to each alias."""
    event = corpus()[SPLIT[source]]
    if source == "appsync":
        pages = json.loads(event)
        for number, page in enumerate(pages):
            page["identity"]["claims"]["sub"] = f"caller-{number}"
        event = json.dumps(pages).encode()
    for weight in range(10, 100, 5):
        rig = releasing(weight)
        rig.says = lambda seen: nothing(source, seen)
        rig.handle(event)
        if {"blue", "green"} == {seen.alias for seen in rig.seen}:
            return rig, event
    raise AssertionError(source)


def identifiers(source: str, seen: Seen) -> list[Any]:
    """How partial responses name the records that a target saw."""
    tree = json.loads(seen.payload)
    if source == "kafka":
        found = [one for part in tree["records"].values() for one in part]
        return [
            {"partition": f"{r['topic']}-{r['partition']}", "offset": r["offset"]}
            for r in found
        ]
    if source == "pipes":
        return [record["messageId"] for record in tree]
    place: dict[str, Callable[[Any], Any]] = {
        "sqs": lambda r: r["messageId"],
        "kinesis": lambda r: r["kinesis"]["sequenceNumber"],
        "dynamodb": lambda r: r["dynamodb"]["SequenceNumber"],
    }
    return [place[source](record) for record in tree["Records"]]


def failing(items: list[Any]) -> Reply:
    """An answer that these records failed."""
    listed = [{"itemIdentifier": one} for one in items]
    return Reply(payload=json.dumps({"batchItemFailures": listed}).encode())


def check_answer(source: str, cell: str) -> None:
    """One answer is handed back as it is, two are merged as it says."""
    assert cell.startswith("as it is")
    rig, answer = Rig(rules()), b'{"a": 1.10, "a": 1e400}\n'
    rig.answer = answer
    for name in events(source):
        if not any(INDEX[name].tokens):
            assert answer == rig.handle(corpus()[name])
    if "cookie" in cell:
        check_cookie(source)
    if "of two" in cell:
        rig, event = split(source)
        MERGES[source](rig, event)


def check_cookie(source: str) -> None:
    """A visitor without an identity is given one to come back with."""
    rig = releasing()
    rig.answer = b'{"statusCode":200,"body":"1.10"}'
    name = {"rest": "rest_get", "alb": "alb_base64"}.get(source, f"{source}_base64")
    event = corpus()[name].replace(b"session", b"other")

    assert b"canary-id=visitor-0001" in rig.handle(event)


def merges_failures(rig: Rig, event: bytes) -> None:
    """Each alias reports its last record; both are in the answer."""
    source = recognise(Node.of(event)).name
    rig.says = lambda seen: failing(identifiers(source, seen)[-1:])
    listed = json.loads(rig.handle(event))["batchItemFailures"]
    expected = [identifiers(source, seen)[-1] for seen in rig.seen]
    got = [one["itemIdentifier"] for one in listed]

    assert all(one in got for one in expected)
    # Where order counts nothing is invoked after a failure, and fails as well.
    assert len(got) == len(expected) or source == "kafka"


def merges_first(rig: Rig, event: bytes) -> None:
    """The stream goes on from the first failed record; nobody runs after it."""
    source = recognise(Node.of(event)).name
    rig.says = lambda seen: failing(identifiers(source, seen)[-1:])
    listed = json.loads(rig.handle(event))["batchItemFailures"]

    assert 1 == len(rig.seen)
    last = identifiers(source, rig.seen[0])[-1]
    assert [{"itemIdentifier": last}] == listed


def merges_records(rig: Rig, event: bytes) -> None:
    """Transformed records come back in the order of the event."""

    def says(seen: Seen) -> Reply:
        found = json.loads(seen.payload)["records"]
        records = [{"recordId": r["recordId"], "result": seen.alias} for r in found]
        return Reply(payload=json.dumps({"records": records[::-1]}).encode())

    rig.says = says
    merged = json.loads(rig.handle(event))["records"]
    order = [record["recordId"] for record in json.loads(event)["records"]]

    assert order == [record["recordId"] for record in merged]
    assert {"blue", "green"} == {record["result"] for record in merged}


def merges_list(rig: Rig, event: bytes) -> None:
    """Each field's answer is at its place in the list."""

    def says(seen: Seen) -> Reply:
        pages = json.loads(seen.payload)
        return Reply(payload=json.dumps([p["source"]["id"] for p in pages]).encode())

    rig.says = says
    expected = [page["source"]["id"] for page in json.loads(event)]
    assert expected == json.loads(rig.handle(event))


MERGES: dict[str, Callable[[Rig, bytes], None]] = {
    "sqs": merges_failures,
    "kafka": merges_failures,
    "kinesis": merges_first,
    "dynamodb": merges_first,
    "firehose": merges_records,
    "appsync": merges_list,
    "pipes": merges_failures,
}
FAILED = Reply(payload=b'{"errorType":"Odd","errorMessage":"no"}', error="Unhandled")


def check_error(source: str, cell: str) -> None:
    """A target's error comes out, or its records are reported as failed."""
    for name in events(source):
        rig = releasing(0)
        rig.says = lambda _: FAILED
        with pytest.raises(Exception, match="no"):
            rig.handle(corpus()[name])
    if source not in SPLIT:
        assert cell == "comes out"
        return
    rig, event = split(source)
    rig.says = lambda _: Reply(payload=b"null")
    if cell == "comes out":
        rig.says = lambda seen: (
            FAILED if seen.alias == "green" else nothing(source, seen)
        )
        with pytest.raises(Exception, match="no"):
            rig.handle(event)
        return
    # The second invocation fails, the first went well.
    rig.says = lambda _: FAILED if len(rig.seen) > 1 else Reply(payload=b"null")
    listed = json.loads(rig.handle(event))["batchItemFailures"]
    failed = [item for seen in rig.seen[1:2] for item in identifiers(source, seen)]
    assert failed == [one["itemIdentifier"] for one in listed][: len(failed)]


def nothing(source: str, seen: Seen) -> Reply:
    """An answer that says nothing, in the form that the source asks for."""
    if source == "appsync":
        fields = [None] * len(json.loads(seen.payload))
        return Reply(payload=json.dumps(fields).encode())
    return Reply(payload=b'{"records":[]}' if source == "firehose" else b"null")
