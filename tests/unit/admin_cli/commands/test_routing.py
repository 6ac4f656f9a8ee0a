"""`route`: what the router would do with an event, by the router's own code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flags.lineage import stamped

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table

EVENTS = Path(__file__).parents[3] / "events"
SNS = {
    "Records": [
        {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": "arn:aws:sns:eu-west-1:1:orders:x",
            "Sns": {
                "Type": "Notification",
                "TopicArn": "arn:aws:sns:eu-west-1:1:orders",
                "Message": "{}",
                "MessageAttributes": {
                    "canary-decision": {"Type": "String", "Value": "v1~shop.green.2"}
                },
            },
        }
    ]
}


def http(path: str = "/shop/cart", **headers: str) -> dict[str, Any]:
    """A request at an HTTP API."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "isBase64Encoded": False,
        "requestContext": {
            "apiId": "a",
            "domainName": "a.execute-api.eu-west-1.amazonaws.com",
            "http": {"method": "GET", "path": path, "sourceIp": "1.2.3.4"},
            "requestId": "r",
            "routeKey": "$default",
            "stage": "$default",
        },
    }


@pytest.fixture
def live(canary: Canary, table: Table) -> Table:
    """Everybody is on the canary."""
    assert 0 == canary("set-weight", "shop", "100").code
    return table


def routed(canary: Canary, event: Any, *argv: str) -> Any:
    """What `route` says of an event from standard input."""
    result = canary("route", "-f", "-", *argv, stdin=json.dumps(event))
    assert 0 == result.code, result.err
    return result.data


def test_a_request(canary: Canary, live: Table) -> None:
    """Source, route, identity with its places, attributes and the choice."""
    generation = stamped(2, live.store.load().lineage.number)
    told = routed(canary, http(**{"x-user-id": "ana", "x-email": "ana@example.org"}))

    assert ("http", "web", "shop-checkout") == (
        told["source"],
        told["route"],
        told["service"],
    )
    (unit,) = told["units"]
    assert {
        "identity": "ana",
        "places": [
            {"place": "header: x-user-id", "value": "ana"},
            {"place": "cookie: visitor", "value": None},
        ],
        "attributes": {"email": "ana@example.org"},
        "brought": None,
        "carried": None,
        "alias": "green",
        "role": "canary",
        "reason": "SPLIT",
        "release": "shop",
        "token": f"v1~shop.green.{generation}",
    } == unit


def test_a_decision_of_another_table(canary: Canary, live: Table) -> None:
    """It is read and counts for nothing; what is decided goes on as this table's."""
    lineage = live.store.load().lineage.number
    canary("apply", "-f", "-", stdin="routing: {default: shop-email}")
    theirs, ours = stamped(2, lineage % 999_999 + 1), stamped(2, lineage)
    event = json.loads(json.dumps(SNS).replace("green.2", f"green.{theirs}"))

    (unit,) = routed(canary, event)["units"]

    assert unit["carried"] == f"v1~shop.green.{theirs}"
    assert (unit["alias"], unit["reason"]) == ("blue", "NO_IDENTITY")
    assert unit["token"] == f"v1~shop.blue.{ours}"


@pytest.mark.usefixtures("live")
def test_why_a_route_does_not_match(canary: Canary) -> None:
    """Each pattern that fails is told beside what the event has."""
    told = routed(canary, http("/other"))

    web, mail = told["routes"]
    assert ["path is '/other', and the pattern is '/shop/*'"] == web["why"]
    assert "source is http, not sns" == mail["why"][0]
    assert mail["why"][1].startswith("topic is not in the event, and the pattern is")
    assert (None, "shop-checkout") == (told["route"], told["service"])
    # The first that matches is the one; what comes behind it isn't looked at.
    later = routed(canary, http())["routes"][1]
    assert (False, ["an earlier route matches"]) == (later["matches"], later["why"])


@pytest.mark.usefixtures("live")
def test_decisions_that_come_in_and_whether_they_count(canary: Canary) -> None:
    """A public source and `trust: false` drop them; the rest counts."""
    public = routed(canary, http(**{"canary-decision": "v1~shop.blue.2"}))
    distrusted = routed(canary, SNS)
    canary("apply", "-f", "-", stdin="routing: {default: shop-email}")
    inside = routed(canary, SNS)

    assert "v1~shop.blue.2" == public["units"][0]["brought"]
    assert public["units"][0]["carried"] is None
    assert {"counts": False, "why": "http is a public source"} == public["trust"]
    assert "the route says `trust: false`" == distrusted["trust"]["why"]
    assert distrusted["units"][0]["carried"] is None
    assert {"counts": True, "why": "sns is not a public source"} == inside["trust"]
    unit = inside["units"][0]
    assert ("v1~shop.green.2", "CARRIED") == (unit["carried"], unit["reason"])


@pytest.mark.usefixtures("live")
def test_a_tester_s_override_is_checked(canary: Canary) -> None:
    """With the keys that routers have."""
    canary("token", "rotate", "--token-keys", "/keys")
    argv = ("--key", "ana", "--token-keys", "/keys")
    token = canary("token", "mint", "shop", "blue", *argv).out.strip()

    event = http(**{"x-user-id": "ana", "canary-decision": token})
    other = http(**{"x-user-id": "bo", "canary-decision": token})

    (unit,) = routed(canary, event, "--token-keys", "/keys")["units"]
    assert ("blue", "OVERRIDE") == (unit["alias"], unit["reason"])
    (unit,) = routed(canary, other, "--token-keys", "/keys")["units"]
    assert ("green", None) == (unit["alias"], unit["carried"])


@pytest.mark.usefixtures("live")
def test_every_unit_of_a_batch_is_decided_for(canary: Canary) -> None:
    """A batch holds many decisions."""
    record: dict[str, Any] = {"messageId": "1", "eventSource": "aws:sqs", "body": ""}
    record |= {"eventSourceARN": "arn:aws:sqs:eu-west-1:1:q", "receiptHandle": "r"}
    record |= {"attributes": {}, "messageAttributes": {}}

    told = routed(canary, {"Records": [record, record | {"messageId": "2"}]})

    assert ("sqs", 2) == (told["source"], len(told["units"]))


@pytest.mark.usefixtures("table")
def test_for_people(canary: Canary, tmp_path: Path) -> None:
    """A line for each step."""
    path = tmp_path / "event.json"
    path.write_text(json.dumps(http(**{"x-user-id": "ana"})))

    told = canary.terminal("route", "-f", str(path)).out

    assert "service: shop-checkout, by the route web\n" in told
    assert "  header: x-user-id: 'ana'\n" in told
    assert "  goes to blue (stable): " in told


@pytest.mark.usefixtures("empty")
def test_what_no_route_takes(canary: Canary) -> None:
    """The router's own default is none of the table's."""
    alone = canary("route", "-f", "-", stdin=json.dumps(http()))
    named = routed(canary, http(), "--default-service", "front")

    assert (0, None) == (alone.code, alone.data["service"])
    assert "no route matches this event of source http" in alone.err
    assert ("front", "blue") == (named["service"], named["units"][0]["alias"])


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": NaN'])
@pytest.mark.usefixtures("table")
def test_what_is_no_event_is_bad_input(canary: Canary, text: str) -> None:
    """It is told before anything is looked at."""
    result = canary("route", "-f", "-", stdin=text)

    assert (2, "") == (result.code, result.out)
    assert result.err.startswith("canary: error: --file: not JSON: ")


@pytest.mark.usefixtures("live")
def test_nothing_is_written(canary: Canary, live: Table) -> None:
    """It looks, and that is all."""
    before = live.items()

    routed(canary, http(**{"x-user-id": "ana"}))

    assert before == live.items()


@pytest.mark.parametrize(
    "path", sorted(EVENTS.rglob("*.json"))[::7], ids=lambda path: path.stem
)
@pytest.mark.usefixtures("live")
def test_every_kind_of_event_is_explained(canary: Canary, path: Path) -> None:
    """Whatever the router recognises."""
    result = canary("route", "-f", str(path))

    assert 0 == result.code, result.err
    assert result.data["source"]
