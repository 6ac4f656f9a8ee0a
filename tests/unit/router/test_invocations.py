"""Falling back, batches in waves, and what finds no room."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest

from flags.record import replace
from flags.seal import Keys, mint
from flags.token import NAME, Token
from router.targets import SYNC_LIMIT
from router.trust import Trust
from tests.fuzz.rig import Reply
from tests.unit.router.conftest import RULES, Bench, Refusal, event

FAILED = Reply(
    payload=b'{"errorType":"ValueError","errorMessage":"no"}', error="Unhandled"
)
SERVICE = "shop-checkout"
SECRET = base64.b64encode(b"s" * 32).decode()


def rules(**route: Any) -> dict[str, Any]:
    """The shop's rules with one route for all, and named users on the canary."""
    found = {"name": "all", "service": SERVICE, "match": {}, **route}
    users = [f"green-{number}" for number in range(20)]
    flag = {**RULES["flags"]["shop"], "targets": {"canary": users}, "weight": 0}
    return {"flags": {"shop": flag}, "routing": {"routes": [found]}}


def kinesis(*keys: str) -> dict[str, Any]:
    """Records of one shard; a key that begins with green is on the canary."""
    return {
        "Records": [
            {
                "eventSource": "aws:kinesis",
                "eventSourceARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/s",
                "eventID": f"shardId-000000000000:{number}",
                "kinesis": {
                    "partitionKey": key,
                    "sequenceNumber": str(number),
                    "data": base64.b64encode(b'{"n": 1.10}').decode(),
                },
            }
            for number, key in enumerate(keys)
        ]
    }


def ran(bench: Bench) -> list[tuple[str, list[str]]]:
    """The aliases in the order of their invocations, with the records' numbers."""
    return [
        (call.alias, [r["kinesis"]["sequenceNumber"] for r in call.event["Records"]])
        for call in bench.calls
    ]


@pytest.mark.parametrize("code", ["AccessDeniedException", "KMSDisabledException"])
def test_a_canary_that_certainly_did_not_run_is_replaced(
    bench: Bench, code: str
) -> None:
    """Stable runs in its place, the token says so, and both are recorded."""
    bench.weight(100)
    bench.answers[SERVICE, "green"] = Refusal(code)
    assert bench.handle(event("http")) == {"ran": "blue"}
    assert [call.alias for call in bench.calls] == ["green", "blue"]
    assert "shop.blue." in bench.last.event["headers"][NAME]
    assert [line["reason"] for line in bench.lines][-1] == "FALLBACK"
    assert any(line.get("fallback") and line["error"] == code for line in bench.lines)


def test_throttling_is_no_reason_to_fall_back(bench: Bench) -> None:
    """The source is told to come back, as it would be without us."""
    bench.weight(100)
    bench.answers[SERVICE, "green"] = Refusal("TooManyRequestsException")
    with pytest.raises(Exception, match="TooManyRequestsException"):
        bench.handle(event("http"))
    assert [call.alias for call in bench.calls] == ["green"]


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_failing_canary_costs_an_idempotent_service_nothing(
    bench: Bench, *, idempotent: bool
) -> None:
    """Only if the rule says so does what failed on the canary run on stable."""
    bench.apply(rules(identity=[{"header": "x-user-id"}], idempotent=idempotent))
    bench.answers[SERVICE, "green"] = FAILED
    arrived = event("http")
    arrived["headers"]["x-user-id"] = "green-1"
    if idempotent:
        assert bench.handle(arrived) == {"ran": "blue"}
        assert any(line.get("error") == "ValueError" for line in bench.lines)
    else:
        with pytest.raises(Exception, match="no"):
            bench.handle(arrived)
    assert len(bench.calls) == 1 + idempotent


def test_a_failing_stable_never_falls_anywhere(bench: Bench) -> None:
    """There is nothing beyond stable, idempotent or not."""
    bench.apply(rules(idempotent=True))
    bench.answers[SERVICE, "blue"] = FAILED
    with pytest.raises(Exception, match="no"):
        bench.handle(event("http"))
    assert len(bench.calls) == 1


def test_a_shard_keeps_its_order(bench: Bench) -> None:
    """Runs of one colour go out one after the other, in the shard's order."""
    bench.apply(rules())
    bench.handle(kinesis("a", "green-1", "green-2", "b", "c", "green-1"))
    expected = [
        ("blue", ["0"]),
        ("green", ["1", "2"]),
        ("blue", ["3", "4"]),
        ("green", ["5"]),
    ]
    assert expected == ran(bench)


def test_a_shard_stops_at_the_first_failure(bench: Bench) -> None:
    """Nothing after it is invoked, and the stream goes on from it: no success twice."""
    bench.apply(rules())
    bench.answers[SERVICE, "green"] = FAILED
    answer = bench.handle(kinesis("a", "green-1", "green-2", "b"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": n} for n in ("1", "2")]}
    assert [call.alias for call in bench.calls] == ["blue", "green"]


def test_a_shard_stops_at_a_partial_failure_too(bench: Bench) -> None:
    """A target's own list of failures is handed on, and nothing after it runs."""
    bench.apply(rules())
    failures = {"batchItemFailures": [{"itemIdentifier": "2"}]}
    bench.answers[SERVICE, "green"] = failures
    assert bench.handle(kinesis("a", "green-1", "green-2", "b")) == failures
    assert len(bench.calls) == 2


def test_a_first_run_that_fails_fails_the_event(bench: Bench) -> None:
    """With nothing done before it, the target's own error comes out."""
    bench.apply(rules())
    bench.answers[SERVICE, "blue"] = FAILED
    with pytest.raises(Exception, match="no"):
        bench.handle(kinesis("a", "green-1"))
    assert len(bench.calls) == 1


def test_without_partial_responses_any_failure_fails_the_event(bench: Bench) -> None:
    """A list that nobody reads would acknowledge what failed."""
    bench.apply(rules(batch_failures="whole"))
    bench.answers[SERVICE, "green"] = FAILED
    with pytest.raises(Exception, match="no"):
        bench.handle(kinesis("a", "green-1"))


def test_a_list_that_nobody_reads_stops_nothing(bench: Bench) -> None:
    """Without partial responses a list of failures is a success, as for the source."""
    bench.apply(rules(batch_failures="whole"))
    failures = {"batchItemFailures": [{"itemIdentifier": "0"}]}
    bench.answers[SERVICE, "blue"] = failures
    bench.handle(kinesis("a", "green-1", "b"))
    assert [call.alias for call in bench.calls] == ["blue", "green", "blue"]


def test_a_device_can_not_pass_for_a_queue(bench: Bench) -> None:
    """Whatever an IoT payload looks like, it is a device's."""
    bench.weight(50)
    record = event("sqs")["Records"][0]
    token = {"stringValue": "v1~shop.green.99", "dataType": "String"}
    record["messageAttributes"] = {NAME: token}
    bench.handle({"eventSource": "aws:iot", "Records": [record]})
    assert bench.lines[-1]["source"] == "iot"
    assert bench.last.alias == "blue"


def test_a_window_is_never_split(bench: Bench) -> None:
    """Its shard decides, and each record carries the decision beside its data."""
    bench.apply(rules())
    bench.answers[SERVICE, "blue"] = {"state": {"sum": 3}}
    window = {"window": {"start": "x"}, "state": {}, "shardId": "shardId-0"}
    sent = {**kinesis("a", "green-1"), **window}
    assert bench.handle(sent) == {"state": {"sum": 3}}
    (call,) = bench.calls
    assert [r.pop(NAME) for r in call.event["Records"]] == ["v1~shop.blue.2"] * 2
    assert call.event == sent


def test_a_records_data_is_not_touched(bench: Bench) -> None:
    """The token stands beside the data, in the record."""
    bench.apply(rules())
    sent = kinesis("green-1")
    bench.handle(sent)
    (record,) = bench.last.event["Records"]
    assert Token.parse(record.pop(NAME)) is not None
    assert record == sent["Records"][0]


def kafka(**partitions: list[str]) -> dict[str, Any]:
    """Records of some partitions of one topic."""
    return {
        "eventSource": "aws:kafka",
        "eventSourceArn": "arn:aws:kafka:eu-west-1:123456789012:cluster/c/u-1",
        "records": {
            f"orders-{name[1:]}": [
                {
                    "topic": "orders",
                    "partition": int(name[1:]),
                    "offset": offset,
                    "key": base64.b64encode(key.encode()).decode(),
                    "value": "e30=",
                    "headers": [],
                }
                for offset, key in enumerate(keys)
            ]
            for name, keys in partitions.items()
        },
    }


def test_partitions_keep_their_order_side_by_side(bench: Bench) -> None:
    """Two partitions with one change of colour each take two waves, not four."""
    bench.apply(rules())
    bench.handle(kafka(p0=["a", "green-1"], p1=["green-2", "b"]))
    seen = [
        (call.alias, {n: [r["offset"] for r in rs] for n, rs in records.items() if rs})
        for call in bench.calls
        for records in [call.event["records"]]
    ]
    assert seen == [
        ("blue", {"orders-0": [0]}),
        ("green", {"orders-1": [0]}),
        ("green", {"orders-0": [1]}),
        ("blue", {"orders-1": [1]}),
    ]


def test_what_a_failure_left_out_is_reported_as_failed(bench: Bench) -> None:
    """Nothing is acknowledged that was not invoked."""
    bench.apply(rules())
    bench.answers[SERVICE, "green"] = FAILED
    answer = bench.handle(kafka(p0=["a", "green-1"], p1=["green-2", "b"]))
    failed = {
        (one["itemIdentifier"]["partition"], one["itemIdentifier"]["offset"])
        for one in answer["batchItemFailures"]
    }
    assert failed == {("orders-0", 1), ("orders-1", 0), ("orders-1", 1)}


def test_every_firehose_record_gets_its_answer(bench: Bench) -> None:
    """The answers of both colours are joined in the order of the event."""
    bench.apply(rules(identity=[{"data": "user"}]))

    def transform(call: Any) -> Any:
        told = {"result": "Ok", "data": call.alias}
        records = call.event["records"]
        return {"records": [{"recordId": r["recordId"], **told} for r in records]}

    for colour in ("blue", "green"):
        bench.answers[SERVICE, colour] = transform
    users = ["a", "green-1", "b"]
    answer = bench.handle(
        {
            "invocationId": "i",
            "deliveryStreamArn": "arn:aws:firehose:eu-west-1:1:deliverystream/d",
            "records": [
                {
                    "recordId": str(number),
                    "data": base64.b64encode(
                        json.dumps({"user": user}).encode()
                    ).decode(),
                }
                for number, user in enumerate(users)
            ],
        }
    )
    assert [(r["recordId"], r["data"]) for r in answer["records"]] == [
        ("0", "blue"),
        ("1", "green"),
        ("2", "blue"),
    ]


def test_every_appsync_field_gets_its_answer(bench: Bench) -> None:
    """A batch's answers are joined in its order; headers carry the decision."""
    bench.apply(rules())
    for colour in ("blue", "green"):
        bench.answers[SERVICE, colour] = lambda call: [call.alias] * len(call.event)
    users = ["a", "green-1", "b"]
    fields = [
        {
            "arguments": {},
            "identity": {"sub": user},
            "request": {"headers": {"Canary_Decision": "v1~shop.green.99999"}},
            "info": {"fieldName": "total", "parentTypeName": "Order"},
        }
        for user in users
    ]
    assert bench.handle(fields) == ["blue", "green", "blue"]
    headers = [
        list(one["request"]["headers"].items())
        for call in bench.calls
        for one in call.event
    ]
    assert all(len(found) == 1 and found[0][0] == NAME for found in headers)
    assert "99999" not in str(headers)


def test_a_decision_without_room_goes_beside_the_payload(bench: Bench) -> None:
    """A request at the limit of size gets there, with the decision in the context."""
    bench.weight(100)
    arrived = event("http")
    arrived["body"] = ""
    room = SYNC_LIMIT - len(json.dumps(arrived).encode())
    arrived["body"] = "x" * (room - 3)
    bench.handle(arrived)
    assert bench.last.payload == json.dumps(arrived).encode()
    assert "shop.green." in bench.last.context["custom"][NAME]


def test_decisions_without_room_are_dropped_and_counted(bench: Bench) -> None:
    """A batch at the limit goes without its decisions rather than not at all."""
    bench.weight(100)
    arrived = event("sqs")
    first, *others = arrived["Records"]
    token = {"stringValue": "v1~other.blue.1", "dataType": "String"}
    first["messageAttributes"][NAME] = token
    first["body"] = ""
    room = SYNC_LIMIT - len(json.dumps(arrived).encode())
    first["body"] = "x" * (room - 3)
    bench.handle(arrived)
    del first["messageAttributes"][NAME]
    assert bench.last.event["Records"] == [first, *others]
    assert bench.last.context is None
    (line,) = [line for line in bench.metrics if "DroppedDecisions" in line]
    assert line["DroppedDecisions"] == len(arrived["Records"])


def test_the_tenant_goes_on(bench: Bench) -> None:
    """A function with tenant isolation is told for whom it runs."""
    bench.handle(event("direct"), SimpleNamespace(tenant_id="acme"))
    assert bench.last.tenant == "acme"


def test_nothing_begins_that_can_not_finish(bench: Bench) -> None:
    """With less time left than the service needs, nothing is invoked."""
    bench.apply(rules(timeout=5))
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 4_000)
    with pytest.raises(Exception, match="5 s are needed"):
        bench.handle(event("http"), context)
    assert bench.calls == []


def test_iam_may_vouch_for_a_caller(bench: Bench) -> None:
    """Where the route says `trust: iam`, a signed request's decision counts."""
    bench.apply(rules(trust="iam"))
    bench.weight(0)
    arrived = event("http")
    arrived["headers"][NAME] = sent = "v1~shop.green.3"
    bench.handle(arrived)
    assert bench.last.alias == "blue"
    iam = {"iam": {"userArn": "arn:aws:iam::123456789012:role/caller"}}
    arrived["requestContext"]["authorizer"] = iam
    bench.handle(arrived)
    assert ("green", sent) == (bench.last.alias, bench.last.event["headers"][NAME])


def test_a_generation_that_never_was_counts_for_nothing(bench: Bench) -> None:
    """Made up, it would hold in every rollout to come; the table knows better."""
    bench.weight(0)
    arrived = event("sns")
    attributes = arrived["Records"][0]["Sns"]["MessageAttributes"]
    attributes[NAME] = {"Type": "String", "Value": "v1~shop.green.999999~x.blue.1"}
    bench.handle(arrived)
    assert bench.last.alias == "blue"
    assert bench.lines[-1]["reason"] not in ("CARRIED", "HEALED")
    (record,) = bench.last.event["Records"]
    token = record["Sns"]["MessageAttributes"][NAME]["Value"]
    assert token == "v1~shop.blue.2~x.blue.1"


def test_a_testers_seal_holds_at_a_public_door(bench: Bench) -> None:
    """At no weight at all the tester, and nobody else, gets the canary."""
    keys = Keys.parse(f'{{"current": "k1", "keys": {{"k1": "{SECRET}"}}}}')
    bench.router = replace(
        bench.router, trust=Trust(lambda: keys, "table", lambda: bench.now)
    )
    bench.weight(0)
    until = int(bench.now) + 600
    sealed = mint(keys, "table", "shop", "green", subject_key="user-7", expires=until)
    arrived = event("http")
    arrived["headers"]["X-Canary"] = "no"
    arrived["headers"][NAME.title()] = token = str(Token(members=(sealed,)))
    bench.handle(arrived)
    assert ("green", "OVERRIDE") == (bench.last.alias, bench.lines[-1]["reason"])
    assert token == bench.last.event["headers"][NAME]
    arrived["headers"]["x-user-id"] = "somebody-else"
    bench.handle(arrived)
    assert bench.last.alias == "blue"
    assert ".o.k1." not in json.dumps(bench.last.event)


def test_by_key_the_colours_run_side_by_side(bench: Bench) -> None:
    """One invocation each, whatever the records' order, and none waits."""
    bench.apply(rules(order="key"))
    bench.handle(kinesis("a", "green-1", "b", "green-2", "a", "green-1"))
    assert [("blue", ["0", "2", "4"]), ("green", ["1", "3", "5"])] == ran(bench)


def test_by_key_the_first_record_decides_for_its_key(bench: Bench) -> None:
    """A key is never split, even if another place says who its users are."""
    bench.apply(rules(order="key", identity=[{"data": "user"}]))
    sent = kinesis("a", "b", "a")
    for record, user in zip(sent["Records"], ("x", "green-1", "green-1"), strict=True):
        data = base64.b64encode(json.dumps({"user": user}).encode()).decode()
        record["kinesis"]["data"] = data
    bench.handle(sent)
    assert [("blue", ["0", "2"]), ("green", ["1"])] == ran(bench)


def test_by_key_a_partitions_records_without_one_have_no_order(bench: Bench) -> None:
    """They are decided for one by one; those of one key share, in each partition."""
    bench.apply(rules(order="key", identity=[{"header": "user"}]))
    sent = kafka(p0=["k", "", "k", ""], p1=["k"])
    users = ["a", "a", "green-1", "green-1", "green-1"]
    records = [one for listed in sent["records"].values() for one in listed]
    for record, user in zip(records, users, strict=True):
        record["headers"] = [{"user": list(user.encode())}]
        record["key"] = record["key"] or None
    bench.handle(sent)
    seen = {
        call.alias: {
            name: [one["offset"] for one in listed]
            for name, listed in call.event["records"].items()
            if listed
        }
        for call in bench.calls
    }
    green = {"orders-0": [3], "orders-1": [0]}
    assert seen == {"blue": {"orders-0": [0, 1, 2]}, "green": green}


def test_by_key_a_stream_goes_on_from_the_first_failure(bench: Bench) -> None:
    """Of two invocations side by side, the earlier record counts, by either answer."""
    bench.apply(rules(order="key"))
    bench.answers[SERVICE, "blue"] = {"batchItemFailures": [{"itemIdentifier": "4"}]}
    bench.answers[SERVICE, "green"] = FAILED
    answer = bench.handle(kinesis("a", "green-1", "b", "green-2", "c"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": n} for n in ("1", "3")]}


def test_what_there_is_no_time_for_goes_to_stable_in_one_go(bench: Bench) -> None:
    """Waves to come are told by the longest so far; the tail keeps its order."""
    bench.apply(rules())
    end = bench.now + 10

    class Slow(Reply):
        def result(self) -> Any:
            bench.now += 3
            return super().result()

    for colour in ("blue", "green"):
        bench.answers[SERVICE, colour] = Slow(payload=b"{}")
    context = SimpleNamespace(
        get_remaining_time_in_millis=lambda: (end - bench.now) * 1_000
    )
    bench.handle(kinesis("a", "green-1", "b", "green-2", "c", "green-3"), context)
    assert [("blue", ["0"]), ("blue", ["1", "2", "3", "4", "5"])] == ran(bench)


def test_the_bound_is_told_and_the_token_says_stable(bench: Bench) -> None:
    """A route that logs nothing logs that; nobody takes the tail for the canary's."""
    bench.apply(rules(log=0))
    bench.handle(kinesis(*(["a", "green-1"] * 15)))
    assert 20 == len(bench.calls)
    tail = bench.calls[-1]
    assert "blue" == tail.alias
    tokens = [record[NAME] for record in tail.event["Records"]]
    assert all(token.startswith("v1~shop.blue.") for token in tokens)
    told = {line["reason"]: line["units"] for line in bench.lines if "reason" in line}
    assert 6 == told["ORDER_LIMIT"]


def test_one_decision_of_a_full_batch_goes_beside_it(bench: Bench) -> None:
    """Where all agree, one token is enough, and the payload stays as it came."""
    bench.weight(100)
    arrived = event("sqs")
    arrived["Records"] = [arrived["Records"][0]] * 2
    arrived["Records"][1] = {**arrived["Records"][1], "body": ""}
    room = SYNC_LIMIT - len(json.dumps(arrived).encode())
    arrived["Records"][1]["body"] = "x" * (room - 3)
    bench.handle(arrived)
    assert bench.last.payload == json.dumps(arrived).encode()
    assert "shop.green." in bench.last.context["custom"][NAME]
