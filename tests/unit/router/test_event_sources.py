"""docs/event-sources.md is true: a test for each cell of its tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz.index import INDEX
from tests.fuzz.rig import PLACES
from tests.unit.router import arriving, leaving

PAGE = (Path(__file__).parents[3] / "docs" / "event-sources.md").read_text("utf-8")
SOURCES = sorted({entry.source for entry in INDEX.values()})


def table(title: str) -> dict[str, dict[str, str]]:
    """A section's table: cells by source and column."""
    section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    columns = lines[0]
    return {
        row[0].strip("`"): dict(zip(columns[1:], row[1:], strict=True))
        for row in lines[2:]
    }


IN, OUT = table("What comes in"), table("What goes out")
CELLS = {
    (source, column): cell
    for rows in (IN, OUT)
    for source, row in rows.items()
    for column, cell in row.items()
}


# Such as `sqs-answer`.
IDS = [f"{source}-{column.split()[0].lower()}" for source, column in CELLS]


CHECKS: dict[str, Callable[[str, str], None]] = {
    "Recognised by": arriving.check_recognised,
    "Identity": arriving.check_identity,
    "Decision": arriving.check_decision,
    "Units": leaving.check_units,
    "Token": leaving.check_token,
    "Answer": leaving.check_answer,
    "Error": leaving.check_error,
}


@pytest.mark.parametrize(("source", "column"), CELLS, ids=IDS)
def test_cell(source: str, column: str) -> None:
    """What the page says in this cell is so."""
    CHECKS[column](source, CELLS[source, column])


def test_every_source_has_every_cell() -> None:
    """No source is missing, none is made up, and no cell is empty or untested."""
    assert SOURCES == sorted(IN) == sorted(OUT)
    assert len(CELLS) == len(SOURCES) * len(CHECKS)
    assert all(CELLS.values())


def test_places_are_all_selectors() -> None:
    """The rig reads identities in every way that the page names."""
    named = {kind for found in arriving.FOUND.values() for kind in found}
    assert named == {kind for place in PLACES for kind in place}
