"""Contexts as people type them."""

from __future__ import annotations

from typing import Any

import pytest

from admin_cli.asking import context
from flags.errors import InvalidDocument


@pytest.mark.parametrize(
    ("pairs", "attributes"),
    [
        (["a=b=c"], {"a": "b=c"}),
        (["a="], {"a": ""}),
        (["n=5", "f=1.5", "t=true"], {"n": 5, "f": 1.5, "t": True}),
        (['zip="01067"', "plz=01067"], {"zip": "01067", "plz": "01067"}),
        (['tags=["a", 1]'], {"tags": ["a", 1]}),
        (["x=null", "y={}", "z=NaN"], {"x": "null", "y": "{}", "z": "NaN"}),
        (["a=1e999", "b=-Infinity"], {"a": "1e999", "b": "-Infinity"}),
        (["t.key=a", "t.of.it=2"], {"t": {"key": "a", "of": {"it": 2}}}),
        (["a=1", "a=2"], {"a": 2}),
    ],
)
def test_pairs_are_attributes(pairs: list[str], attributes: dict[str, Any]) -> None:
    """JSON's simple values are values, dots lead into objects, the rest is text."""
    assert attributes == context(None, pairs, None).attributes


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("u", None, "u"),
        (None, '{"key": "v"}', "v"),
        ("u", '{"key": "v"}', "u"),
        (None, '{"key": 5}', "5"),
        (None, "{}", None),
    ],
)
def test_the_targeting_key_is_an_option_or_in_the_context(
    key: str | None, text: str | None, expected: str | None
) -> None:
    """The option wins, and the key is no attribute."""
    found = context(key, [], text)

    assert (expected, {}) == (found.key, found.attributes)


def test_pairs_go_into_the_context() -> None:
    """What is typed last is added to the object, or replaces a part of it."""
    found = context(None, ["t.plan=pro"], '{"t": {"key": "a", "plan": "x"}, "b": 1}')

    assert {"t": {"key": "a", "plan": "pro"}, "b": 1} == found.attributes


def test_everything_wrong_is_told_at_once() -> None:
    """A broken context and broken pairs are one answer."""
    with pytest.raises(InvalidDocument) as caught:
        context(None, ["a", "b=1", "b.c=1"], '{"x": 1e999}')

    with pytest.raises(InvalidDocument, match="`key` is the targeting key"):
        context("u", [], '{"key": true}')
    paths = [problem.path for problem in caught.value.problems]
    assert ["--context", "--attribute", "--attribute"] == paths


def test_a_key_that_stands_twice_is_refused() -> None:
    """One of the two would be lost silently."""
    with pytest.raises(InvalidDocument, match="a stands twice"):
        context(None, [], '{"a": 1, "a": 2}')


def test_bytes_that_are_no_text_are_refused() -> None:
    """Nobody can be told apart by them."""
    with pytest.raises(InvalidDocument) as caught:
        context("\udcff", ["a=\udcff"], None)

    assert ["--id", "--attribute"] == [p.path for p in caught.value.problems]
