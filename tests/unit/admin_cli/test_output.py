"""Formats, and what never reaches a terminal."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_cli.output import Format, Screen, as_json, inline, lines, plain, table


def screen(chosen: Format) -> tuple[Screen, io.StringIO]:
    """A screen with its output."""
    out = io.StringIO()
    return Screen(out=out, err=io.StringIO(), format=chosen), out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\r\nc", "a b c"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b31m\x07\x7f", "31m"),
        ("a\u202eb\u2066c", "abc"),
        ("a\ud800b", "ab"),
        ("zürich \u4e2d", "zürich \u4e2d"),
        (5, "5"),
    ],
)
def test_plain_text_has_no_controls(text: object, shown: str) -> None:
    """Control characters go, letters of all languages stay."""
    assert shown == plain(text)


@given(st.text())
def test_json_is_lossless_and_free_of_controls(text: str) -> None:
    """Whatever is stored comes out of JSON as it was, escaped on the way."""
    encoded = as_json({"text": text})

    assert {"text": text} == json.loads(encoded)
    assert plain(encoded) == " ".join(encoded.split("\n"))


@pytest.mark.parametrize(
    ("chosen", "written"),
    [
        (Format.JSON, '[\n  {\n    "a": 1\n  }\n]\n'),
        (Format.YAML, "- a: 1\n"),
        (Format.TABLE, "A\n1\n"),
    ],
)
def test_data_has_three_forms(chosen: Format, written: str) -> None:
    """The same data is a table, JSON or YAML."""
    shown, out = screen(chosen)

    shown.show([{"a": 1}], lambda: table(["A"], [[1]]))

    assert written == "\n".join(s.rstrip() for s in out.getvalue().split("\n"))


def test_markup_in_a_cell_is_text() -> None:
    """Brackets are not colours, and an absent value is an empty cell."""
    shown, out = screen(Format.TABLE)

    shown.show([], lambda: table(["A", "B"], [["[red]x[/red] :smile:", None]]))

    assert "[red]x[/red] :smile:" == out.getvalue().splitlines()[1].rstrip()


def test_a_wide_table_in_a_pipe_is_not_folded() -> None:
    """A row stays a line, so that `grep` finds it."""
    shown, out = screen(Format.TABLE)

    shown.show([], lambda: table(["A"], [["x" * 150]]))

    assert "x" * 150 in out.getvalue()


@pytest.mark.parametrize("forced", ["FORCE_COLOR", "NO_COLOR"])
def test_a_pipe_gets_no_escape_sequences(
    monkeypatch: pytest.MonkeyPatch, forced: str
) -> None:
    """Only a terminal is styled, whatever the environment says."""
    monkeypatch.setenv(forced, "1")
    shown, out = screen(Format.TABLE)

    shown.show([], lambda: table(["A"], [["a"]]))

    assert "\x1b" not in out.getvalue()


def test_values_are_told_on_one_line() -> None:
    """Text is bare, everything else is JSON."""
    assert ["a b", '{"a": null}', "true"] == [
        inline("a\nb"),
        inline({"a": None}),
        inline(value=True),
    ]


def test_lines_keep_their_breaks() -> None:
    """Text for people keeps its lines, not its escapes."""
    assert "a\nb[1m" == lines(["a", "b\x1b[1m"]).plain


def test_a_long_line_of_text_is_not_folded() -> None:
    """What is shown as YAML can be copied."""
    shown, out = screen(Format.TABLE)

    shown.show([], lambda: lines(["x " * 500 + "y"]))

    assert "x " * 500 + "y\n" == out.getvalue()
