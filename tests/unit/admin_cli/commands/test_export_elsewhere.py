"""An export applied where it came from, and to another table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from flags.codec import decode
from flags.engine import evaluate
from flags.model import Context
from tests.contracts.store_contract import make_table

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table

OTHER = "second-table"
SPLITS = """
flags:
  shop: {release: {services: [shop-checkout]}}
  half: {variants: {on: 1, off: 0}, off: off, serve: {on: 30, off: 70}}
  paid:
    variants: {on: 1, off: 0}
    off: off
    rules:
      - {name: pro, when: {attribute: a, equals: 1}, serve: {on: 30, off: 70}}
    serve: off
  a: {variants: {on: 1, off: 0}, off: off, serve: on}
  b: {variants: {on: 1, off: 0}, off: off, serve: on}
groups:
  g: {exclusive: {a: 30, b: 30}}
"""


def answers(canary: Canary, table: str) -> dict[str, list[str]]:
    """What each of many users gets."""
    rules = decode(canary("--table", table, "export", "--snapshot").out)
    users = [Context(key=f"user-{n}", attributes={"a": 1}) for n in range(200)]
    return {
        flag: [evaluate(rules, flag, user, 0.0).variant for user in users]
        for flag in rules.flags
    }


@pytest.fixture
def second(canary: Canary, empty: Table) -> Table:
    """A table with splits that have moved, and an empty one beside it."""
    make_table(boto3.client("dynamodb"), OTHER)
    for half in (30, 50, 20):
        rules = SPLITS.replace(
            "{on: 30, off: 70}}\n  p", f"{{on: {half}, off: {100 - half}}}}}\n  p"
        )
        assert canary("apply", "-f", "-", stdin=rules).code == 0
    for weight in ("10", "40", "25"):
        assert canary("set-weight", "shop", weight).code == 0
    return empty


@pytest.mark.usefixtures("second")
def test_users_stay_with_salts(canary: Canary) -> None:
    """Splits, rules, groups and rollouts by hand draw the same users."""
    exported = canary("export", "--salts").out

    ran = canary("--table", OTHER, "apply", "-f", "-", stdin=exported)

    assert (ran.code, ran.err) == (0, "")
    assert answers(canary, OTHER) == answers(canary, "flags-table")
    rules = decode(canary("--table", OTHER, "export", "--snapshot").out)
    release = rules.flags["shop"].release
    assert release is not None
    assert release.since == 1


@pytest.mark.usefixtures("second")
def test_users_are_drawn_anew_without(canary: Canary) -> None:
    """An export is taken by an empty table, whatever its versions, with a word."""
    ran = canary("--table", OTHER, "apply", "-f", "-", stdin=canary("export").out)

    assert ran.code == 0
    assert "users are drawn anew here; `canary export --salts`" in ran.err
    assert answers(canary, OTHER)["half"] != answers(canary, "flags-table")["half"]


def test_users_stay_where_they_are(canary: Canary, second: Table) -> None:
    """Where a document is, its own salts count, and versions are compared."""
    exported = json.loads(canary("export", "--salts", "-o", "json").out)
    exported["drawn"]["half"]["salt"] = "another"
    before = second.items()

    ran = canary("apply", "-f", "-", stdin=json.dumps(exported))

    assert (ran.code, second.items()) == (0, before)
    exported["flags"]["half"]["version"] = 1
    assert canary("apply", "-f", "-", stdin=json.dumps(exported)).code == 4


@pytest.mark.usefixtures("second")
@pytest.mark.parametrize(
    ("drawn", "told"),
    [
        ([], "drawn: expected names"),
        ({"half": {}}, "drawn.half: can't be read"),
        ({"half": [1]}, "drawn.half: can't be read"),
        ({"group:g": {"salt": 1}}, "drawn.group:g: can't be read"),
        ({"segment:s": {}}, "drawn.segment:s: can't be read"),
    ],
)
def test_what_nobody_has_exported(canary: Canary, drawn: Any, told: str) -> None:
    """Salts that can't be read are refused, and nothing is written."""
    ran = canary("apply", "-f", "-", stdin=json.dumps({"flags": {}, "drawn": drawn}))

    assert (ran.code, told in ran.err) == (2, True)


def test_a_table_with_many_ids(canary: Canary, empty: Table) -> None:
    """Its export is JSON unless asked otherwise, and every command takes it."""
    for part in range(3):
        ids = [f"user-{part}-{number:032}" for number in range(40_000)]
        rules = {"segments": {f"s{part}": {"included": ids}}}
        assert canary("apply", "-f", "-", stdin=json.dumps(rules)).code == 0
    before = empty.items()

    exported = canary("export")

    assert "120000 ids: written as JSON" in exported.err
    assert json.loads(exported.out)["segments"].keys() == {"s0", "s1", "s2"}
    for command in ("apply", "diff", "lint"):
        assert (
            canary(command, "-f", "-", stdin=exported.out + " " * 9_000_000).code == 0
        )
    assert empty.items() == before
