"""`apply --prune` and `apply --force`: documents put away, and names used again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.admin_cli.conftest import Canary, Table

ONLY = """
flags: {search: {variants: {on: true, off: false}, off: off, serve: on}}
"""
DOOMED = ["gift", "group:q4", "layout", "segment:beta", "shop"]


def test_pruning_archives_what_the_file_lacks(canary: Canary, grown: Table) -> None:
    """Flags, segments and groups go together; the routing stays."""
    result = canary("apply", "-f", "-", "--prune", "--yes", stdin=ONLY)

    assert 0 == result.code, result.err
    actions = {change["name"]: change["action"] for change in result.data["changes"]}
    assert {"search": "apply"} | dict.fromkeys(DOOMED, "archive") == actions
    assert {"search"} == set(grown.store.load().compiled)
    assert "archived" not in grown.body("routing")


def test_pruning_needs_a_word_where_nobody_is_asked(
    canary: Canary, grown: Table
) -> None:
    """Without a terminal --yes is the answer; a dry run needs none."""
    before = grown.items()

    refused = canary("apply", "-f", "-", "--prune", stdin=ONLY)
    rehearsed = canary("apply", "-f", "-", "--prune", "--dry-run", stdin=ONLY)

    assert (2, "") == (refused.code, refused.out)
    assert (
        f"canary: error: --prune: archive {', '.join(DOOMED)}? "
        "Say so with --yes, or look first with --dry-run\n" == refused.err
    )
    assert 0 == rehearsed.code
    assert {"search", *DOOMED} == {c["name"] for c in rehearsed.data["changes"]}
    assert before == grown.items()


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("no\n", 2), ("", 2)])
def test_pruning_asks_a_person(
    canary: Canary, grown: Table, tmp_path: Path, answer: str, code: int
) -> None:
    """On a terminal the documents are named, and anything but yes is no."""
    path = tmp_path / "rules.yaml"
    path.write_text(ONLY)

    result = canary.asked(answer, "apply", "-f", str(path), "--prune")

    assert code == result.code
    assert f"canary: archive {', '.join(DOOMED)}? [y/N] " in result.err
    assert (grown.body("shop").get("archived") is True) is (code == 0)


@pytest.mark.usefixtures("table")
def test_pruning_nothing_asks_nothing(canary: Canary) -> None:
    """A file that holds all documents needs no word."""
    file = canary("export").out

    result = canary("apply", "-f", "-", "--prune", stdin=file)

    assert (0, []) == (result.code, result.data["changes"])


@pytest.mark.parametrize("options", [("--yes",), ("--dry-run",), ()])
def test_pruning_refuses_a_live_rollout(
    canary: Canary, table: Table, options: tuple[str, ...]
) -> None:
    """It is named, and nothing of the file is written."""
    canary("set-weight", "shop", "10")
    before = table.items()

    result = canary("apply", "-f", "-", "--prune", *options, stdin=ONLY)

    assert (2, "") == (result.code, result.out)
    assert "canary: error: flags.shop: has a live rollout;" in result.err
    assert before == table.items()


def test_an_archived_name_is_taken(canary: Canary, table: Table) -> None:
    """A tombstone's name is used again only with --force."""
    canary("archive", "search")
    before = table.items()

    refused = canary("apply", "-f", "-", stdin=ONLY)

    assert (2, "") == (refused.code, refused.out)
    assert "flags.search: archived; `canary restore search` brings it" in refused.err
    assert before == table.items()

    forced = canary("apply", "-f", "-", "--force", stdin=ONLY)

    assert 0 == forced.code
    assert ["reuse"] == [change["action"] for change in forced.data["changes"]]
    assert "archived" not in table.body("search")


@pytest.mark.usefixtures("table")
def test_a_file_can_not_archive(canary: Canary) -> None:
    """Archiving is a command, so that no file buries by accident."""
    file = ONLY.replace("{variants", "{archived: true, variants")

    result = canary("apply", "-f", "-", stdin=file)

    assert 2 == result.code
    assert "flags.search.archived" in result.err
