"""`list`, `get`, `routes`, `history`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
import yaml

from flags.aborts import mark
from flags.store.dynamodb import DynamoStore
from tests.contracts.store_contract import abort
from tests.unit.admin_cli.conftest import TABLE

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table


def test_list_tells_state_version_and_last_change(canary: Canary, table: Table) -> None:
    """In a pipe the list is JSON, one object a flag, in order of names."""
    canary("set-weight", "shop", "10", "--author", "ana")

    result = canary("list")

    search, shop = result.data
    at = table.store.history("shop", 1)[0].at
    assert shop == {
        "name": "shop",
        "kind": "release",
        "enabled": True,
        "version": 2,
        "changed": {"at": at, "author": "ana", "action": "set-weight"},
        "services": ["shop-checkout", "shop-email"],
        "stable": "blue",
        "weight": 10,
        "aborted": False,
        "rollout": None,
        "owner": None,
        "tags": [],
        "temporary": None,
        "expires": None,
        "archived": False,
    }
    assert ("search", "flag", "setup") == (
        search["name"],
        search["kind"],
        search["changed"]["author"],
    )
    assert {"on": 20, "off": 80} == search["serve"]


def test_what_a_router_aborted(canary: Canary, table: Table) -> None:
    """A mark that isn't settled shows in the list, and beside the document."""
    canary("set-weight", "shop", "10")
    assert abort(table.client, mark("shop", 1), TABLE)
    assert not canary("list").data[1]["aborted"]
    assert "" == canary("get", "shop").err
    assert abort(table.client, mark("shop", 2), TABLE)

    assert canary("list").data[1]["aborted"]
    assert "blue stable, aborted by a router" in canary.terminal("list").out
    told = "shop: aborted by a router, not yet settled; everyone is on stable"
    shown = canary("get", "shop")
    assert told in shown.err
    assert 10 == shown.data["document"]["weight"]
    assert "" == canary("get", "search").err


@pytest.mark.usefixtures("table")
def test_list_is_a_table_on_a_terminal(canary: Canary) -> None:
    """People get columns."""
    header, search, shop = canary.terminal("list").out.splitlines()

    assert ["NAME", "KIND", "STATE", "VERSION", "CHANGED", "BY"] == header.split()
    assert "on 20 %, off 80 %" in search
    assert "blue stable, no rollout" in shop


@pytest.mark.parametrize(
    ("commands", "state"),
    [
        ([("set-weight", "shop", "10")], "blue stable, 10 % on green"),
        (
            [("set-weight", "shop", "10"), ("promote", "shop")],
            "green stable, no rollout",
        ),
    ],
)
@pytest.mark.usefixtures("table")
def test_the_state_of_a_release_is_told_in_words(
    canary: Canary, commands: list[tuple[str, ...]], state: str
) -> None:
    """The state names the stable colour, and the canary's share if there is one."""
    for argv in commands:
        canary(*argv)

    assert state in canary("list", "-o", "table").out


@pytest.mark.parametrize(
    ("file", "state"),
    [
        ("{release: {services: [pay]}, enabled: false}", "disabled: blue stable"),
        ("{variants: {a: 1}, off: a, serve: a, enabled: false}", "disabled: a"),
        ("{variants: {a: 1, b: 2}, off: a, serve: b}", " b "),
    ],
)
@pytest.mark.usefixtures("empty")
def test_the_state_of_everything_else_is_told(
    canary: Canary, file: str, state: str
) -> None:
    """Whether it is on comes first, then what is served."""
    canary("apply", "-f", "-", stdin=f"flags: {{one: {file}}}")

    assert state in canary("list", "-o", "table").out


@pytest.mark.usefixtures("empty")
def test_an_empty_list_says_what_to_do(canary: Canary) -> None:
    """No flags is a success with a hint."""
    result = canary("list")

    assert (0, []) == (result.code, result.data)
    assert (
        "canary: the table holds no flags; write some with `canary apply`\n"
        == result.err
    )


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--tag", "q4"), ["gift"]),
        (("--tag", "q"), []),
        (("--owner", "checkout"), ["gift"]),
        (("--owner", "checkout", "--tag", "q5"), []),
        (("--archived",), ["layout"]),
        ((), ["gift", "search", "shop"]),
    ],
)
@pytest.mark.usefixtures("grown")
def test_a_list_can_be_narrowed(
    canary: Canary, options: tuple[str, ...], names: list[str]
) -> None:
    """By tag, by owner, and to those that are archived."""
    canary("archive", "layout")

    result = canary("list", *options)

    assert names == [row["name"] for row in result.data]
    assert ("no flag is like that" in result.err) is (not names)


@pytest.mark.usefixtures("grown")
def test_a_wide_list_shows_owner_expiry_and_tags(canary: Canary) -> None:
    """What clears away debt stands in columns of its own."""
    header, gift, *_ = canary("list", "--wide", "-o", "table").out.splitlines()

    assert ["OWNER", "EXPIRES", "TAGS"] == header.split()[-3:]
    assert gift.split()[-4:] == ["checkout", "2020-01-31", "q4,", "cart"]


@pytest.mark.usefixtures("grown")
def test_a_split_by_another_kind_says_so(canary: Canary) -> None:
    """The state names whose keys are drawn."""
    canary("archive", "gift", "group:q4")

    assert "new 50 %, old 50 %, by tenant" in canary("list", "-o", "table").out
    assert "archived" in canary("list", "--archived", "-o", "table").out


@pytest.mark.parametrize("name", ["segment:beta", "group:q4"])
def test_segments_and_groups_are_documents(
    canary: Canary, grown: Table, name: str
) -> None:
    """They are shown and remembered as flags are."""
    assert grown.body(name) == canary("get", name).data["document"]
    assert ["apply"] == [entry["action"] for entry in canary("history", name).data]


@pytest.mark.parametrize("name", ["shop", "search", "routing"])
def test_get_shows_a_document(canary: Canary, table: Table, name: str) -> None:
    """A flag and the routing document are shown as they are stored."""
    result = canary("get", name)

    assert result.data == {"name": name, "version": 1, "document": table.body(name)}


def test_get_speaks_yaml_to_people(canary: Canary, table: Table) -> None:
    """A nested document is no table; on a terminal it is YAML."""
    shown = yaml.safe_load(canary.terminal("get", "shop").out)

    assert table.body("shop") == shown["document"]


@pytest.mark.parametrize("command", ["get", "history", "explain"])
@pytest.mark.usefixtures("table")
def test_an_unknown_name_lists_the_known_ones(canary: Canary, command: str) -> None:
    """A misspelt name exits with 3, and the answer holds the right spelling."""
    result = canary(command, "shpo")

    assert (3, "") == (result.code, result.out)
    assert (
        "canary: error: no flag is named 'shpo'; did you mean shop? The table holds "
        in result.err
    )
    assert "search, shop" in result.err


@pytest.mark.usefixtures("table")
def test_routes_are_in_order_with_their_defaults(canary: Canary) -> None:
    """The routing table is complete: what a file left out is filled in."""
    result = canary("routes")

    assert ["web", "mail"] == [route["name"] for route in result.data["routes"]]
    assert [True, False] == [route["trust"] for route in result.data["routes"]]
    assert ["partial"] * 2 == [r["batch_failures"] for r in result.data["routes"]]
    assert "shop-checkout" == result.data["default"]
    assert 1 == result.data["version"]


@pytest.mark.usefixtures("table")
def test_the_default_is_the_last_row_of_the_routes(canary: Canary) -> None:
    """On a terminal the default stands where it is tried: at the end."""
    rows = canary("routes", "-o", "table").out.splitlines()

    assert 4 == len(rows)
    assert "source=http|url, path=/shop/*" in rows[1]
    assert "header=x-user-id, cookie=visitor" in rows[1]
    assert ["(default)", "shop-checkout"] == rows[3].split()


@pytest.mark.usefixtures("table")
def test_what_a_route_says_is_shown(canary: Canary, tmp_path: Path) -> None:
    """Trust has three answers, and options show if they aren't the default."""
    route = "{name: all, service: a, match: {}, trust: iam, idempotent: true, log: 5}"
    file = tmp_path / "routes.yaml"
    file.write_text(f"routing: {{routes: [{route}]}}\n", "utf-8")
    assert 0 == canary("apply", "-f", str(file), "--force").code

    row = canary("routes", "-o", "table").out.splitlines()[1]

    assert ["iam", "idempotent=true,", "log=5.0"] == row.split()[-3:]


@pytest.mark.usefixtures("empty")
def test_no_routes_is_said(canary: Canary) -> None:
    """Without a routing document routers use their own default."""
    result = canary("routes")

    assert {"version": 0, "routes": [], "default": None} == result.data
    assert "no routes yet" in result.err


@pytest.mark.usefixtures("table")
def test_history_is_latest_first_with_old_and_new(canary: Canary) -> None:
    """A row says who, when, why, how, and which fields went from what to what."""
    canary("set-weight", "shop", "10", "--author", "ana", "--reason", "step 1")
    canary("set-weight", "shop", "20", "--author", "ben", "--reason", "step 2")

    result = canary("history", "shop")

    assert [3, 2, 1] == [entry["version"] for entry in result.data]
    latest = result.data[0]
    assert ("ben", "step 2") == (latest["author"], latest["reason"])
    assert [{"path": "weight", "old": 10, "new": 20}] == latest["fields"]
    assert (10, 20) == (latest["before"]["weight"], latest["after"]["weight"])
    assert result.data[2]["before"] is None


@pytest.mark.usefixtures("table")
def test_history_can_be_cut(canary: Canary) -> None:
    """`-n` takes the latest few."""
    canary("set-weight", "shop", "10")

    rows = canary("history", "shop", "-n", "1", "-o", "table").out.splitlines()

    assert 2 == len(rows)
    assert "weight: (none) -> 10" in rows[1]


@pytest.mark.usefixtures("table")
def test_stored_text_can_not_steer_the_terminal(canary: Canary) -> None:
    """Escape sequences in a reason are text like any other, escaped."""
    nasty = "\x1b[2Jgone\x9b31m\u202eltr"
    canary("set-weight", "shop", "10", "--reason", nasty, "--author", "a\nb")

    shown = canary("history", "shop", "-n", "1", "-o", "table").out
    conflict = canary("set-weight", "shop", "1", "--if-version", "1").err
    piped = canary("history", "shop", "-n", "1")

    for text in (shown, conflict, piped.out):
        assert not {"\x1b", "\x9b", "\u202e"} & set(text)
    assert r"\u001b[2Jgone\u009b31m\u202eltr" in shown
    assert "a b" in shown
    assert nasty == piped.data[0]["reason"]


def test_the_last_changes_take_no_query_each(
    canary: Canary, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents know who changed them last; those of earlier versions don't."""
    expected = canary("list").data

    def refused(*_: object) -> NoReturn:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(DynamoStore, "history", refused)
        assert expected == canary("list").data

    for name in ("search", "shop"):
        table.client.update_item(
            TableName=TABLE,
            Key={"pk": {"S": "flags"}, "sk": {"S": name}},
            UpdateExpression="REMOVE changed",
        )
    assert expected == canary("list").data
    assert ["setup", "setup"] == [row["changed"]["author"] for row in expected]
