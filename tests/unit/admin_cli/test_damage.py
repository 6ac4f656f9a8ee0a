"""Damage in the table: what stays possible, what is told, and how it is repaired."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import pytest

from flags.codec import decode
from flags.reader import TableReader
from tests.contracts.store_contract import Wire
from tests.unit.admin_cli.conftest import MORE, RULES, TABLE, Canary, Table

if TYPE_CHECKING:
    from flags.aws.client import AwsClient

Item = dict[str, Any]
Damage = Callable[[Item], Item]
GONE = {"M": {"blob": {"S": "blob#x"}, "slices": {"N": "1"}, "bytes": {"N": "9"}}}


def having(**attributes: Any) -> Damage:
    """The item with other attributes; None takes one away."""

    def damaged(item: Item) -> Item:
        made = item | attributes
        return {name: it for name, it in made.items() if it is not None}

    return damaged


DAMAGE: dict[str, Damage] = {
    "document missing": having(document=None),
    "document of another type": having(document={"N": "1"}),
    "document a set": having(document={"SS": ["a"]}),
    "document not JSON": having(document={"S": "{"}),
    "document a number": having(document={"S": "1" * 401}),
    "document with a huge number": having(document={"S": f'{{"weight":{"1" * 401}}}'}),
    "document with an infinite number": having(document={"S": '{"weight":1e999}'}),
    "document too deep": having(document={"S": '{"a":' * 50_000}),
    "document a list": having(document={"S": "[]"}),
    "blob gone": having(document=GONE),
    "blob of another type": having(document={"M": {"blob": {"N": "1"}}}),
    "blob with too many slices": having(
        document={"M": GONE["M"] | {"slices": {"N": "99999999"}}}
    ),
    "version missing": having(version=None),
    "version a text": having(version={"S": "1"}),
    "version huge": having(version={"N": "1" * 38}),
    "version negative": having(version={"N": "-1"}),
    "version broken": having(version={"N": "1.5"}),
    "changed odd": having(changed={"S": "x"}, drawn={"NS": ["1"]}),
    "of a grammar to come": having(
        document={"S": '{"release":[1],"weight":{},"rules":{"a":1},"requires":7}'}
    ),
}
SNAPSHOT: dict[str, tuple[str, Damage]] = {
    "body not JSON": ("body", having(body={"S": "{"})),
    "body of another type": ("body", having(body={"N": "1"})),
    "body without version": ("body", having(version=None)),
    "body with a broken list": ("body", having(lists={"S": "[1]"})),
    "body gone": ("body", lambda _: {}),
    "version a text": ("version", having(version={"S": "x"})),
    "version huge": ("version", having(version={"N": "1" * 38})),
    "version gone": ("version", having(version=None)),
    "version's item gone": ("version", lambda _: {}),
    "marks a text": ("version", having(aborted={"S": "x"})),
    "marks a map": ("version", having(aborted={"M": {"a": {"S": "b"}}})),
    "marks numbers": ("version", having(aborted={"NS": ["1"]})),
    "marks junk": ("version", having(aborted={"SS": ["x", "y" * 2_000]})),
    "marks by the thousand": (
        "version",
        having(aborted={"SS": [f"junk{number}" for number in range(2_000)]}),
    ),
}


def harm(table: Table, pk: str, sk: str, damage: Damage) -> None:
    """Damage an item; nothing left of it means that it is deleted."""
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    item = table.client.get_item(TableName=TABLE, Key=key).get("Item", key)
    if made := damage(item):
        table.client.put_item(TableName=TABLE, Item=made)
    else:
        table.client.delete_item(TableName=TABLE, Key=key)


def seen(table: Table) -> Any:
    """The rules as a new router reads them."""
    read = TableReader(cast("AwsClient", Wire(table.client)), TABLE)
    body = read.body(consistent=True)
    assert body is not None
    assert read.version(consistent=True)
    return decode(body.text, body.lists)


@pytest.fixture
def live(canary: Canary, table: Table) -> Table:
    """A table with all kinds of documents, and a live rollout."""
    for rules in (RULES, MORE):
        assert canary("apply", "-f", "-", stdin=rules).code == 0
    assert canary("set-weight", "shop", "50").code == 0
    return table


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize(
    ("pk", "sk"),
    [
        ("flags", "gift"),
        ("segments", "beta"),
        ("groups", "q4"),
        ("routing", "routing"),
        ("flags", "a stray row"),
    ],
)
def test_an_abort_beside_damage(
    canary: Canary, live: Table, pk: str, sk: str, damage: Damage
) -> None:
    """Another row's damage is told, stops no abort, and changes no other answer."""
    before = seen(live)
    harm(live, pk, sk, damage)

    ran = canary("abort", "shop")

    assert (ran.code, live.body("shop").get("weight")) == (0, None)
    after = seen(live)
    assert after.flags["shop"].release.since is None
    for part in ("segments", "groups", "routing"):
        assert getattr(after, part) == getattr(before, part)
    assert {**after.flags, "shop": None} == {**before.flags, "shop": None}


@pytest.mark.parametrize(("sk", "damage"), SNAPSHOT.values(), ids=SNAPSHOT)
def test_an_abort_over_a_damaged_snapshot(
    canary: Canary, live: Table, sk: str, damage: Damage
) -> None:
    """The snapshot's own items are mended by the commit, and routers get it."""
    before = seen(live)
    harm(live, "snapshot", sk, damage)

    assert canary("abort", "shop").code == 0

    after = seen(live)
    assert after.flags["shop"].release.since is None
    assert {**after.flags, "shop": None} == {**before.flags, "shop": None}
    assert live.store.load().damage() == ()


def test_an_abort_of_what_is_damaged(canary: Canary, live: Table) -> None:
    """It is a mark, which readers heed; what is left to do is told, and its code."""
    harm(live, "flags", "shop", having(document={"S": "{"}))

    ran = canary("abort", "shop")

    assert ran.code == 6
    assert "shop is aborted by a mark, and everyone is on blue" in ran.err
    assert "`canary repair shop` mends it" in ran.err
    assert live.store.load().aborted == {"shop 2"}
    assert canary("repair").code == 0
    assert canary("abort", "shop").code == 0
    assert "weight" not in live.body("shop")


@pytest.mark.usefixtures("live")
def test_an_abort_that_is_not_in_force(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What readers get is read back; an abort that they don't have is no success."""
    monkeypatch.setattr("flags.store.dynamodb.DynamoStore.commit", lambda *_: None)

    ran = canary("abort", "shop")

    assert ran.code == 6
    assert "shop was aborted, but readers don't have it" in ran.err
    assert "for routers a rollout is live" in ran.err


def test_a_damaged_document_is_nobodys_to_write_over(
    canary: Canary, live: Table
) -> None:
    """It is shown by nothing, changed by nothing, and named by everything."""
    harm(live, "flags", "gift", having(document={"S": "{"}))
    before = live.items()

    for command in (("get", "gift"), ("archive", "gift"), ("undo", "gift")):
        ran = canary(*command)
        assert (ran.code, "`canary repair gift` mends it" in ran.err) == (2, True)
    assert canary("apply", "-f", "-", stdin=MORE).code == 2
    listed = canary("list")
    assert listed.code == 0
    assert {row["name"] for row in listed.data} == {"layout", "search", "shop"}
    assert "gift: its document can't be read" in listed.err
    assert live.items() == before


def test_repair(canary: Canary, live: Table) -> None:
    """A document comes back as its history has it, as a version; its users stay."""
    before, body = seen(live), live.body("gift")
    for pk, sk in (("flags", "gift"), ("segments", "beta"), ("groups", "q4")):
        harm(live, pk, sk, having(document={"S": "{"}, version={"S": "?"}, drawn=None))
    assert canary("repair", "--dry-run").code == 0
    assert len(live.store.load().damaged) == 3

    ran = canary("repair", "--reason", "a slip")

    names = {"gift", "segment:beta", "group:q4"}
    assert ran.code == 0
    assert {row["name"] for row in ran.data["changes"]} == names
    assert live.body("gift") == body
    assert live.store.load().damage() == ()
    (entry, *_) = live.store.history("gift")
    assert (entry.version, entry.action, entry.reason) == (2, "repair", "a slip")
    after = seen(live)
    assert after.flags["gift"].salt == before.flags["gift"].salt
    assert after.groups["q4"].salt == before.groups["q4"].salt


def test_repair_without_history(canary: Canary, live: Table) -> None:
    """Where history is damaged too a file gives the document; else it is told."""
    broken = having(document={"S": "{"}, after={"S": "{"})
    harm(live, "flags", "gift", broken)
    harm(live, "history#gift", "0000000001", broken)

    ran = canary("repair")
    assert ran.code == 6
    assert "gift is still damaged" in ran.err
    assert canary("repair", "-f", "-", stdin=MORE).code == 0

    assert live.body("gift")["owner"] == "checkout"
    assert live.version("gift") == 2


def test_damaged_history(canary: Canary, live: Table) -> None:
    """A row that can't be read is named, and the others are shown."""
    harm(live, "history#shop", "0000000001", having(after={"S": "{"}))

    shown = canary("history", "shop")

    assert [row["version"] for row in shown.data] == [2]
    assert "history of shop, row 0000000001: its after can't be read" in shown.err
    undone = canary("undo", "shop", "--to-revision", "1")
    assert (undone.code, "can't be read" in undone.err) == (6, True)
