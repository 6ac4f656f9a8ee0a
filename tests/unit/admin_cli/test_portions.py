"""A file in several transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from admin_cli.portions import parts
from flags.store.changes import Edit, State, Stored

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.admin_cli.conftest import Canary, Result, Table

FLAG: dict[str, Any] = {"variants": {"on": 1, "off": 0}, "off": "off", "serve": "on"}
ROUTING: dict[str, Any] = {"routes": []}
GONE = {"archived": True}


def needing(*flags: str) -> dict[str, Any]:
    """A flag that requires others."""
    return FLAG | {"requires": [{"flag": name, "variant": "on"} for name in flags]}


def using(*segments: str) -> dict[str, Any]:
    """A segment that uses others."""
    return {"rules": [{"segment": name} for name in segments]}


def exclusive(*flags: str) -> dict[str, Any]:
    """An exclusive group."""
    return {"exclusive": dict.fromkeys(flags, 10)}


def release(*services: str) -> dict[str, Any]:
    """A release of services."""
    return {"release": {"services": [*services]}}


@pytest.mark.parametrize(
    ("before", "after", "order"),
    [
        (
            {},
            {
                "routing": ROUTING,
                "group:g": exclusive("b"),
                "a": needing("b"),
                "b": FLAG,
                "segment:x": using("y"),
                "segment:y": {},
            },
            ["segment:y", "segment:x", "b", "a", "group:g", "routing"],
        ),
        (
            {"a": needing("b"), "b": FLAG, "segment:s": {}},
            {"a": FLAG, "b": FLAG | GONE, "segment:s": GONE},
            ["a", "b", "segment:s"],
        ),
        (
            {"a": needing("b"), "b": FLAG, "group:g": exclusive("a")},
            {"a": FLAG | GONE, "b": FLAG | GONE, "group:g": exclusive("a") | GONE},
            ["group:g", "a", "b"],
        ),
        (
            {"a": FLAG, "group:h": exclusive("a"), "group:g": exclusive("b")},
            {"group:h": exclusive("c"), "group:g": exclusive("a"), "c": FLAG},
            ["c", "group:h", "group:g"],
        ),
        (
            {"b": release("x"), "a": release("y")},
            {"a": release("x"), "b": release("z")},
            ["b", "a"],
        ),
        ({}, {"a": needing("b"), "b": needing("a")}, ["a", "b"]),
    ],
)
def test_each_part_is_valid_by_itself(
    before: dict[str, Any], after: dict[str, Any], order: list[str]
) -> None:
    """What is used comes first, and what is let go of is let go of first."""
    documents = {n: Stored(name=n, version=1, body=b) for n, b in before.items()}
    edits = [
        Edit(name=name, body=body, based_on=0, action="apply")
        for name, body in after.items()
    ]

    found = parts(State(documents=documents), edits, most=2)

    assert order == [name for part in found for name in part]
    assert all(len(part) == 2 for part in found[:-1])


def many(number: int) -> str:
    """A file of flags, each of which requires the one after it."""
    lines = ["flags:"]
    for n in range(number):
        needs = f", requires: [{{flag: f{n + 1}, variant: on}}]" if n % 10 else ""
        lines.append(f"  f{n}: {{version: 0, variants: {{on: 1, off: 0}}, off: off, ")
        lines.append(f"    serve: on{needs}}}")
    lines.append(f"  f{number}: {{variants: {{on: 1, off: 0}}, off: off, serve: on}}")
    return "\n".join(lines)


def test_a_file_of_many_documents_names_the_option(
    canary: Canary, empty: Table
) -> None:
    """One transaction takes 49 documents; lint says nothing of that."""
    result = canary("apply", "-f", "-", stdin=many(60))

    assert (2, []) == (result.code, empty.items())
    assert (
        "canary: error: 61 documents change, and one transaction takes 49: apply a "
        "file with --in-parts, archive fewer at a time\n" == result.err
    )
    assert [] == canary("lint", "-f", "-", stdin=many(60)).data["problems"]


def test_a_file_is_applied_in_parts(canary: Canary, empty: Table) -> None:
    """Each part is told, and all changes come out together."""
    rehearsed = canary("apply", "-f", "-", "--in-parts", "--dry-run", stdin=many(60))
    assert (0, 61, []) == (
        rehearsed.code,
        len(rehearsed.data["changes"]),
        empty.items(),
    )

    result = canary("apply", "-f", "-", "--in-parts", stdin=many(60))

    assert 0 == result.code, result.err
    assert 61 == len(result.data["changes"]) == len(empty.store.load().compiled)
    told = result.err.splitlines()
    assert ["canary: part 1 of 2 wrote ", "canary: part 2 of 2 wrote "] == [
        line[:26] for line in told
    ]
    assert 2 == empty.store.load().snapshot


def test_what_the_file_lacks_is_pruned_in_parts(canary: Canary, empty: Table) -> None:
    """More than a transaction takes, and those who require others first."""
    canary("apply", "-f", "-", "--in-parts", stdin=many(60))
    file = "flags: {f60: {variants: {on: 1, off: 0}, off: off, serve: on}}"
    argv = ("apply", "-f", "-", "--prune", "--yes")

    refused = canary(*argv, stdin=file)
    result = canary(*argv, "--in-parts", stdin=file)

    assert 2 == refused.code
    assert "60 documents change, and one transaction takes 49" in refused.err
    assert 0 == result.code, result.err
    assert {"f60"} == set(empty.store.load().compiled)


def test_all_parts_are_checked_before_the_first_is_written(
    canary: Canary, empty: Table
) -> None:
    """What is wrong with the last stops the first."""
    file = many(60).replace("f60:", "f61:")

    result = canary("apply", "-f", "-", "--in-parts", stdin=file)

    assert (2, []) == (result.code, empty.items())
    assert "no flag 'f60'" in result.err


def test_a_part_that_is_refused_tells_what_is_written(
    canary: Canary,
    empty: Table,
    meanwhile: Callable[..., list[Result]],
    tmp_path: Path,
) -> None:
    """Somebody else may come between two parts."""
    path = tmp_path / "other.yaml"
    path.write_text("flags: {f1: {variants: {on: 1, off: 0}, off: off, serve: on}}")
    others = meanwhile(("list",), ("apply", "-f", str(path)))

    result = canary("apply", "-f", "-", "--in-parts", stdin=many(60))

    assert (4, [0, 0]) == (result.code, [other.code for other in others])
    _, _, written = result.err.partition("  part 2 of 2; written already: ")
    assert {f"f{n}" for n in (0, *range(10, 51), *range(54, 61))} == {
        *written.strip().split(", ")
    }
    assert 50 == len(empty.store.load().documents)
