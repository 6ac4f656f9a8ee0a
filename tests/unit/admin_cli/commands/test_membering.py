"""`segment list`, `segment add`, `segment remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.admin_cli.conftest import Canary, Result, Table

BETA = "segment:beta"


@pytest.mark.parametrize("name", ["beta", "segment:beta"])
def test_ids_are_added_at_the_end(canary: Canary, grown: Table, name: str) -> None:
    """Those that are in it already stay where they are."""
    result = canary("segment", "add", name, "cleo", "ana", "cleo")

    assert 0 == result.code
    assert ["ana", "bo", "cleo"] == grown.body(BETA)["included"]
    assert "segment-add" == grown.store.history(BETA, 1)[0].action


def test_ids_are_taken_out(canary: Canary, grown: Table) -> None:
    """Those that aren't in it are passed over."""
    assert 0 == canary("segment", "remove", "beta", "ana", "nobody").code
    assert ["bo"] == grown.body(BETA)["included"]


def test_the_excluded_are_a_list_of_their_own(canary: Canary, grown: Table) -> None:
    """--excluded is the other list."""
    canary("segment", "add", "beta", "kim", "--excluded")

    assert ["kim"] == grown.body(BETA)["excluded"]

    canary("segment", "remove", "beta", "kim", "--excluded")

    assert "excluded" not in grown.body(BETA)


def test_tens_of_thousands_come_from_standard_input(
    canary: Canary, grown: Table
) -> None:
    """A file has an id a line; blank lines don't count. The change stays short."""
    ids = [f"user-{number}" for number in range(30_000)]

    result = canary(
        "segment", "add", "beta", "--from-file", "-", stdin="\n\n".join(ids)
    )

    assert 0 == result.code, result.err
    assert ["ana", "bo", *ids] == grown.body(BETA)["included"]
    (field,) = result.data["changes"][0]["fields"]
    assert {"path": "included", "added": ids, "removed": []} == field
    told = canary("history", "segment:beta", "-n", "1", "-o", "table").out
    assert "included: +30000 (user-0, user-1, user-2, user-3, user-4, ...)" in told
    explained = canary("explain", "gift", "--id", "user-29999", "--at", "2025-01-01")
    assert explained.data["result"]["variant"] == "on"


def test_ids_come_from_a_file(canary: Canary, grown: Table, tmp_path: Path) -> None:
    """A path is read as text, whatever its line ends."""
    path = tmp_path / "ids.txt"
    path.write_bytes("\ufeffcleo\r\n dan \r\n".encode())

    assert 0 == canary("segment", "add", "beta", "--from-file", str(path)).code
    assert ["ana", "bo", "cleo", "dan"] == grown.body(BETA)["included"]


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        (("beta",), "ID: none given; name some, or give a file with --from-file"),
        (("beta", "x" * 3000), "segments.beta.included[2]: give a text of 1 to 2048"),
        (("beta", "--from-file", "/nowhere"), "/nowhere: can't be read"),
    ],
)
def test_wrong_ids_are_refused(
    canary: Canary, grown: Table, argv: tuple[str, ...], error: str
) -> None:
    """Bad input exits with 2, and writes nothing."""
    before = grown.items()

    result = canary("segment", "add", *argv)

    assert (2, "") == (result.code, result.out)
    assert error in result.err
    assert before == grown.items()


@pytest.mark.usefixtures("grown")
def test_an_unknown_segment_is_not_found(canary: Canary) -> None:
    """Ids make no segment; a file does."""
    assert 3 == canary("segment", "add", "alpha", "ana").code


def test_nothing_new_is_no_change(canary: Canary, grown: Table) -> None:
    """What is in it already is said to be."""
    before = grown.items()

    result = canary("segment", "add", "beta", "ana")

    assert 0 == result.code
    assert "segment:beta has all of this already; nothing changed" in result.err
    assert before == grown.items()


def test_a_dry_run_writes_no_ids(canary: Canary, grown: Table) -> None:
    """The change is shown and not made."""
    before = grown.items()

    result = canary("segment", "add", "beta", "cleo", "--dry-run")

    assert (0, True) == (result.code, result.data["dry_run"])
    assert before == grown.items()


def test_two_operators_add_to_one_segment(
    canary: Canary, grown: Table, meanwhile: Callable[..., list[Result]]
) -> None:
    """Neither loses an id, and neither has to try again."""
    others = meanwhile(("segment", "add", "beta", "dan"))

    result = canary("segment", "add", "beta", "cleo")

    assert (0, [0]) == (result.code, [other.code for other in others])
    assert ["ana", "bo", "dan", "cleo"] == grown.body(BETA)["included"]


@pytest.mark.usefixtures("grown")
def test_segments_are_listed_with_their_sizes(canary: Canary) -> None:
    """Ids are counted, since nobody reads thousands of them."""
    canary("segment", "add", "beta", "cleo", "--excluded")

    assert [
        {
            "name": "beta",
            "version": 2,
            "by": None,
            "included": 2,
            "excluded": 1,
            "rules": 1,
            "owner": None,
            "tags": [],
        }
    ] == canary("segment", "list").data
    shown = canary("segment", "list", "-o", "table").out.splitlines()
    assert ["NAME", "BY", "INCLUDED", "EXCLUDED", "RULES"] == shown[0].split()[:5]
    assert ["beta", "2", "1", "1", "2"] == shown[1].split()


@pytest.mark.usefixtures("grown")
def test_archived_segments_are_not_listed(canary: Canary) -> None:
    """An empty list says what to do."""
    canary("archive", "gift", "group:q4", "segment:beta")

    result = canary("segment", "list")

    assert (0, []) == (result.code, result.data)
    assert "the table holds no segments" in result.err


def test_ids_that_are_not_there_are_no_change(canary: Canary, grown: Table) -> None:
    """What isn't in it is said not to be."""
    before = grown.items()

    result = canary("segment", "remove", "beta", "nobody")

    assert 0 == result.code
    assert "segment:beta has none of this; nothing changed" in result.err
    assert before == grown.items()


def test_blanks_are_no_part_of_an_id_and_marks_are(
    canary: Canary, grown: Table
) -> None:
    """From a file as from the command line."""
    argv = ("segment", "add", "beta", " cleo ", " ", "--from-file", "-")

    assert 0 == canary(*argv, stdin="# dan\n\n cleo\n").code
    assert ["ana", "bo", "cleo", "# dan"] == grown.body(BETA)["included"]


@pytest.mark.usefixtures("grown")
def test_an_unknown_segment_is_called_one(canary: Canary) -> None:
    """And the nearest is named."""
    result = canary("segment", "add", "bta", "ana")

    assert "no segment is named 'bta'; did you mean segment:beta? The" in result.err
