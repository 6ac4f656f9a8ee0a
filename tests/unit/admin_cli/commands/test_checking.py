"""`lint` and `schema`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table

FLAG = "{owner: web, variants: {on: true, off: false}, off: off, serve: on}"
CLEAN = f"flags: {{new: {FLAG}}}"
DOUBTFUL = CLEAN.replace("owner: web, ", "")


@pytest.mark.parametrize("options", [(), ("--offline",), ("--strict",)])
@pytest.mark.usefixtures("table")
def test_a_clean_file_has_no_findings(canary: Canary, options: tuple[str, ...]) -> None:
    """Nothing wrong and nothing doubtful is 0, even strictly."""
    result = canary("lint", "-f", "-", *options, stdin=CLEAN)

    assert (0, {"problems": [], "warnings": []}) == (result.code, result.data)
    assert "canary: 0 problems, 0 warnings\n" == result.err


def test_offline_needs_no_table(canary: Canary) -> None:
    """A file is checked without an account."""
    assert 0 == canary("lint", "-f", "-", "--offline", stdin=CLEAN).code
    assert 5 == canary("lint", "-f", "-", stdin=CLEAN).code


def test_every_problem_is_listed(canary: Canary, table: Table) -> None:
    """What the grammar refuses comes out at once, as data, and exits with 2."""
    before = table.items()
    broken = "flags: {a: {enabld: true}, b: 5}\nroutin: {}"

    result = canary("lint", "-f", "-", stdin=broken)

    assert 2 == result.code
    assert {
        "flags.a.enabld",
        "flags.a.variants",
        "flags.a.off",
        "flags.a.serve",
        "flags.b",
        "routin",
    } == {problem["path"] for problem in result.data["problems"]}
    assert before == table.items()


def test_a_file_that_is_no_yaml_is_a_problem(canary: Canary) -> None:
    """Bad syntax has its line and column."""
    result = canary("lint", "-f", "-", "--offline", stdin="flags: [")

    assert 2 == result.code
    assert ["standard input:1:9"] == [p["path"] for p in result.data["problems"]]


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--strict",), 2)])
def test_warnings_count_if_asked(
    canary: Canary, options: tuple[str, ...], code: int
) -> None:
    """What looks like a mistake is told, and is an error with --strict."""
    result = canary("lint", "-f", "-", "--offline", *options, stdin=DOUBTFUL)

    assert code == result.code
    assert [
        {
            "path": "flags.new.owner",
            "check": "no-owner",
            "message": "nobody owns it; name a team in `owner`",
        }
    ] == result.data["warnings"]
    assert "canary: 0 problems, 1 warning\n" == result.err


USER = f"flags: {{new: {FLAG}}}".replace(
    "serve: on", "serve: off, rules: [{when: {segment: beta}, serve: on}]"
)


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--offline",), 2)])
@pytest.mark.usefixtures("grown")
def test_what_a_file_names_may_be_in_the_table(
    canary: Canary, options: tuple[str, ...], code: int
) -> None:
    """Offline the file is all there is."""
    result = canary("lint", "-f", "-", *options, stdin=USER)

    assert code == result.code, result.out
    places = ["flags.new.rules[0].when.segment"] if code else []
    assert places == [problem["path"] for problem in result.data["problems"]]


@pytest.mark.usefixtures("grown")
def test_a_segment_that_the_table_uses_is_in_use(canary: Canary) -> None:
    """A file with a segment alone isn't warned about it, if a stored flag names it."""
    file = "segments: {beta: {included: [ana]}, alone: {included: [bo]}}"

    found = canary("lint", "-f", "-", stdin=file).data["warnings"]

    assert [("segments.alone", "unused")] == [(w["path"], w["check"]) for w in found]


@pytest.mark.usefixtures("table")
def test_what_the_table_refuses_is_a_problem(canary: Canary) -> None:
    """A service of another release is found before anybody applies the file."""
    file = "flags: {other: {release: {services: [shop-email]}}}"

    found = canary("lint", "-f", "-", stdin=file).data["problems"]

    assert ["flags.other.release.services"] == [problem["path"] for problem in found]


@pytest.mark.usefixtures("table")
def test_versions_are_not_linted(canary: Canary) -> None:
    """Whether a file is up to date is the business of applying it."""
    file = CLEAN.replace("{owner", "{version: 7, owner")

    assert 0 == canary("lint", "-f", "-", stdin=file).code


def test_people_see_no_empty_table(canary: Canary) -> None:
    """Without findings the note says it all."""
    result = canary("lint", "-f", "-", "--offline", "-o", "table", stdin=CLEAN)

    assert (0, "") == (result.code, result.out)


def test_people_get_a_table_of_findings(canary: Canary) -> None:
    """Each finding is a row, with the name of its check."""
    result = canary("lint", "-f", "-", "--offline", "-o", "table", stdin=DOUBTFUL)

    header, row = result.out.splitlines()
    assert ["LEVEL", "PLACE", "MESSAGE"] == header.split()
    assert row.startswith("warning  flags.new.owner")
    assert "[no-owner]" in row


def test_the_schema_needs_no_table(canary: Canary) -> None:
    """It is JSON on a terminal, too: editors read it."""
    result = canary.terminal("schema")

    assert 0 == result.code
    assert {"flags", "segments", "groups", "routing"} <= set(
        json.loads(result.out)["properties"]
    )
