"""The three functions: what is wrong with them, and what they know."""

from __future__ import annotations

import importlib
import json
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import yaml

from examples.compare.services.orders import faults
from examples.compare.stage import COMPARE, RELEASE, RULES, SERVICES
from examples.compare.traffic import USERS, requests
from flags.store.checks import read_file
from flags.store.syntax import parse

ORDERS = [f"o-{number}" for number in range(5_000)]


@pytest.mark.parametrize(
    ("fault", "share"), [(faults.GOOD, 0.0), (faults.SLOW, 0.0), (faults.ALWAYS, 1.0)]
)
def test_who_fails(fault: str, share: float) -> None:
    """Beside the background, either nobody fails or everybody."""
    failed = [o for o in ORDERS if faults.fate(fault, o, "ann", 1) == faults.FAILED]
    assert len(failed) / len(ORDERS) == pytest.approx(share, abs=0.01)
    assert failed


def test_some_users_fail_whatever_they_order() -> None:
    """Three users in ten fail, always, and the others do not."""
    users = [f"user-{number:03d}" for number in range(USERS)]
    unlucky = [user for user in users if faults.unlucky(user)]
    assert len(unlucky) / USERS == pytest.approx(0.3, abs=0.08)
    for user in users:
        again = faults.fate(faults.SOME, "o", user, 2)
        assert again == (faults.FAILED if user in unlucky else faults.OK)


def test_the_background_is_gone_at_the_second_attempt() -> None:
    """A good version works off every order in the end."""
    assert {faults.fate(faults.GOOD, o, "ann", 2) for o in ORDERS} == {faults.OK}


def test_traffic_is_the_same_for_both_screens() -> None:
    """The same run and seed give the same orders, at rising times."""
    one, other = (list(islice(requests("slow", 1), 50)) for _ in range(2))
    assert one == other
    assert [it.at for it in one] == sorted(it.at for it in one)
    assert one != list(islice(requests("slow", 2), 50))


class Table:
    """DynamoDB; leaves the last item of the first request unprocessed."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self._asked = False

    def batch_write_item(self, *, RequestItems: Any) -> Any:  # noqa: N803 - boto3's name
        """Keep all of them, but one the first time."""
        requests = RequestItems["receipts"]
        rest = [] if self._asked else requests[-1:]
        self._asked = True
        self.kept += [it["PutRequest"]["Item"] for it in requests if it not in rest]
        return {"UnprocessedItems": {"receipts": rest}} if rest else {}


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    """The table in which the functions write their lines."""
    found = Table()
    monkeypatch.setenv("RECEIPTS_TABLE", "receipts")
    monkeypatch.setattr(boto3, "client", lambda _: found)
    receipts = importlib.import_module("examples.compare.services.orders.receipts")
    monkeypatch.setattr(receipts, "dynamodb", found)
    return found


def message(user: str) -> dict[str, Any]:
    """The second delivery of an order of this user."""
    return {
        "messageId": user,
        "body": json.dumps({"order": "some-1", "user": user}),
        "attributes": {"ApproximateReceiveCount": "2"},
        "messageAttributes": {"a": {"stringValue": "1", "dataType": "String"}},
    }


def test_the_worker_hands_back_what_fails(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each order has its line before; the queue gets back those that failed."""
    worker = importlib.import_module("examples.compare.services.orders.worker")
    monkeypatch.setenv("FAULT", faults.SOME)
    lucky = next(f"user-{n}" for n in range(99) if not faults.unlucky(f"user-{n}"))
    unlucky = next(f"user-{n}" for n in range(99) if faults.unlucky(f"user-{n}"))
    event = {"Records": [message(lucky), message(unlucky)]}
    context = SimpleNamespace(invoked_function_arn="arn:function:compare-worker:green")
    answer = worker.handler(event, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": unlucky}]}
    told = [(it["user"]["S"], it["outcome"]["S"]) for it in table.kept]
    assert told == [(lucky, faults.OK), (unlucky, faults.FAILED)]


def test_a_line_says_all_that_is_known(table: Table) -> None:
    """The run is the order's first part; attributes are kept as they came."""
    worker = importlib.import_module("examples.compare.services.orders.worker")
    context = SimpleNamespace(invoked_function_arn="arn:function:compare-worker:green")
    worker.handler({"Records": [message("ann")]}, context)
    # The table takes none at first.
    (line,) = table.kept
    assert (line["run"]["S"], line["colour"]["S"]) == ("some", "green")
    assert line["line"]["S"].endswith(" some-1 worker#2")
    assert line["attributes"]["S"] == '{"a": "1"}'


@pytest.mark.parametrize("file", sorted((COMPARE / "services").rglob("*.py")), ids=str)
def test_no_function_knows_of_us(file: Path) -> None:
    """No code on the way has a word of decisions, or of this project."""
    text = file.read_text("utf-8").lower()
    assert not [word for word in ("flags", "canary", "decision") if word in text]


def test_each_service_has_a_route_that_names_users() -> None:
    """The judge counts users, so each hop has to know them."""
    text = RULES.read_text("utf-8")
    read_file(parse(text, str(RULES)))
    rules = yaml.safe_load(text)
    routes = rules["routing"]["routes"]
    assert tuple(route["service"] for route in routes) == SERVICES
    assert all(route["identity"] for route in routes)
    assert tuple(rules["flags"][RELEASE]["release"]["services"]) == SERVICES
