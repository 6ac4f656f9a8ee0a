"""Paths into JSON say one place, in a few steps."""

from __future__ import annotations

import pytest

from flags.paths import MAX_STEPS, steps


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", ("a",)),
        ("detail-type", ("detail-type",)),
        ("a.b.c", ("a", "b", "c")),
        ("Records[0].eventSource", ("Records", 0, "eventSource")),
        ("[0].a", (0, "a")),
        ("a[1][20]", ("a", 1, 20)),
        ('"CodePipeline.job".id', ("CodePipeline.job", "id")),
        ('a."b c"', ("a", "b c")),
        ('_id."$oid"', ("_id", "$oid")),
        ("a.7", ("a", "7")),
    ],
)
def test_steps(path: str, expected: tuple[str | int, ...]) -> None:
    """Names and indexes, in their order."""
    assert expected == steps(path)


@pytest.mark.parametrize(
    "path", [".a", "a.", "a..b", "a[", "a[x]", "a[-1]", 'a"b', '"a', "a b", "a[12345]"]
)
def test_what_is_not_a_path_is_refused(path: str) -> None:
    """The message says where it goes wrong."""
    with pytest.raises(ValueError, match="not a path at character"):
        steps(path)


@pytest.mark.parametrize("path", ["", ".".join("a" * (MAX_STEPS + 1))])
def test_a_path_has_an_end(path: str) -> None:
    """Nor is nothing a path."""
    with pytest.raises(ValueError, match="1 to 16 steps"):
        steps(path)
