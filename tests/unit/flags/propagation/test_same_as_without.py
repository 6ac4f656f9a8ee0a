"""The same calls go through, and the same are refused, as without a decision."""

from __future__ import annotations

import asyncio
import collections
import io
import types
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import flags
from flags import propagation
from flags.propagation import aioboto, boto
from tests.unit.flags.propagation.conftest import WIRE, Seen

TARGET = "arn:aws:lambda:eu-west-1:123456789012:function:ledger:green"


class Text(str):
    """A text of somebody's own class."""

    __slots__ = ()


ODD: list[Any] = [
    None,
    "",
    "{}",
    "[]",
    "e30=",
    Text("{}"),
    b"",
    b"{}",
    bytearray(b"{}"),
    memoryview(b"{}"),
    io.BytesIO(b"{}"),
    0,
    1.5,
    True,
    [],
    [None],
    ["a"],
    [{}],
    (),
    ({},),
    {},
    {"a": None},
    {"a": {"DataType": "String", "StringValue": "x"}},
    {1: 2},
    collections.OrderedDict(),
    collections.UserDict(),
    types.MappingProxyType({}),
    set(),
    range(0),
    object(),
]
MESSAGE = {"Id": "1", "MessageBody": "b"}
NOTICE = {"Id": "1", "Message": "m"}
EVENT = {"Source": "s", "DetailType": "d", "Detail": "{}"}
DATA = {"Data": b"{}", "PartitionKey": "p"}
ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:m"
CUSTOM_BUS = (
    "arn:aws:events:eu-west-1:123456789012:event-busv2/a/0123456789abcdefghijklmno"
)
RAW = {"Data": "{}", "SystemMetadata": {"ContentType": "application/json"}}
# A client's method, its parameters, and where something odd may stand.
CALLS: list[tuple[str, str, dict[str, Any], list[str]]] = [
    (
        "sqs",
        "send_message",
        {"QueueUrl": "https://sqs.example/q", "MessageBody": "b"},
        ["MessageBody", "MessageAttributes", "QueueUrl"],
    ),
    (
        "sqs",
        "send_message_batch",
        {"QueueUrl": "https://sqs.example/q", "Entries": [MESSAGE]},
        ["Entries", "Entries.0", "Entries.0.MessageAttributes"],
    ),
    (
        "sns",
        "publish",
        {"TopicArn": "t", "Message": "m"},
        ["Message", "MessageAttributes", "PhoneNumber"],
    ),
    (
        "sns",
        "publish_batch",
        {"TopicArn": "t", "PublishBatchRequestEntries": [NOTICE]},
        [
            "PublishBatchRequestEntries",
            "PublishBatchRequestEntries.0",
            "PublishBatchRequestEntries.0.MessageAttributes",
        ],
    ),
    (
        "events",
        "put_events",
        {"Entries": [EVENT]},
        ["Entries", "Entries.0", "Entries.0.Detail", "Entries.0.EventBusName"],
    ),
    (
        "eventbridgev2",
        "put_events",
        {"EventBusArn": CUSTOM_BUS, "Entries": [EVENT]},
        ["Entries", "Entries.0", "Entries.0.Detail", "EventBusArn"],
    ),
    (
        "eventbridgev2",
        "put_raw_events",
        {"EventBusArn": CUSTOM_BUS, "Entries": [RAW]},
        [
            "Entries",
            "Entries.0",
            "Entries.0.Data",
            "Entries.0.Metadata",
            "Entries.0.SystemMetadata",
        ],
    ),
    ("kinesis", "put_record", {"StreamName": "s", **DATA}, ["Data", "PartitionKey"]),
    (
        "kinesis",
        "put_records",
        {"StreamName": "s", "Records": [DATA]},
        ["Records", "Records.0", "Records.0.Data", "StreamName", "StreamARN"],
    ),
    (
        "stepfunctions",
        "start_execution",
        {"stateMachineArn": ARN},
        ["input", "name", "stateMachineArn"],
    ),
    (
        "lambda",
        "invoke",
        {"FunctionName": "ledger", "Payload": b"{}"},
        ["FunctionName", "Qualifier", "ClientContext", "InvocationType", "Payload"],
    ),
    (
        "lambda",
        "invoke",
        {"FunctionName": "ledger", "InvocationType": "Event"},
        ["FunctionName", "Qualifier", "ClientContext", "Payload"],
    ),
]
PLACES = [
    pytest.param(*call[:3], place, id=f"{call[0]}.{call[1]}.{place}")
    for call in CALLS
    for place in call[3]
]


def with_odd(params: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """The parameters with something else in one place."""
    name, _, rest = place.partition(".")
    if not rest:
        return {**params, name: value}
    if rest == "0":
        return {**params, name: [value]}
    return {**params, name: [{**params[name][0], rest.partition(".")[2]: value}]}


@pytest.fixture
def _everything_asked_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All that can be switched on."""
    monkeypatch.setenv("CANARY_ASYNC_PAYLOAD", "true")
    monkeypatch.setenv("CANARY_DIRECT_TARGETS", TARGET)
    monkeypatch.setenv("CANARY_DIRECT_RELEASES", "ledger=shop")
    yield
    propagation.skipped.clear()


@pytest.mark.usefixtures("_everything_asked_for")
@pytest.mark.parametrize(("service", "method", "params", "place"), PLACES)
def test_the_same_is_refused(
    aws: Any, service: str, method: str, params: dict[str, Any], place: str
) -> None:
    """Whatever stands in a parameter, botocore says the same of it, or nothing."""
    seen = Seen(aws(service), {})

    def outcome(token: str | None, value: Any) -> str:
        with flags.carrying(token):
            try:
                getattr(seen.client, method)(**with_odd(params, place, value))
            except Exception as error:  # noqa: BLE001 - that's the test
                return f"{type(error).__name__}: {error}"
        return "sent"

    for value in ODD:
        assert outcome(None, value) == outcome(WIRE, value), value


class Theirs(Exception):
    """An error of another library's, with a response of its own."""

    def __init__(self, response: Any) -> None:
        self.response = response


class Rude:
    """An answer that doesn't want to be looked at."""

    def __getattr__(self, name: str) -> Any:
        raise LookupError(name)

    def __repr__(self) -> str:
        return "rude"


class Torn(Exception):
    """An error whose response can't be had."""

    @property
    def response(self) -> Any:
        """Raises."""
        raise LookupError


RUDE: Any = Rude()
ERRORS = [
    *map(
        Theirs,
        [
            None,
            "no",
            [],
            {},
            {"Error": None},
            {"Error": "NotFound"},
            {"Error": ["x"]},
            {"Error": {"Code": None}},
            {"Error": {"Code": 404}},
            {"Error": {"Code": ["InvalidParameterValue"]}},
            {"Error": RUDE},
            RUDE,
        ],
    ),
    Torn(),
    KeyError("Error"),
    ClientError({}, "SendMessage"),
    ClientError({"Error": {}}, "SendMessage"),
]
META = types.SimpleNamespace(
    service_model=types.SimpleNamespace(service_name="sqs"), region_name="eu-west-1"
)


def client_of(meta: Any, error: Exception | None) -> Any:
    """A client whose class another library has patched, hooked by us."""

    class Client:
        def _make_api_call(self, operation: str, params: Any, *more: Any) -> Any:
            if error is not None:
                raise error
            return operation, params, more

    if meta is not None:
        Client.meta = meta  # type: ignore[attr-defined]
    boto.hook(types.SimpleNamespace(BaseClient=Client))  # type: ignore[arg-type]
    return Client()


@pytest.mark.parametrize("token", [None, WIRE])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_the_same_error(error: Exception, token: str | None) -> None:
    """An error comes out as it was raised below: itself, with nothing tied to it."""
    client = client_of(META, error)
    with flags.carrying(token), pytest.raises(type(error)) as caught:
        client._make_api_call("SendMessage", {"MessageBody": "b"})  # noqa: SLF001

    assert caught.value is error
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_clients_of_another_make() -> None:
    """A client that lacks what botocore's have is called as it was without us."""
    for meta in (
        None,
        RUDE,
        types.SimpleNamespace(),
        types.SimpleNamespace(service_model=7),
    ):
        client = client_of(meta, None)
        with flags.carrying(WIRE):
            answer = client._make_api_call("SendMessage", {"a": 1}, 2)  # noqa: SLF001

        assert ("SendMessage", {"a": 1}, (2,)) == answer


def test_asynchronous_clients() -> None:
    """The same for aiobotocore's."""

    class Client:
        meta = META

        async def _make_api_call(self, error: Exception, _: Any) -> Any:
            raise error

    aioboto.hook(types.SimpleNamespace(AioBaseClient=Client))  # type: ignore[arg-type]
    call: Any = Client()._make_api_call  # noqa: SLF001 - what is hooked
    for error in ERRORS:
        with flags.carrying(WIRE), pytest.raises(type(error)) as caught:
            asyncio.run(call(error, {"MessageBody": "b"}))

        assert caught.value is error
