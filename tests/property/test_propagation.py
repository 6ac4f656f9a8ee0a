"""Whatever a caller sends: its objects stay, and only the decision is added."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.current import set_current
from flags.propagation.boto import carrying
from flags.token import NAME, Token

pytestmark = pytest.mark.property

WIRE = "v1~search.blue.3~shop.green.12"
OURS = {"DataType": "String", "StringValue": WIRE}

texts = st.text(max_size=8)
scalars = st.none() | st.booleans() | st.integers() | texts
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=8,
)
documents = st.dictionaries(texts, values, max_size=4)
written = st.builds(
    lambda value, indent, space: space + json.dumps(value, indent=indent) + space,
    documents,
    st.sampled_from([None, 0, 2]),
    st.sampled_from(["", " ", "\n", "\t\r\n"]),
)
attributes = st.dictionaries(
    texts, st.fixed_dictionaries({"DataType": texts, "StringValue": texts}), max_size=12
)
messages = st.fixed_dictionaries(
    {"MessageBody": texts}, optional={"MessageAttributes": attributes}
)
OPERATIONS = [
    ("sqs", "SendMessage"),
    ("sqs", "SendMessageBatch"),
    ("sns", "Publish"),
    ("sns", "PublishBatch"),
    ("events", "PutEvents"),
    ("lambda", "Invoke"),
    ("stepfunctions", "StartExecution"),
    ("kinesis", "PutRecord"),
    ("kinesis", "PutRecords"),
]
SAID = [
    *("ClientContext", "Data", "Detail", "Entries", "FunctionName", "InvocationType"),
    *("MessageAttributes", "MessageBody", "Payload", "PublishBatchRequestEntries"),
    *("Records", "input"),
]


@pytest.fixture(autouse=True, scope="module")
def _decided() -> Any:
    set_current(Token.parse(WIRE))
    yield
    set_current(None)


def sent(service: str, operation: str, params: Any) -> Any:
    """What goes out; the caller's objects must be as they were."""
    before = copy.deepcopy(params)
    set_current(Token.parse(WIRE))
    found = carrying(service, operation, params)
    assert before == params
    assert carrying(service, operation, found) == found
    return found


@given(st.sampled_from(OPERATIONS), st.dictionaries(st.sampled_from(SAID), values))
def test_anything(place: tuple[str, str], params: dict[str, Any]) -> None:
    """Parameters of any shape neither fail nor change."""
    sent(*place, params)


@given(st.lists(messages, max_size=4))
def test_messages(entries: list[dict[str, Any]]) -> None:
    """A message has one attribute more, unless ten are there."""
    found = sent("sqs", "SendMessageBatch", {"Entries": entries})

    for entry, carried in zip(entries, found["Entries"], strict=True):
        own = entry.get("MessageAttributes", {})
        added = {} if len(own) >= 10 else {NAME: OURS}
        assert carried.get("MessageAttributes", {}) == {**own, **added}
        assert carried["MessageBody"] == entry["MessageBody"]


@given(written)
def test_documents(text: str) -> None:
    """A document has one member more, and no other byte moves."""
    expected = {**json.loads(text), NAME: WIRE}
    detail = sent("events", "PutEvents", {"Entries": [{"Detail": text}]})
    given_input = sent("stepfunctions", "StartExecution", {"input": text})
    data = sent("kinesis", "PutRecord", {"Data": text.encode()})

    carried = detail["Entries"][0]["Detail"]
    assert carried == given_input["input"] == data["Data"].decode()
    assert expected == json.loads(carried)
    member = f'"{NAME}":"{WIRE}"'
    assert text in (carried.replace(member, ""), carried.replace(f",{member}", ""))


@given(documents, st.dictionaries(texts, texts, max_size=4))
def test_client_contexts(context: dict[str, Any], custom: dict[str, str]) -> None:
    """A ClientContext has one custom member more."""
    given_context = {**context, "custom": custom}
    encoded = base64.b64encode(json.dumps(given_context).encode()).decode()
    found = sent("lambda", "Invoke", {"FunctionName": "f", "ClientContext": encoded})

    merged = json.loads(base64.b64decode(found["ClientContext"]))
    assert {**given_context, "custom": {**custom, NAME: WIRE}} == merged
