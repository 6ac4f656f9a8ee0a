"""EventBridge events carry the decision in their detail, which otherwise stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

import flags
from flags import propagation
from flags.carriers import from_record
from flags.propagation.boto import carrying
from flags.token import NAME, Token
from tests.unit.flags.propagation.conftest import NUMBERS, WIRE, Queue, Seen

pytestmark = pytest.mark.usefixtures("decided")


def put(client: Any, detail: str) -> str:
    """Put one event on the bus; returns the detail that went out."""
    seen = Seen(client, {"FailedEntryCount": 0})
    seen.client.put_events(
        Entries=[{"Source": "shop", "DetailType": "Order", "Detail": detail}]
    )
    return str(seen.params["Entries"][0]["Detail"])


def test_put_events_to_a_queue(aws: Any, queue: Queue, decided: Token) -> None:
    """An event brings it to a queue behind the bus, and is where it is read again."""
    events, rule = aws("events"), f"orders-{next(NUMBERS)}"
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": ["shop"]}))
    events.put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": queue.arn}])
    events.put_events(
        Entries=[{"Source": "shop", "DetailType": "Order", "Detail": '{"id": 7}'}]
    )
    [(body, _)] = queue.received()

    assert {"id": 7, NAME: WIRE} == json.loads(body)["detail"]
    assert decided == from_record({"messageAttributes": {}, "body": body})


def test_put_events(aws: Any) -> None:
    """An event's detail brings it, and is where it is read again."""
    detail = json.loads(put(aws("events"), '{"id": 7}'))

    assert {"id": 7, NAME: WIRE} == detail
    assert WIRE == str(flags.read({"source": "shop", "detail": detail}))


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ('{"id": 7}', f'{{"id": 7,"{NAME}":"{WIRE}"}}'),
        ("{}", f'{{"{NAME}":"{WIRE}"}}'),
        ("{ }", f'{{ "{NAME}":"{WIRE}"}}'),
        (' {"b":1,"a":2.50} \n', f' {{"b":1,"a":2.50,"{NAME}":"{WIRE}"}} \n'),
        ('{"a":1,"a":"\\u00e9é"}', f'{{"a":1,"a":"\\u00e9é","{NAME}":"{WIRE}"}}'),
        ('{"x":{"y":[]}}', f'{{"x":{{"y":[]}},"{NAME}":"{WIRE}"}}'),
        (f'{{"{NAME}":"{WIRE}"}}', f'{{"{NAME}":"{WIRE}"}}'),
        # A stranger's, passed on: however often, and whatever else is there.
        (f'{{"{NAME}":"v1~a.b.1"}}', f'{{"{NAME}":"{WIRE}"}}'),
        (
            f' {{"n" : 1.50 ,"{NAME}" : {{"x":["}}"]}} ,"\\u0063anary-decision":1 }} ',
            f' {{"n" : 1.50 ,"{NAME}" : "{WIRE}" ,"\\u0063anary-decision":"{WIRE}" }} ',
        ),
    ],
)
def test_detail_stays_as_it_is(aws: Any, detail: str, expected: str) -> None:
    """The decision is spliced in; no other character of the detail moves."""
    assert expected == put(aws("events"), detail)
    assert not propagation.skipped


@pytest.mark.parametrize(
    "detail", ["[1]", '"text"', "7", "null", "{", "", '{"a":NaN}x', "[" * 9_000]
)
def test_detail_that_is_no_object(aws: Any, detail: str) -> None:
    """A detail with no room for a key goes as it is, and is counted."""
    assert detail == put(aws("events"), detail)
    assert {"events": 1} == propagation.skipped


def test_limit() -> None:
    """The limit is on all entries together; those without room go without."""
    detail = json.dumps({"x": "y" * (1_000_000 // 4 - 50)})
    params = {"Entries": [{"Source": "shop", "Detail": detail}] * 4}
    sent = carrying("events", "PutEvents", params)["Entries"]

    carried = [NAME in entry["Detail"] for entry in sent]
    assert [True, False] == sorted(set(carried), reverse=True)
    assert carried == sorted(carried, reverse=True)
    assert {"events": carried.count(False)} == propagation.skipped
