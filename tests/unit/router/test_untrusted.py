"""`trust: false`: nothing that came in about decisions reaches a function.

The places are those of the readers: each vector of the wire format is one, and so is
whatever `flags.carriers` finds in events with tokens put in anywhere.
"""

from __future__ import annotations

import base64
import json
import random
from types import SimpleNamespace
from typing import Any

import pytest

from flags import carriers
from flags.carriers import batches
from flags.carriers.headers import from_baggage
from flags.token import NAME
from router.document import Node
from router.sources import recognise
from router.sources.untrusted import cleaned
from tests.fuzz.rig import SERVICE, Rig, corpus, rules
from tests.golden.test_wire import WIRE
from tests.golden.test_wire_node import planted

TOKEN = "v1~shop.green.12"
CARRYING = [
    vector
    for vector in WIRE["events"]
    if vector["decision"] or any(vector.get("records", ()))
]


def distrusting(*, weight: float | None = None) -> Rig:
    """A router whose only route trusts nobody; without a weight, no release."""
    route = {"name": "all", "service": SERVICE, "match": {}, "trust": False}
    return Rig(rules(weight=weight, routes=[route]))


def context(custom: Any = None) -> Any:
    """A context with what a caller sends beside the payload."""
    beside = SimpleNamespace(custom=custom, env=None, client=None)
    return SimpleNamespace(client_context=beside)


def heard(rig: Rig) -> list[Any]:
    """What readers make of all that the targets saw, if it is anything."""
    found: list[Any] = []
    for seen in rig.seen:
        event = json.loads(seen.payload)
        custom = json.loads(seen.context or "{}").get("custom")
        found.append(carriers.from_event(event, context(custom)))
        places = batches.places(event)
        found += map(carriers.from_record, batches.records(places) if places else ())
    return [one for one in found if one is not None]


@pytest.fixture(scope="module")
def plain() -> Rig:
    """No release: the router has nothing to say, so nobody has."""
    return distrusting()


@pytest.mark.parametrize("vector", CARRYING, ids=lambda vector: vector["why"])
def test_no_place_of_the_readers_is_left(plain: Rig, vector: dict[str, Any]) -> None:
    """Wherever a decision is read from, it is not there for the function."""
    given = vector.get("client_context", {}).get("custom")
    plain.handle(json.dumps(vector["event"]).encode(), context(given))

    assert [] == heard(plain)


@pytest.mark.parametrize("name", sorted(corpus()))
def test_nor_of_tokens_put_in_anywhere(plain: Rig, name: str) -> None:
    """Real events with tokens planted in them lose all that a reader would believe."""
    draw = random.Random(name)  # noqa: S311 - no secret, and the same each time
    event = json.loads(corpus()[name], parse_float=str)
    for _ in range(20):
        plain.handle(json.dumps(planted(event, draw)).encode())
        assert [] == heard(plain)


@pytest.mark.parametrize("vector", CARRYING, ids=lambda vector: vector["why"])
def test_with_a_release_only_ours_is_read(vector: dict[str, Any]) -> None:
    """The router's own decision is all that a function finds about the release."""
    rig = distrusting(weight=0)
    rig.handle(json.dumps(vector["event"]).encode())

    assert {"blue"} == {token.variant("shop") for token in heard(rig)}


@pytest.mark.parametrize("name", sorted(corpus()))
def test_what_says_nothing_of_decisions_stays_as_it_came(plain: Rig, name: str) -> None:
    """Byte for byte."""
    event = corpus()[name]
    if b"decision" in event.lower() or not _silent(event):
        pytest.skip("it says something")
    plain.handle(event)

    assert [event] == [seen.payload for seen in plain.seen]


def _silent(event: bytes) -> bool:
    value = json.loads(event)
    return not any(True for _ in carriers.places(value))


def test_the_rest_of_a_wrapped_message_stays() -> None:
    """Of a body that is an envelope, only the decision goes."""
    inner = {"detail-type": "Placed", "detail": {"n": 1.10, NAME: TOKEN, "é": [1]}}
    envelope = {"Type": "Notification", "Message": json.dumps(inner), "TopicArn": "t"}
    record = {"messageId": "1", "messageAttributes": {}, "body": json.dumps(envelope)}
    event = Node.of(json.dumps({"Records": [record]}).encode())
    (unit,) = event.at("Records").elements()  # type: ignore[union-attr]

    left = json.loads(cleaned(event, [unit]).text)["Records"][0]

    inner["detail"] = {"n": 1.10, "é": [1]}
    body = json.loads(left["body"])
    assert inner == json.loads(body["Message"])
    assert {**envelope, "Message": body["Message"]} == body
    assert {**record, "body": left["body"]} == left


def test_baggage_loses_our_entry_only() -> None:
    """Baggage is others' as well, and a function may read what a router doesn't."""
    header = f"a=1,{NAME}={TOKEN},b=2"
    event = Node.of(json.dumps({"x": 1, "headers": {"Baggage": header}}).encode())
    assert from_baggage(header)

    left = json.loads(cleaned(event, [event]).text)

    assert {"Baggage": "a=1,b=2"} == left["headers"]


def test_kafka_headers_lose_the_whole_header() -> None:
    """Whoever goes through them expects a name in each."""
    ours, others = {NAME: [*TOKEN.encode()]}, {"id": [55]}
    record = {"topic": "t", "value": "e30=", "headers": [others, ours, others]}
    event = Node.of(json.dumps([record]).encode())

    left = json.loads(cleaned(event, event.elements()).text)

    assert [others, others] == left[0]["headers"]


def test_what_is_too_deep_to_read_is_not_believed_either() -> None:
    """Another language may read deeper than we do."""
    deep = "[" * 100_000 + "]" * 100_000
    text = f'{{"{NAME}":"{TOKEN}","deep":{deep}}}'
    event = Node.of(text.encode())

    assert NAME not in cleaned(event, [event]).text


def test_nor_is_what_is_too_deep_in_a_text() -> None:
    """A message goes without such a text, or the record without such data."""
    deep = "[" * 100_000 + "]" * 100_000
    text = f'{{"detail-type":"x","detail":{{"{NAME}":"{TOKEN}"}},"deep":{deep}}}'
    data = base64.b64encode(text.encode()).decode()
    records = [
        {"messageId": "1", "messageAttributes": {}, "body": text},
        {"kinesis": {"partitionKey": "p", "data": data}},
    ]
    event = Node.of(json.dumps(records).encode())

    left = json.loads(cleaned(event, event.elements()).text)

    assert [{"messageId": "1", "messageAttributes": {}}] == left[:1]
    assert [{"kinesis": {"partitionKey": "p"}}] == left[1:]


@pytest.mark.parametrize(
    "payload",
    [
        {"headers": {NAME: TOKEN}, "n": 1},
        {"multiValueHeaders": {NAME.title(): [TOKEN]}, "n": 1},
        {"request": {"headers": {NAME: TOKEN}}, "n": 1},
    ],
)
def test_headers_of_any_payload_are_a_strangers(payload: dict[str, Any]) -> None:
    """A caller may pass on those of a request: none is read, and none is left."""
    rig = Rig(rules())
    event = json.dumps(payload).encode()
    assert recognise(Node.of(event)).name in ("direct", "unknown")
    rig.handle(event)

    assert [] == heard(rig)
