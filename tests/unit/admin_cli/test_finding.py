"""Documents by their names."""

from __future__ import annotations

import pytest

from admin_cli.finding import Unknown, find, find_all
from flags.store.changes import State, Stored


def state(*names: str, archived: tuple[str, ...] = ()) -> State:
    """A table with documents of these names."""
    return State(
        documents={
            name: Stored(name=name, version=1, body={"archived": name in archived})
            for name in (*names, *archived)
        }
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gfit", "no flag is named 'gfit'; did you mean gift? The table holds "),
        ("beta", "no flag is named 'beta'; did you mean segment:beta? The table"),
        ("segment:bta", "no segment is named 'bta'; did you mean segment:beta? The"),
        ("segment:q4", "no segment is named 'q4'; did you mean group:q4? The table"),
        ("group:zzzz", "no group is named 'zzzz'; the table holds "),
        ("routing", "no document is named 'routing'; the table holds "),
    ],
)
def test_what_is_not_found_is_told_with_what_was_meant(name: str, told: str) -> None:
    """Flags, segments and groups by what they are."""
    with pytest.raises(Unknown) as caught:
        find(state("gift", "segment:beta", "group:q4"), name)

    assert str(caught.value).startswith(told)
    assert str(caught.value).endswith("holds gift, group:q4, segment:beta")


def test_the_names_in_the_answer_are_few_and_in_use() -> None:
    """Ten at most, and no tombstones."""
    table = state(*(f"flag-{n:02}" for n in range(12)), archived=("a-gone",))

    with pytest.raises(Unknown) as caught:
        find(table, "zzzz")

    shown = ", ".join(f"flag-{n:02}" for n in range(10))
    assert str(caught.value) == (
        f"no flag is named 'zzzz'; the table holds {shown} and 2 more"
    )


def test_all_unknown_names_are_told_at_once() -> None:
    """A line for each."""
    with pytest.raises(Unknown) as caught:
        find_all(state(), ["a", "segment:b", "a"])

    assert [
        "no flag is named 'a'; the table holds nothing yet",
        "no segment is named 'b'; the table holds nothing yet",
    ] == str(caught.value).splitlines()
