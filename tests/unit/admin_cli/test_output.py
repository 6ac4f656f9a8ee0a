"""Formats, and what never reaches a terminal."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_cli.output import (
    Format,
    Screen,
    as_json,
    as_yaml,
    inline,
    lines,
    plain,
    report_error,
    table,
)
from flags.errors import InvalidDocument, Problem
from flags.store.syntax import parse


def screen(chosen: Format) -> tuple[Screen, io.StringIO]:
    """A screen with its output."""
    out = io.StringIO()
    return Screen(out=out, err=io.StringIO(), format=chosen), out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\r\nc", "a b c"),
        ("\x1b[31mred\x1b[0m", r"\u001b[31mred\u001b[0m"),
        ("\x9b31m\x07\x7f", r"\u009b31m\u0007\u007f"),
        ("a\u202eb\u2066c", r"a\u202eb\u2066c"),
        ("a\u061cb", r"a\u061cb"),
        ("a\ud800b", r"a\ud800b"),
        ("zürich \u4e2d", "zürich \u4e2d"),
        (5, "5"),
    ],
)
def test_plain_text_has_no_controls(text: object, shown: str) -> None:
    """Control characters are escaped, letters of all languages stay."""
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
    """Text for people has a line for each text, which none can forge."""
    assert "a\nb c\\u001b[1m" == lines(["a", "b\nc\x1b[1m"]).plain


def test_an_error_has_a_line_for_each_problem() -> None:
    """A name of a file can't add one."""
    err = io.StringIO()
    problems = [
        Problem(path="a\ncanary: b", message="c\x85d"),
        Problem(path="", message="e"),
    ]

    report_error(err, InvalidDocument(problems))

    assert [
        "canary: error: a canary: b: c\\u0085d",
        "canary: error: e",
    ] == err.getvalue().splitlines()


@given(st.text())
def test_yaml_turns_no_text_round(text: str) -> None:
    """Marks are escaped in YAML as well, which still says the same."""
    written = as_yaml({text: [text]})

    assert {text: [text]} == parse(written, "x")
    assert not set("\u061c\u200e\u200f\u202a\u202e\u2066\u2069") & set(written)


def test_a_mark_in_yaml_is_escaped() -> None:
    """Where it stands, an escape means the same."""
    assert 'a: "b\\u202e\\u061cc"\n' == as_yaml({"a": "b\u202e\u061cc"})


def test_a_long_line_of_text_is_not_folded() -> None:
    """What is shown as YAML can be copied."""
    shown, out = screen(Format.TABLE)

    shown.show([], lambda: lines(["x " * 500 + "y"]))

    assert "x " * 500 + "y\n" == out.getvalue()
