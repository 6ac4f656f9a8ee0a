"""Patterns of other dialects: refused where people write them, with what to write."""

from __future__ import annotations

import pytest

from flags.engine.regex import compile_regex
from flags.errors import InvalidDocument
from flags.store.checks import read_document, read_file
from flags.store.patterns import doubt

# pattern, place, what to write
FOREIGN = [
    ("^[[:alpha:]]+$", 3, "write A-Za-z"),
    ("[a[:digit:]]", 3, "write 0-9"),
    ("[^[:space:]]", 3, r"write \s"),
    ("^[:upper:]$", 2, "write A-Z"),
    ("[[:nonsense:]]", 2, "write out the characters"),
    ("[[.hyphen.]]", 2, r"write \["),
    ("[[a-z]&&[^b]]", 2, r"write \["),
    ("[a-z&&aeiou]", 5, "write out the characters"),
    ("^x{,3}$", 3, "write {0,3}"),
    ("x{,}", 2, "write {0,}"),
    ("x{1, 3}", 2, "write {1,3}"),
    ("x{ 2 }", 2, "write {2}"),
    (r"\<bot\>", 1, r"write \b"),
]
CLEAR = [
    "^[a-z]+@example[.]com$",
    "x{0,3}",
    "x{2,}",
    r"\{,3\}",
    "a{x}",
    "{}",
    "[[]",
    "[]^-]",
    "[^[]",
    r"[\[:a:]",
    "[{,3}]",
    "[&]",
    "a&&b",
    r"\bbot\b",
    r"[<>]\Z",
    "(",  # refused by the grammar itself, once
]


def rules(pattern: str) -> dict[str, object]:
    """A flag that asks for the pattern, deep inside of its condition."""
    clause = {"attribute": "item.name", "matches": pattern}
    when = {"none": [{"attribute": "carts", "any_item": {"all": [clause]}}]}
    return {
        "variants": {"on": True, "off": False},
        "off": "off",
        "rules": [{"when": when, "serve": "on"}],
        "serve": "off",
    }


@pytest.mark.parametrize(("pattern", "place", "remedy"), FOREIGN)
def test_foreign(pattern: str, place: int, remedy: str) -> None:
    """The message says where in the pattern, and what to write."""
    message = doubt(pattern)

    assert message is not None
    assert message.startswith(f"character {place} of the pattern: ")
    assert remedy in message


@pytest.mark.parametrize("pattern", CLEAR)
def test_clear(pattern: str) -> None:
    """What every dialect reads in one way is let through."""
    assert doubt(pattern) is None


@pytest.mark.parametrize("part", ["flags", "segments"])
def test_a_file_is_refused(part: str) -> None:
    """With the place of the pattern in the file."""
    clause = {"attribute": "name", "matches": "x{,3}"}
    file = {"flags": {"f": rules("x{,3}")}, "segments": {"s": {"rules": [clause]}}}

    with pytest.raises(InvalidDocument) as caught:
        read_file({part: file[part]})

    (problem,) = caught.value.problems
    assert (
        problem.path
        == {
            "flags": "flags.f.rules[0].when.none[0].any_item.all[0].matches",
            "segments": "segments.s.rules[0].matches",
        }[part]
    )


@pytest.mark.parametrize(("pattern", "_place", "_remedy"), FOREIGN)
def test_what_a_table_holds_runs_on(pattern: str, _place: int, _remedy: str) -> None:
    """A stored flag keeps its meaning, and can be changed otherwise."""
    assert "rules" in read_document("f", rules(pattern)).body()
    assert compile_regex(pattern)("") is compile_regex(pattern)("")
