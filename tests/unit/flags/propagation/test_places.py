"""By destination: a key in the JSON, one of an event's resources, or nothing at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from flags import carriers, propagation
from flags.propagation import places
from flags.propagation.boto import carrying
from flags.token import NAME, Token
from tests.unit.flags.propagation.conftest import WIRE

pytestmark = pytest.mark.usefixtures("decided")

HERE = "eu-west-1:123456789012"
# A call to each destination: service, operation, parameters, and where its JSON is.
BUS = ("events", "PutEvents", "orders", ("Entries", 0, "Detail"))
STREAM = ("kinesis", "PutRecord", "orders", ("Data",))
BATCH = ("kinesis", "PutRecords", "orders", ("Records", 0, "Data"))
MACHINE = f"arn:aws:states:{HERE}:stateMachine:orders"
EXECUTION = ("stepfunctions", "StartExecution", MACHINE, ("input",))
PAYLOAD = ("lambda", "Invoke", "orders", ("Payload",))
ALL = [BUS, STREAM, BATCH, EXECUTION, PAYLOAD]


def params_of(operation: str, named: str) -> dict[str, Any]:
    """The parameters of a call to this destination."""
    stream = "StreamARN" if named.startswith("arn:") else "StreamName"
    found: dict[str, dict[str, Any]] = {
        "PutEvents": {"Entries": [{"EventBusName": named, "Detail": "{}"}]},
        "PutRecord": {stream: named, "Data": "{}", "PartitionKey": "p"},
        "PutRecords": {stream: named, "Records": [{"Data": "{}"}]},
        "StartExecution": {"stateMachineArn": named, "input": "{}"},
        "StartSyncExecution": {"stateMachineArn": named},
        "Invoke": {"FunctionName": named, "InvocationType": "Event", "Payload": "{}"},
    }
    return found[operation]


def carries(service: str, operation: str, named: str, path: tuple[Any, ...]) -> bool:
    """Whether a call has the decision as a key of its JSON; else it is as it was."""
    params = params_of(operation, named)
    sent: Any = carrying(service, operation, params)
    for step in path:
        sent = sent[step]
    assert sent in ("{}", f'{{"{NAME}":"{WIRE}"}}')
    return NAME in str(sent)


@pytest.fixture(autouse=True)
def _asynchronous_calls_carry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is called asynchronously has a key, unless it is told not to."""
    monkeypatch.setenv("CANARY_ASYNC_PAYLOAD", "true")
    before = list(places._said)  # noqa: SLF001 - what tests say is for them
    yield
    places._said[:] = before  # noqa: SLF001
    places.place_of.cache_clear()


@pytest.mark.parametrize("call", ALL, ids=lambda call: call[1])
def test_a_key_unless_told_otherwise(call: Any) -> None:
    """Without a rule, or with rules for others, it is a key."""
    assert carries(*call)


@pytest.mark.parametrize("call", ALL, ids=lambda call: call[1])
@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{}:orders=none", False),
        ("{}:orders", False),
        ("{}:ord*=none", False),
        ("{}:*=none", False),
        ("*=none", False),
        ("*", False),
        (" sns:x=none , {}:orders = none ,", False),
        ("{}:order=none", True),
        ("{}:orders2=none, {}:o=none", True),
        ("{}:orders=key, *=none", True),
        ("*=none, {}:orders=key", False),
        # A slip of the pen surprises nobody with a key.
        ("{}:orders=kye", False),
    ],
)
def test_by_destination(
    call: Any, rules: str, expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first entry that fits counts; what goes without by rule is not counted."""
    monkeypatch.setenv("CANARY_JSON_KEY", rules.replace("{}", call[0]))

    assert expected is carries(*call)
    assert not propagation.skipped


@pytest.mark.parametrize(
    ("service", "operation", "named", "path"),
    [
        ("events", "PutEvents", f"arn:aws:events:{HERE}:event-bus/a/b", BUS[3]),
        ("kinesis", "PutRecord", f"arn:aws:kinesis:{HERE}:stream/a/b", STREAM[3]),
        ("stepfunctions", "StartExecution", f"{MACHINE[:-6]}a/b:live", EXECUTION[3]),
        ("lambda", "Invoke", f"arn:aws:lambda:{HERE}:function:a/b:live", PAYLOAD[3]),
    ],
)
def test_by_arn(
    service: str,
    operation: str,
    named: str,
    path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is called by its ARN is known by name, and by ARN."""
    for rule in (f"{service}:a/b", f"{service}:{named}", f"{service}:arn:*"):
        monkeypatch.setenv("CANARY_JSON_KEY", rule)
        assert not carries(service, operation, named, path)
    monkeypatch.setenv("CANARY_JSON_KEY", f"{service}:b")
    assert carries(service, operation, named, path)


def test_a_custom_bus_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ARN has an id behind that."""
    named = f"arn:aws:events:{HERE}:event-busv2/orders/0123456789abcdefghijklmno"
    params = {"EventBusArn": named, "Entries": [{"Detail": "{}"}]}
    monkeypatch.setenv("CANARY_JSON_KEY", "events:orders")
    assert carrying("eventbridgev2", "PutEvents", params) is params
    monkeypatch.setenv("CANARY_JSON_KEY", "events:order")
    assert carrying("eventbridgev2", "PutEvents", params) is not params


def test_the_default_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event without a bus goes to the one that is called default."""
    monkeypatch.setenv("CANARY_JSON_KEY", "events:default")
    entries = [{"Detail": "{}"}, {"Detail": "{}", "EventBusName": "orders"}]
    sent = carrying("events", "PutEvents", {"Entries": entries})["Entries"]

    assert [False, True] == [NAME in entry["Detail"] for entry in sent]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [f"{NAME}:{WIRE}"]),
        ({"Resources": ["arn:a", "b"]}, ["arn:a", "b", f"{NAME}:{WIRE}"]),
        # What was handed on from an event before.
        ({"Resources": [f"{NAME}:v1~a.b.1", "b"]}, ["b", f"{NAME}:{WIRE}"]),
        ({"Resources": [f"{NAME}:{WIRE}"]}, [f"{NAME}:{WIRE}"]),
    ],
)
def test_resources(
    given: dict[str, Any], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside of the detail, no byte of which moves, and read there again."""
    monkeypatch.setenv("CANARY_JSON_KEY", "events:partner-*=resources")
    entry = {"EventBusName": "partner-x", "Detail": '{"a": 1}', **given}
    [sent] = carrying("events", "PutEvents", {"Entries": [entry]})["Entries"]
    event = {"detail-type": "t", "source": "s", "detail": json.loads(sent["Detail"])}

    assert expected == sent["Resources"]
    assert '{"a": 1}' == sent["Detail"]
    assert WIRE == str(carriers.from_event({**event, "resources": sent["Resources"]}))


@pytest.mark.parametrize("call", [STREAM, EXECUTION, PAYLOAD], ids=lambda call: call[1])
def test_resources_of_others(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no resources goes without a decision."""
    monkeypatch.setenv("CANARY_JSON_KEY", "*=resources")

    assert not carries(*call)


def test_resources_that_botocore_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """They stay as they are."""
    monkeypatch.setenv("CANARY_JSON_KEY", "*=resources")
    odd: list[Any] = [None, "arn:a", {}]
    for wrong in odd:
        params = {"Entries": [{"Detail": "{}", "Resources": wrong}]}
        assert carrying("events", "PutEvents", params) is params


def test_said_in_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code's own word comes before the variable, and its last one before others."""
    monkeypatch.setenv("CANARY_JSON_KEY", "kinesis:*=none")
    assert not carries(*STREAM)
    propagation.place("kinesis:orders", "key")
    assert carries(*STREAM)
    propagation.place("kinesis:*", "none")
    assert not carries(*STREAM)


@pytest.mark.parametrize(
    ("destination", "where", "told"),
    [("kinesis:x", "nowhere", "'nowhere'"), ("orders", "none", "'orders'")],
)
def test_a_mistake_in_code(destination: str, where: str, told: str) -> None:
    """It is told at once."""
    with pytest.raises(ValueError, match=told):
        propagation.place(destination, where)


CLOUD_EVENT = {"specversion": "1.0", "id": "1", "source": "/o", "type": "placed"}


@pytest.mark.parametrize("call", ALL, ids=lambda call: call[1])
def test_cloud_events(call: Any) -> None:
    """Their attributes' names have small letters and digits only, 20 at most."""
    service, operation, named, path = call
    params: Any = params_of(operation, named)
    holder = params
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = json.dumps(CLOUD_EVENT)
    sent: Any = carrying(service, operation, params)
    for step in path:
        sent = sent[step]
    (added,) = json.loads(sent).keys() - CLOUD_EVENT.keys()

    assert added.isascii()
    assert added.isalnum()
    assert added == added.lower()
    assert len(added) <= 20
    assert Token.parse(WIRE) == carriers.from_detail(json.loads(sent))


@pytest.mark.parametrize(
    "detail",
    [{"specversion": 1}, {"data": CLOUD_EVENT}, {"Specversion": "1.0"}, {}],
)
def test_what_is_no_cloud_event(detail: Any) -> None:
    """Anything else has the key that it always had, whatever is inside of it."""
    params = {"Entries": [{"Detail": json.dumps(detail)}]}
    sent = carrying("events", "PutEvents", params)["Entries"][0]["Detail"]

    assert {**detail, NAME: WIRE} == json.loads(sent)
