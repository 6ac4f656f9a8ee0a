"""Laws of reading decisions, for events that nobody thought of."""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import flags
from flags import carriers
from flags.carriers import baggage, batches, streams
from flags.current import set_current
from flags.token import NAME, Token
from tests.property.strategies import json_values, many, some, texts, tokens

pytestmark = pytest.mark.property

FILES = sorted((Path(__file__).parents[1] / "events").glob("*.json"))
EVENTS = [json.loads(path.read_text("utf-8")) for path in FILES]
NAMES = [
    *(NAME, "Records", "records", "messages", "eventSource", "deliveryStreamArn"),
    *("headers", "multiValueHeaders", "request", "detail", "requestPayload", "Context"),
    *("Execution", "Input", "Sns", "MessageAttributes", "messageAttributes", "body"),
    *("kinesis", "data", "dynamodb", "NewImage", "value", "S", "stringValue", "Type"),
]
# Anything, under names that mean something here.
shapes = st.recursive(
    json_values
    | tokens.map(str)
    | st.sampled_from(["aws:kafka", "aws:mq", "Notification", f'{{"{NAME}":1}}']),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def broken(draw: st.DrawFn) -> Any:
    """A real event with anything in one of its places."""
    event = copy.deepcopy(draw(st.sampled_from(EVENTS)))
    place, keys = event, _keys(event)
    while keys:
        key = draw(st.sampled_from(keys))
        below = _keys(place[key])
        if not below or draw(st.integers(0, 3)) == 0:
            place[key] = draw(shapes)
            break
        place, keys = place[key], below
    return event


def _keys(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return sorted(value)
    return list(range(len(value))) if isinstance(value, list) else []


@given(event=shapes | broken())
@some
def test_reading_is_total(event: Any) -> None:
    """No event raises, none is changed, and what is found is a token."""
    before = copy.deepcopy(event)
    found = carriers.from_event(event)
    carriers.from_record(event)

    assert str(before) == str(event)
    assert found is None or (found.members and found == Token.parse(str(found)))


@given(event=shapes | broken())
@some
def test_a_handler_gets_what_came(event: Any) -> None:
    """The event is equal to the one that came, and after it nothing is in force."""
    set_current(None)
    seen: list[Any] = []
    before = str(event)
    flags.handler(lambda event, _: seen.append(event))(event, None)

    assert before == str(seen[0])
    assert flags.current() == Token()


@given(found=st.lists(tokens | st.none(), min_size=1, max_size=4))
@many
def test_a_loop_has_each_record_s_decision(found: list[Token | None]) -> None:
    """Whatever the records carry, each has its own in a loop, outside what all have."""
    records = [
        {"messageAttributes": {NAME: {"stringValue": str(token)}} if token else {}}
        for token in found
    ]

    def code(event: Any, _: Any) -> tuple[list[Token], Token]:
        return [flags.current() for _ in event["Records"]], flags.current()

    inside, outside = flags.handler(code)({"Records": records}, None)
    assert [token or Token() for token in found] == inside
    for member in outside.members:
        assert all(token.variant(member.release) == member.variant for token in inside)


@given(before=st.binary(max_size=9), after=st.binary(max_size=9))
@many
def test_the_name_shows_through_base64(before: bytes, after: bytes) -> None:
    """Data with the name in it is never passed by."""
    data = base64.b64encode(before + NAME.encode() + after).decode()
    assert streams.mentions(data)


@given(token=tokens, others=st.dictionaries(texts, json_values, max_size=3))
@many
def test_data_keeps_its_decision(token: Token, others: dict[str, Any]) -> None:
    """What a producer writes into JSON is found, wherever in it the name comes."""
    data = base64.b64encode(json.dumps({**others, NAME: str(token)}).encode()).decode()
    assert token == carriers.from_record({"kinesis": {"data": data}})


@given(token=tokens, header=st.none() | st.text(max_size=40))
@many
def test_baggage(token: Token, header: str | None) -> None:
    """What was written is read, and what was there is still there."""
    written = baggage.write(header, token)
    assert written is not None

    assert [str(token)] == baggage.read(written) or baggage.read(header)
    assert written.startswith(header if header and header.strip() else "")


def test_every_event_is_there() -> None:
    """The batches among the real events are seen as such, and nothing else is."""
    for path, event in zip(FILES, EVENTS, strict=True):
        source = path.stem.partition("_")[0]
        named = {
            "sns",
            "sqs",
            "kinesis",
            "kafka",
            "firehose",
            "mq",
            "dynamodb",
            "pipes",
        }
        listed = isinstance(event, list)
        if source in named or (listed and source == "eventbridge"):
            assert batches.places(event) is not None, path.stem
        elif source in {"http", "rest", "url", "alb", "eventbridge", "websocket"}:
            assert batches.places(event) is None, path.stem
