"""A router in a real runtime process watches a rollout, and ends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from flags.aborts import mark
from tests.contracts.store_contract import TABLE, scan, table
from tests.runtime.conftest import environ
from tests.runtime.rig import Aws, Function, Headers
from tests.unit.router.conftest import event
from tests.unit.router.sentinel.site import Site
from tests.unit.router.sentinel.wires import Wire

FAILED = ({"X-Amz-Function-Error": "Unhandled"}, b'{"errorType":"Broken"}')


class Table(Aws):
    """DynamoDB over a simulated table, and Lambda's Invoke."""

    def __init__(self, site: Site) -> None:
        self.wire = Wire(site.client)
        super().__init__(None)  # type: ignore[arg-type]

    def answer(
        self, path: str, headers: Any, body: bytes
    ) -> tuple[int, Headers, bytes]:
        """Either of the two."""
        if path != "/":
            return super().answer(path, headers, body)
        lowered = {name.lower(): value for name, value in headers.items()}
        response = self.wire.begin("POST", "/", headers=lowered, body=body).result()
        return response.status, {}, response.body


@pytest.fixture
def site() -> Iterator[Site]:
    """A table with a rollout that is watched."""
    with table() as client:
        made = Site(client)
        made.start()
        yield made


@pytest.fixture
def aws(site: Site) -> Iterator[Table]:
    """The stand-in for AWS."""
    server = Table(site)
    yield server
    server.close()


@pytest.fixture
def routed(aws: Table) -> Iterator[Function]:
    """A router that reports at every request, and polls once in a minute."""
    settings = environ(aws.port) | {
        "CANARY_TABLE": TABLE,
        "CANARY_SENTINEL_SECONDS": "0.001",
    }
    with Function("router.handler.handler", settings) as function:
        yield function


def ask(routed: Function, user: str) -> str:
    """One request."""
    asked = event("http")
    asked["headers"]["x-user-id"] = user
    return routed.invoke(asked)[0]


def test_a_broken_canary_is_ended(site: Site, aws: Table, routed: Function) -> None:
    """A few users fail, the mark is put, and from then on all is well."""
    aws.answers["green"] = FAILED
    failed = 0
    for number in range(2_000):
        failed += ask(routed, f"user-{number}") == "error"
        if marks(site):
            break
    (since,) = {it["pk"]["S"].split("#")[2] for it in evidence(site)}

    assert marks(site) == [mark("shop", int(since))]
    assert failed >= 3
    # The request that put the mark may be the last one that was on the canary.
    ask(routed, "user-0")
    assert {ask(routed, f"user-{number}") for number in range(30)} == {"response"}
    assert aws.sent[0]["x-amz-log-type"] == "Tail"


def test_cold_starts_are_counted_apart(
    site: Site, aws: Table, routed: Function
) -> None:
    """By the report at the end of the log."""
    report = "UkVQT1JUIFJlcXVlc3RJZDogMSBJbml0IER1cmF0aW9uOiAxIG1z"
    aws.answers["green"] = ({"X-Amz-Log-Result": report}, json.dumps({}).encode())
    for number in range(12):
        ask(routed, f"user-{number}")
    counted = {name for it in evidence(site) for name in it if name.startswith("c#")}

    assert "c#errors#cold#canary" in counted
    assert "c#errors#warm#stable" in counted
    assert "c#errors#warm#canary" not in counted


def marks(site: Site) -> list[str]:
    """The abort marks in the table."""
    found = site.client.get_item(
        TableName=TABLE, Key={"pk": {"S": "snapshot"}, "sk": {"S": "version"}}
    )
    return list(found["Item"].get("aborted", {"SS": []})["SS"])


def evidence(site: Site) -> list[Any]:
    """Items of the rollout."""
    return [it for it in scan(site.client) if it["pk"]["S"].startswith("evidence#")]
