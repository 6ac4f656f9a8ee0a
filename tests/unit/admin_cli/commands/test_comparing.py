"""`diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table

FLAG = "{variants: {on: true, off: false}, off: off, serve: on}"


@pytest.fixture
def moved(canary: Canary, table: Table) -> Table:
    """A release at version 3: 10 percent, then 20."""
    canary("set-weight", "shop", "10")
    canary("set-weight", "shop", "20")
    return table


@pytest.mark.parametrize(
    ("options", "versions", "weights"),
    [
        ((), (2, 3), (10, 20)),
        (("--from", "1"), (1, 3), (None, 20)),
        (("--to", "2"), (1, 2), (None, 10)),
        (("--from", "3", "--to", "1"), (3, 1), (20, None)),
    ],
)
@pytest.mark.usefixtures("moved")
def test_two_versions_are_compared(
    canary: Canary,
    options: tuple[str, ...],
    versions: tuple[int, int],
    weights: tuple[int | None, int | None],
) -> None:
    """The last change by default, and any two versions in any order."""
    result = canary("diff", "shop", *options)

    assert 0 == result.code
    assert [
        {
            "name": "shop",
            "change": "changed",
            "from": versions[0],
            "to": versions[1],
            "fields": [{"path": "weight", "old": weights[0], "new": weights[1]}],
        }
    ] == result.data


@pytest.mark.usefixtures("table")
def test_a_first_version_is_new(canary: Canary) -> None:
    """Before the first version there is nothing."""
    (found,) = canary("diff", "search").data

    assert ("new", None, 1) == (found["change"], found["from"], found["to"])


@pytest.mark.usefixtures("moved")
def test_people_read_the_versions_and_the_fields(canary: Canary) -> None:
    """On a terminal a difference is a line."""
    told = canary.terminal("diff", "shop").out

    assert "shop: version 2 -> 3\n  weight: 10 -> 20\n" == told


@pytest.mark.usefixtures("moved")
def test_a_version_that_never_was_is_not_found(canary: Canary) -> None:
    """The answer says which versions there are."""
    result = canary("diff", "shop", "--from", "9")

    assert (3, "") == (result.code, result.out)
    assert "shop has no version 9: its history has 1 to 3" in result.err


FILE = f"""
flags:
  new: {FLAG}
  search: {FLAG}
"""


def test_a_file_is_compared_with_the_table(canary: Canary, table: Table) -> None:
    """What applying it would do is told, and nothing is written."""
    before = table.items()

    result = canary("diff", "-f", "-", stdin=FILE)

    assert [("new", "new", None, None), ("search", "changed", 1, None)] == [
        (row["name"], row["change"], row["from"], row["to"]) for row in result.data
    ]
    assert 0 == result.code
    assert before == table.items()


@pytest.mark.usefixtures("grown")
def test_pruning_is_compared_too(canary: Canary) -> None:
    """With --prune the documents that the file lacks are archived."""
    result = canary("diff", "-f", "-", "--prune", stdin=FILE)

    archived = [row["name"] for row in result.data if row["change"] == "archived"]
    assert ["gift", "group:q4", "layout", "segment:beta", "shop"] == archived


def test_people_read_what_a_file_would_do(canary: Canary, grown: Table) -> None:
    """New, changed and archived documents are told apart."""
    assert grown.version("gift")

    told = canary("diff", "-f", "-", "--prune", "-o", "table", stdin=FILE).out

    assert "new: new\n  variants" in told
    assert "search: version 1 -> the file\n" in told
    assert "gift: version 1 -> the file, archived\n  archived: (none) -> true" in told


@pytest.mark.parametrize(("file", "code"), [(FILE, 10), ("flags: {}", 0)])
@pytest.mark.usefixtures("table")
def test_the_exit_code_tells_whether_anything_differs(
    canary: Canary, file: str, code: int
) -> None:
    """With --exit-code a difference is 10, and sameness 0."""
    result = canary("diff", "-f", "-", "--exit-code", stdin=file)

    assert code == result.code
    assert ("nothing differs" in result.err) is (code == 0)


@pytest.mark.usefixtures("table")
def test_a_file_that_would_be_refused_is_refused(canary: Canary) -> None:
    """A comparison goes as far as the commit."""
    file = "flags: {other: {release: {services: [shop-email]}}}"

    assert 2 == canary("diff", "-f", "-", "--exit-code", stdin=file).code


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        ((), "give a NAME, or a file with -f, and not both"),
        (("shop", "-f", "-"), "give a NAME, or a file with -f, and not both"),
        (("-f", "-", "--from", "1"), "--from and --to go with a NAME"),
        (("shop", "--prune"), "--prune goes with -f"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    canary: Canary, argv: tuple[str, ...], error: str
) -> None:
    """Two kinds of comparison have two sets of options."""
    result = canary("diff", *argv)

    assert (2, "") == (result.code, result.out)
    assert error in result.err


@pytest.mark.usefixtures("moved")
def test_a_version_is_the_same_as_itself(canary: Canary) -> None:
    """Sameness is an empty array in a pipe, and a note for people."""
    argv = ("diff", "shop", "--from", "2", "--to", "2")

    assert [] == canary(*argv).data
    assert "" == canary.terminal(*argv).out


@pytest.mark.parametrize(
    ("commands", "change"),
    [([("archive",)], "archived"), ([("archive",), ("restore",)], "restored")],
)
@pytest.mark.usefixtures("table")
def test_putting_away_and_bringing_back_are_told(
    canary: Canary, commands: list[tuple[str, ...]], change: str
) -> None:
    """What became of a document is a word in the data."""
    for command in commands:
        canary(*command, "search")

    assert [change] == [row["change"] for row in canary("diff", "search").data]
