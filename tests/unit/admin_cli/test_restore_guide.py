"""docs/restore.md: its commands are run, in tables as it says that they are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.contracts.store_contract import make_table
from tests.unit.admin_cli.conftest import TABLE

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Result, Table

GUIDE = Path(__file__).parents[3] / "docs" / "restore.md"


def commands(title: str) -> list[str]:
    """The commands of a section."""
    text = GUIDE.read_text("utf-8")
    _, _, section = text.partition(f"## {title}\n")
    blocks = re.findall(
        r"```console\n(.*?)```", section.partition("\n## ")[0], re.DOTALL
    )
    found = [line.removeprefix("$ canary ") for line in "".join(blocks).splitlines()]
    assert found, f"no commands under {title!r}"
    return found


def run(canary: Canary, command: str, folder: Path) -> Result:
    """Run it, and write its output where it says."""
    said, _, target = command.partition(" > ")
    result = canary(*shlex.split(said.replace("-f ", f"-f {folder}/")))
    if target:
        (folder / target).write_text(result.out)
    return result


def restored(items: list[dict[str, Any]], name: str) -> None:
    """A table made of a backup."""
    client = boto3.client("dynamodb")
    if name in client.list_tables()["TableNames"]:
        client.delete_table(TableName=name)
    make_table(client, name)
    for item in items:
        client.put_item(TableName=name, Item=item)


@pytest.fixture
def backup(canary: Canary, table: Table) -> list[dict[str, Any]]:
    """A backup of the table while a rollout was live; it was aborted since."""
    assert canary("set-weight", "shop", "50").code == 0
    items = table.items()
    assert canary("abort", "shop").code == 0
    return items


def test_the_table_is_gone(
    canary: Canary, table: Table, backup: list[Any], tmp_path: Path
) -> None:
    """It is called a copy, then adopted, and its rollout has ended."""
    restored(backup, TABLE)
    before = table.store.load().lineage.number

    first, repair, last = (
        run(canary, command, tmp_path) for command in commands("The table is gone")
    )

    assert (first.code, repair.code, last.code) == (0, 0, 0)
    assert "the table was restored or copied under its name" in first.err
    assert [row["name"] for row in repair.data["changes"]] == ["shop"]
    assert last.err == ""
    assert "weight" not in table.body("shop")
    assert table.store.load().lineage.number != before


def test_a_table_beside_it(
    canary: Canary, table: Table, backup: list[Any], tmp_path: Path
) -> None:
    """It is read and left as it is, and so is the one that is in use."""
    restored(backup, "restored")
    before = table.items()

    ran = [
        run(canary, it, tmp_path) for it in commands("A table beside it, to look at")
    ]

    assert [it.code for it in ran] == [0, 0]
    assert all(f"the table is a copy of {TABLE}" in it.err for it in ran)
    assert "drawn:" in (tmp_path / "before.yaml").read_text()
    assert table.items() == before


@pytest.mark.usefixtures("table")
def test_from_a_file(canary: Canary, tmp_path: Path) -> None:
    """A new table takes it, with a lineage of its own and the same salts."""
    make_table(boto3.client("dynamodb"), "anew")

    ran = [run(canary, it, tmp_path) for it in commands("Make it anew from a file")]

    assert [it.code for it in ran] == [0, 0]
    assert "drawn anew" not in ran[1].err
    old, new = (
        canary("--table", it, "export", "--salts").out for it in (TABLE, "anew")
    )
    assert old == new
