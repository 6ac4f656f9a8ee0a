"""Custom Event Buses carry the decision in the detail, or in a raw event's metadata."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from flags import carriers, propagation
from flags.propagation.boto import again, carrying
from flags.propagation.weights import EVENTS
from flags.token import NAME, Token
from tests.unit.flags.propagation.conftest import WIRE

pytestmark = pytest.mark.usefixtures("decided")

ID = "0123456789abcdefghijklmno"
BUS = f"arn:aws:events:eu-west-1:123456789012:event-busv2/orders/{ID}"
JSON = {"ContentType": "application/json"}
BYTES = {"ContentType": "application/octet-stream"}


def sent(operation: str, entry: dict[str, Any]) -> dict[str, Any]:
    """An entry as it goes out."""
    params = {"EventBusArn": BUS, "Entries": [entry]}
    (found,) = carrying("eventbridgev2", operation, params)["Entries"]
    return dict(found)


def raw(data: Any, told: dict[str, str], **metadata: str) -> dict[str, Any]:
    """An entry of PutRawEvents."""
    found = {"Data": data, "SystemMetadata": told}
    return {**found, "Metadata": metadata} if metadata else found


def test_put_events() -> None:
    """The detail brings it, as on a bus of the former kind."""
    entry = {"Source": "shop", "DetailType": "Order", "Detail": '{"id":7}'}

    assert {**entry, "Detail": f'{{"id":7,"{NAME}":"{WIRE}"}}'} == sent(
        "PutEvents", entry
    )


def test_events_without_detail_go_without() -> None:
    """There is no place, which is counted."""
    entry = {"Source": "shop", "DetailType": "Order"}

    assert entry == sent("PutEvents", entry)
    assert {"eventbridgev2": 1} == propagation.skipped


def test_raw_bytes_stay_and_metadata_bring_it(decided: Token) -> None:
    """Whatever they are; and there a function finds it."""
    found = sent("PutRawEvents", raw(b"\x00\xff{}", BYTES, tenant="acme"))

    assert b"\x00\xff{}" == found["Data"]
    assert {"tenant": "acme", NAME: WIRE} == found["Metadata"]
    assert decided == carriers.from_record({**found, "Data": "AP97fQ=="})


@pytest.mark.parametrize("data", ['{"id":7}', b'{"id":7}'])
def test_raw_objects_have_it_as_a_key_too(data: Any, decided: Token) -> None:
    """A subscriber that asks for no metadata gets the data alone."""
    found = sent("PutRawEvents", raw(data, JSON))

    assert {NAME: WIRE} == found["Metadata"]
    assert {"id": 7, NAME: WIRE} == json.loads(found["Data"])
    assert decided == carriers.from_event([json.loads(found["Data"])])


def test_a_bus_that_wants_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named as any bus, by its name or ARN; metadata are not in the JSON."""
    monkeypatch.setenv("CANARY_JSON_KEY", "events:orders=none")
    data = '{"id":7}'
    entry = {"Source": "shop", "DetailType": "Order", "Detail": data}

    assert entry == sent("PutEvents", entry)
    found = sent("PutRawEvents", raw(data, JSON))
    assert (data, {NAME: WIRE}) == (found["Data"], found["Metadata"])


def test_metadata_of_the_functions_own_are_kept() -> None:
    """It put the decision there itself."""
    entry = raw(b"x", BYTES, **{NAME: "v1~shop.blue.1"})

    assert entry == sent("PutRawEvents", entry)


def test_where_there_is_no_room_it_goes_without() -> None:
    """A hundred metadata are all that a bus takes, and 1 MB in a request."""
    full = {f"k{number}": "v" for number in range(100)}
    for entry in (raw(b"x", BYTES, **full), raw(b"x" * (EVENTS[-1] - 60), BYTES)):
        assert entry == sent("PutRawEvents", entry)
    assert {"eventbridgev2": 2} == propagation.skipped


def test_what_a_bus_refuses_is_sent_as_it_was() -> None:
    """Its word for what is wrong with a request is its own."""
    error = Exception()
    error.response = {"Error": {"Code": "InvalidInputException"}}  # type: ignore[attr-defined]
    given = {"EventBusArn": BUS, "Entries": [raw(b"x", BYTES)]}
    carried = carrying("eventbridgev2", "PutRawEvents", given)

    assert given == again(error, "eventbridgev2", given, carried)


def test_on_the_wire() -> None:
    """Boto3's own client writes it, in whatever protocol the service speaks."""
    client: Any = boto3.client(
        "eventbridgev2",
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    bodies: list[bytes] = []

    def answer(request: Any, **_: Any) -> Any:
        bodies.append(request.body)
        told = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
        make: Any = AWSResponse
        response = make(request.url, 200, told, None)
        response._content = b"\xa0"  # noqa: SLF001 - an empty map
        return response

    client.meta.events.register("before-send.*.*", answer)
    client.put_raw_events(EventBusArn=BUS, Entries=[raw(b"x", BYTES)])
    event = {"Source": "shop", "DetailType": "Order", "Detail": "{}"}
    client.put_events(EventBusArn=BUS, Entries=[event])

    assert [True, True] == [WIRE.encode() in body for body in bodies]
