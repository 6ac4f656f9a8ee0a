"""`undo`, `archive`, `restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flags.errors import InvalidDocument
from tests.unit.flags.store.plans.running import put, release

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table

OFF = "{variants: {on: true, off: false}, off: off, serve: off}"


def apply(canary: Canary, flags: str) -> None:
    """Apply a file of flags."""
    result = canary("apply", "-f", "-", stdin=f"flags: {{{flags}}}")
    assert 0 == result.code, result.err


def test_undo_takes_the_last_change_back(canary: Canary, table: Table) -> None:
    """The body before the last change is a new version, and signed."""
    before = table.body("search")
    apply(canary, f"search: {OFF}")

    result = canary("undo", "search", "--author", "ana", "--reason", "too early")

    assert 0 == result.code
    assert (before, 3) == (table.body("search"), table.version("search"))
    (entry,) = table.store.history("search", 1)
    assert ("ana", "too early", "undo") == (entry.author, entry.reason, entry.action)


def test_undo_twice_is_as_before(canary: Canary, table: Table) -> None:
    """An undoing is a change, and can be undone."""
    apply(canary, f"search: {OFF}")
    after = table.body("search")

    canary("undo", "search")
    canary("undo", "search")

    assert after == table.body("search")


def test_undo_goes_to_any_version(canary: Canary, table: Table) -> None:
    """--to-revision names a version out of the history."""
    before = table.body("search")
    for share in (30, 40, 50):
        split = f"{{on: {share}, off: {100 - share}}}"
        apply(canary, f"search: {OFF.replace('serve: off', f'serve: {split}')}")

    assert 0 == canary("undo", "search", "--to-revision", "1").code
    assert before == table.body("search")


def test_undo_of_a_creation_archives(canary: Canary, table: Table) -> None:
    """Before the first version there was nothing to serve."""
    result = canary("undo", "search")

    assert 0 == result.code
    assert table.body("search")["archived"] is True
    assert ["archive"] == [change["action"] for change in result.data["changes"]]


def test_undo_of_an_archive_restores(canary: Canary, table: Table) -> None:
    """What was put away comes back."""
    before = table.body("search")
    canary("archive", "search")

    result = canary("undo", "search")

    assert ["restore"] == [change["action"] for change in result.data["changes"]]
    assert before == table.body("search")


KEPT = (
    "canary: weight and stable colour stay as they are; --with-traffic moves them, too"
)
SHOP = "shop: {release: {services: [shop-checkout]}}"


def test_undo_leaves_the_traffic_to_the_operator(canary: Canary, table: Table) -> None:
    """A release's rules come back; its weight and its colour are the present ones."""
    canary("set-weight", "shop", "10")
    canary("promote", "shop")
    apply(canary, SHOP)
    canary("set-weight", "shop", "5")

    result = canary("undo", "shop", "--to-revision", "2")

    assert (0, KEPT) == (result.code, result.err.strip())
    body = table.body("shop")
    assert ["shop-checkout", "shop-email"] == body["release"]["services"]
    assert (5, "green") == (body["weight"], body["release"]["stable"])


def test_undo_brings_the_traffic_back_if_asked(canary: Canary, table: Table) -> None:
    """With --with-traffic the whole body is the old one."""
    canary("set-weight", "shop", "10")
    canary("abort", "shop")

    assert 0 == canary("undo", "shop", "--with-traffic").code
    assert 10 == table.body("shop")["weight"]


def test_undo_of_traffic_alone_says_how(canary: Canary, table: Table) -> None:
    """Without the option a weight is no change to take back."""
    canary("set-weight", "shop", "10")
    before = table.items()

    result = canary("undo", "shop")

    assert 0 == result.code
    assert [
        KEPT,
        "canary: shop: nothing else differs from version 1; nothing changed",
    ] == result.err.splitlines()
    assert before == table.items()


@pytest.mark.parametrize(
    "argv", [("undo", "search"), ("archive", "search"), ("restore", "gone")]
)
def test_a_dry_run_writes_nothing(
    canary: Canary, table: Table, argv: tuple[str, ...]
) -> None:
    """The change is shown in the shape that a real one has."""
    apply(canary, f"gone: {OFF}")
    canary("archive", "gone")
    before = table.items()

    result = canary(*argv, "--dry-run")

    assert (0, True) == (result.code, result.data["dry_run"])
    assert 1 == len(result.data["changes"])
    assert before == table.items()


def test_undo_refuses_another_version(canary: Canary, table: Table) -> None:
    """--if-version guards against a change that nobody looked at."""
    canary("set-weight", "shop", "10", "--author", "ana")
    before = table.items()

    result = canary("undo", "shop", "--if-version", "1")

    assert 4 == result.code
    assert "ana, set-weight" in result.err
    assert before == table.items()


@pytest.mark.usefixtures("table")
def test_undo_of_a_version_that_never_was_is_not_found(canary: Canary) -> None:
    """The answer says which versions there are."""
    result = canary("undo", "shop", "--to-revision", "7")

    assert (3, "") == (result.code, result.out)
    assert "shop has no version 7" in result.err


def test_archived_flags_are_out_of_the_snapshot(canary: Canary, table: Table) -> None:
    """Nobody is served by them, and lists and exports don't show them."""
    assert 0 == canary("archive", "search", "--reason", "done").code

    assert {"shop"} == set(table.store.load().compiled)
    assert ["shop"] == [row["name"] for row in canary("list").data]
    assert "search" not in canary("export").out
    assert "done" == canary("history", "search").data[0]["reason"]


def test_several_are_archived_at_once(canary: Canary, grown: Table) -> None:
    """What uses each other can go together only."""
    before = grown.items()
    refused = canary("archive", "segment:beta")
    assert (2, before) == (refused.code, grown.items())
    assert "in use by flags.gift" in refused.err

    result = canary("archive", "gift", "segment:beta", "group:q4", "gift")

    assert 0 == result.code, result.err
    assert {"gift", "segment:beta", "group:q4"} == {
        change["name"] for change in result.data["changes"]
    }


def test_what_can_not_be_archived_is_told_at_once(canary: Canary, table: Table) -> None:
    """A live rollout and the routing are named together, and nothing is written."""
    canary("set-weight", "shop", "10")
    before = table.items()

    result = canary("archive", "shop", "routing", "search")

    assert (2, "") == (result.code, result.out)
    assert [
        (
            "canary: error: flags.shop: has a live rollout; "
            "promote or abort it before it is archived"
        ),
        (
            "canary: error: routing: can't be archived; "
            "apply another routing document instead"
        ),
    ] == result.err.splitlines()
    assert before == table.items()


def test_archiving_again_is_no_change(canary: Canary, table: Table) -> None:
    """A tombstone stays as it is, and that is said."""
    canary("archive", "search")
    before = table.items()

    result = canary("archive", "search")

    assert (0, "canary: search is archived already\n") == (result.code, result.err)
    assert before == table.items()


def test_restore_brings_it_back_as_it_was(canary: Canary, table: Table) -> None:
    """The body is that of before, in a new version, and is served again."""
    before = table.body("search")
    canary("archive", "search")

    assert 0 == canary("restore", "search").code
    assert (before, 3) == (table.body("search"), table.version("search"))
    assert {"search", "shop"} == set(table.store.load().compiled)


def test_restoring_what_is_there_is_no_change(canary: Canary, table: Table) -> None:
    """A document in use is left alone."""
    before = table.items()

    result = canary("restore", "search")

    assert 0 == result.code
    assert "canary: search is not archived; nothing changed\n" == result.err
    assert before == table.items()


def test_a_move_of_an_archived_release_says_what_to_do(
    canary: Canary, table: Table
) -> None:
    """A tombstone takes no weight."""
    canary("archive", "shop")
    before = table.items()

    result = canary("set-weight", "shop", "10")

    assert 2 == result.code
    assert "flags.shop: archived; `canary restore shop` brings it back" in result.err
    assert before == table.items()


@pytest.mark.parametrize("command", ["undo", "archive", "restore"])
@pytest.mark.usefixtures("table")
def test_an_unknown_document_is_not_found(canary: Canary, command: str) -> None:
    """A misspelt name exits with 3."""
    assert 3 == canary(command, "serch").code


@pytest.mark.parametrize("command", ["archive", "export"])
@pytest.mark.usefixtures("grown")
def test_all_unknown_names_are_told_at_once(canary: Canary, command: str) -> None:
    """A line for each, with what was meant."""
    result = canary(command, "layout", "nope", "beta")

    assert (3, "") == (result.code, result.out)
    first, second = result.err.splitlines()
    assert first.startswith("canary: error: no flag is named 'nope'; the table holds")
    assert second.startswith(
        "canary: error: no flag is named 'beta'; did you mean segment:beta? The"
    )


def test_undo_leaves_a_rollout_alone(canary: Canary, table: Table) -> None:
    """The document goes back, the rollout goes on; its traffic is not to be had."""
    put(table.store, "shop", release(5))
    put(table.store, "shop", release(50, step=3) | {"description": "new"})

    refused = canary("undo", "shop", "--with-traffic")
    result = canary("undo", "shop")

    assert 2 == refused.code
    assert (
        "flags.shop: a rollout decides about its traffic; abort it first, or undo "
        "without --with-traffic"
    ) in refused.err
    assert 0 == result.code
    assert release(50, step=3) == table.body("shop")


@pytest.mark.parametrize("phase", ["baking", "draining"])
def test_a_release_whose_rollout_runs_is_not_archived(
    canary: Canary, table: Table, phase: str
) -> None:
    """Its users would all move at once, and nobody could go back."""
    body = release(5 if phase == "baking" else None, phase=phase)
    put(table.store, "shop", body)

    assert "has a live rollout" in canary("archive", "shop").err
    with pytest.raises(InvalidDocument, match="has a live rollout"):
        put(table.store, "shop", body | {"archived": True})


def test_a_segment_that_a_plan_names_is_not_archived(
    canary: Canary, table: Table
) -> None:
    """The plan would let in nobody."""
    plan = {"steps": [{"groups": ["beta"], "bake": "1m"}]}
    put(table.store, "segment:beta", {"included": ["ann"]})
    body = {"release": {"services": ["web"], "stable": "blue"}, "plan": plan}
    put(table.store, "shop", body)

    result = canary("archive", "segment:beta")

    assert 2 == result.code
    assert "segments.beta: in use by flags.shop" in result.err
