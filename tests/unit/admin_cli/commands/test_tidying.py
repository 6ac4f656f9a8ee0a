"""`stale` and `refs`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.unit.admin_cli.conftest import TABLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.admin_cli.conftest import Canary, Table

TODAY = datetime.now(UTC).date()


def report(table: Table, days_ago: int, *flags: str) -> None:
    """Report flags as used some days ago, as functions do."""
    day = (TODAY - timedelta(days=days_ago)).isoformat()
    table.client.put_item(
        TableName=TABLE,
        Item={"pk": {"S": "usage"}, "sk": {"S": day}, "flags": {"SS": [*flags]}},
    )


@pytest.mark.usefixtures("grown")
def test_without_a_report_nothing_is_known(canary: Canary) -> None:
    """Nothing is called unused on no evidence, and that is said."""
    result = canary("stale")

    assert 0 == result.code
    assert result.data["never_evaluated"] is None
    assert "no use of flags was ever reported" in result.err


def test_new_flags_are_not_called_unused(canary: Canary, grown: Table) -> None:
    """Nobody had the time to evaluate what was made today."""
    report(grown, 3, "gift")
    report(grown, 90, "other")

    result = canary("stale", "--days", "30")

    assert (0, "", []) == (result.code, result.err, result.data["never_evaluated"])


def test_old_flags_that_nobody_evaluated_are_listed(
    canary: Canary, empty: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often they have changed since."""
    file = "flags: {old: {variants: {on: true, off: false}, off: off, serve: on}}"
    with monkeypatch.context() as patch:
        patch.setattr("admin_cli.clock.timestamp", lambda: "2020-01-01T00:00:00Z")
        canary("apply", "-f", "-", stdin=file)
        canary("apply", "-f", "-", stdin=file.replace("old", "used"))
    canary("apply", "-f", "-", stdin=file.replace("serve: on", "serve: off"))
    report(empty, 3, "used")
    report(empty, 90, "old")

    result = canary("stale", "--days", "30")

    since = (TODAY - timedelta(days=30)).isoformat()
    assert [{"name": "old", "owner": None, "since": since}] == result.data[
        "never_evaluated"
    ]


def test_reports_that_do_not_reach_back_are_no_evidence(
    canary: Canary, grown: Table
) -> None:
    """It is said since when there are some."""
    report(grown, 3, "gift")

    result = canary("stale", "--days", "30")

    first = TODAY - timedelta(days=3)
    assert result.data["never_evaluated"] is None
    assert f"use of flags is known since {first} only" in result.err


@pytest.mark.usefixtures("grown")
def test_days_beyond_the_calendar_are_refused(canary: Canary) -> None:
    """One sentence, and the exit code of bad input."""
    result = canary("stale", "--days", "999999")

    assert (2, "") == (result.code, result.out)
    assert "'--days': Input should be less than or equal to 36500" in result.err


@pytest.mark.usefixtures("grown")
def test_expired_flags_are_listed_with_their_owner(canary: Canary) -> None:
    """Those whose day is over come first."""
    result = canary("stale")

    expected = {"name": "gift", "owner": "checkout", "expires": "2020-01-31"}
    assert [expected] == result.data["expired"]


def test_what_everyone_gets_is_listed_if_it_is_old(
    canary: Canary, empty: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flag on the same variant for everyone, unchanged for long, can go."""
    file = "flags: {done: {variants: {on: true, off: false}, off: off, serve: on}}"
    with monkeypatch.context() as patch:
        patch.setattr("admin_cli.clock.timestamp", lambda: "2020-01-01T00:00:00Z")
        canary("apply", "-f", "-", stdin=file)
    canary("apply", "-f", "-", stdin=file.replace("done", "new"))
    assert 1 == empty.version("new")

    result = canary("stale")

    assert [
        {
            "name": "done",
            "owner": None,
            "variant": "on",
            "changed": "2020-01-01T00:00:00Z",
        }
    ] == result.data["rolled_out"]


@pytest.mark.usefixtures("grown")
def test_people_get_three_lists(canary: Canary) -> None:
    """Each list has a title with its length, or says that it isn't known."""
    told = canary("stale", "-o", "table").out

    assert "Expired: 1" in told
    assert "Never evaluated: not known" in told
    assert "The same for everyone: none" in told


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that names two flags."""
    (tmp_path / "app.py").write_text('if flags.boolean("gift", False):\n    pass\n')
    (tmp_path / "web.ts").write_text("a\nconst on = use('layout') || use(`gift`)\n")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "x.js").write_text("use('search')")
    return tmp_path


@pytest.mark.usefixtures("grown")
def test_references_have_file_line_and_column(canary: Canary, program: Path) -> None:
    """All flags of the table are looked for; those never named are listed."""
    result = canary("refs", str(program))

    by_name = {flag["name"]: flag for flag in result.data["flags"]}
    assert 2 == by_name["gift"]["count"]
    assert [
        {"file": str(program / "app.py"), "line": 1, "column": 19},
        {"file": str(program / "web.ts"), "line": 2, "column": 34},
    ] == by_name["gift"]["references"]
    assert ["search", "shop"] == result.data["unreferenced"]


def test_names_need_no_table(canary: Canary, program: Path) -> None:
    """With --names nothing is read but the files."""
    result = canary("refs", str(program), "--names", "layout,other")

    assert 0 == result.code, result.err
    assert ["other"] == result.data["unreferenced"]


def test_files_are_left_out_by_pattern(canary: Canary, program: Path) -> None:
    """--exclude takes names and paths, more than once."""
    argv = ("--names", "gift", "--exclude", "*.ts", "--exclude", "app.py")

    result = canary("refs", str(program), *argv)

    assert ["gift"] == result.data["unreferenced"]


def test_paths_that_are_not_there_are_told_at_once(
    canary: Canary, program: Path
) -> None:
    """A misspelt folder would look like a program without flags."""
    argv = (str(program), "/nowhere/a", "/nowhere/b")

    result = canary("refs", *argv, "--names", "gift")

    assert (2, "") == (result.code, result.out)
    assert [
        "canary: error: /nowhere/a: there is no such file or folder",
        "canary: error: /nowhere/b: there is no such file or folder",
    ] == result.err.splitlines()


def test_people_get_places_that_editors_open(canary: Canary, program: Path) -> None:
    """A place is file:line:column, and the counts follow."""
    argv = ("refs", str(program), "--names", "gift,none", "-o", "table")

    told = canary(*argv).out.splitlines()

    assert f"{program / 'app.py'}:1:19: gift" == told[0]
    assert ["gift", "2"] in [line.split() for line in told]
    assert "Never named: none" == told[-1]


def test_names_are_stripped_and_checked(canary: Canary, program: Path) -> None:
    """A space after a comma is no part of a name."""
    found = canary("refs", str(program), "--names", "gift, layout")
    refused = canary("refs", str(program), "--names", "gift,, my flag")

    assert [] == found.data["unreferenced"]
    assert (2, "") == (refused.code, refused.out)
    remedy = "is no name of a flag; list names as in gift,layout"
    assert [
        f"canary: error: --names: '' {remedy}",
        f"canary: error: --names: 'my flag' {remedy}",
    ] == refused.err.splitlines()


def test_what_was_not_looked_at_is_told(canary: Canary, program: Path) -> None:
    """Never named means never named in what was read."""
    (program / "a.png").write_bytes(b"\0")
    (program / "big.js").write_text("x" * 1_000_001)

    result = canary("refs", str(program), "--names", "gift")

    assert (
        "canary: 2 files passed over (1 binary, 1 over 1 MB); name one to have it "
        "read\n" == result.err
    )
    assert {"file": str(program / "a.png"), "why": "binary"} in result.data[
        "passed_over"
    ]


def test_a_file_name_makes_one_line(canary: Canary, program: Path) -> None:
    """A newline in it forges no second place."""
    (program / "a\nb.py:1:1: other").write_text("'gift'")

    told = canary("refs", str(program), "--names", "gift", "-o", "table").out

    assert f"{program}/a b.py:1:1: other:1:2: gift" in told.splitlines()
