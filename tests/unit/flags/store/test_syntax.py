"""Text into data and back: strict where YAML is lax."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flags.errors import InvalidDocument
from flags.store.syntax import parse, render
from tests.property.strategies import finite, json_values, many, some


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on: off", {"on": "off"}),
        ("yes: no", {"yes": "no"}),
        ("Yes: NO", {"Yes": "NO"}),
        ("y: n", {"y": "n"}),
        ("a: true\nb: false", {"a": True, "b": False}),
        ("a: True\nb: FALSE", {"a": "True", "b": "FALSE"}),
        ("true: 1", {True: 1}),
        ("a: 2026-01-02", {"a": "2026-01-02"}),
        ("a: 10\nb: 0.1\nc: -1", {"a": 10, "b": 0.1, "c": -1}),
        ("a: null\nb: ~\nc:", {"a": None, "b": None, "c": None}),
        (
            '{"a": [1, true, null, "on", {"b": 0.5}]}',
            {"a": [1, True, None, "on", {"b": 0.5}]},
        ),
        ('{\n\t"a": 1\n}', {"a": 1}),
        ('{"a": 1e1, "b": "\\ud83d\\ude00"}', {"a": 10.0, "b": "\U0001f600"}),
        ('{"a": "yes", "b": "2026-01-02"}', {"a": "yes", "b": "2026-01-02"}),
        ("a: &x {p: 1}\nb: {<<: *x, q: 2}", {"a": {"p": 1}, "b": {"p": 1, "q": 2}}),
        ("a: {p: 1, q: 2}\nb: {p: 1}", {"a": {"p": 1, "q": 2}, "b": {"p": 1}}),
        ("", None),
        ("# nothing", None),
        ("é: \U0001f600", {"é": "\U0001f600"}),
    ],
)
def test_parse(text: str, expected: object) -> None:
    """YAML and JSON are read; only `true` and `false` are booleans."""
    found = parse(text, "rules.yaml")

    assert expected == found
    assert repr(expected) == repr(found)


UNKNOWN = "could not determine a constructor for the tag"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "rules.yaml:3:1: a: this key stands twice"),
        ("f:\n  x: {p: 1, p: 2}", "rules.yaml:2:13: p: this key stands twice"),
        ('{"a": 1, "a": 2}', "rules.yaml:1:10: a: this key stands twice"),
        ('1: a\n"1": b', "rules.yaml:2:1: 1: this key stands twice"),
        ("{[a]: 1}", "rules.yaml:1:2: a key is one word or a quoted text"),
        ("? {a: 1}\n: 2", "rules.yaml:1:3: a key is one word or a quoted text"),
        ("a: [1", "rules.yaml:1:6: expected ',' or ']', but got '<stream end>'"),
        ("a: b: c", "rules.yaml:1:5: mapping values are not allowed here"),
        (
            "a:\tb: c",
            "rules.yaml:1:3: found character '\\t' that cannot start any token",
        ),
        ("a: *x", "rules.yaml:1:4: found undefined alias 'x'"),
        (
            "a: !!x b",
            f"rules.yaml:1:4: {UNKNOWN} 'tag:yaml.org,2002:x'",
        ),
    ],
)
def test_problems(text: str, message: str) -> None:
    """A problem is shown with its line and column."""
    with pytest.raises(InvalidDocument) as raised:
        parse(text, "rules.yaml")

    assert message == str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "a: \x00",
        "[" * 5_000,
        "a: !!int foo",
        "a: !!python/name:os.system x",
        "a: !!int ''",
        "a: !!float ''",
        "a: !!timestamp foo",
        "a: !!bool maybe",
        "a: !!binary é",
        "a: 1\n--- \nb: 2",
    ],
)
def test_other_problems(text: str) -> None:
    """Whatever PyYAML trips over is a problem of the file, not a crash."""
    with pytest.raises(InvalidDocument) as raised:
        parse(text, "rules.yaml")

    assert str(raised.value).startswith("rules.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a" * 192_000_001,
            "192000001 bytes are over the limit of 192000000; split the file",
        ),
        ("[" * 64 + "]" * 64, None),
        (
            "[" * 65 + "]" * 65,
            "nested deeper than 64 levels, or an alias leads back to itself",
        ),
        (
            "a: &x [*x]",
            "nested deeper than 64 levels, or an alias leads back to itself",
        ),
        (
            "a: &a [1, 2]\n"
            + "\n".join(
                f"{new}: &{new} [{', '.join([f'*{old}'] * 70)}]"
                for old, new in zip("abcd", "bcde", strict=True)
            ),
            "more than 16000000 values, aliases written out; use fewer",
        ),
    ],
)
def test_limits(text: str, message: str | None) -> None:
    """What would fill the memory is refused, however few bytes it has."""
    if message is None:
        parse(text, "rules.yaml")
        return
    with pytest.raises(InvalidDocument) as raised:
        parse(text, "rules.yaml")

    assert f"rules.yaml: {message}" == str(raised.value)


@pytest.mark.property
@given(text=st.text(alphabet="ab:{}[],&*!|>-?'\"#\n\t 1~<=é", max_size=30))
@many
def test_total(text: str) -> None:
    """Any text is read or refused, and nothing else happens."""
    with suppress(InvalidDocument):
        parse(text, "rules.yaml")


@pytest.mark.property
@given(data=json_values.filter(finite).filter(lambda v: "\\ud" not in ascii(v)))
@some
def test_render(data: Any) -> None:
    """What is written is read back the same: export and apply are one way round."""
    assert data == parse(render(data), "rules.yaml")


def test_render_is_readable() -> None:
    """Words stay unquoted, keys keep their order, and letters stay letters."""
    data = {"on": "off", "b": "yes", "a": "true", "é": ["1", 1, None]}

    assert "on: off\nb: yes\na: 'true'\né:\n- '1'\n- 1\n- null\n" == render(data)


WORDS = (
    *("a", "b: ", "c: ", "- ", "? ", ": ", "{", "}", "[", "]", ", ", "\n", "\n  "),
    *("'", '"', "#", " # x", "|", "|\n  ", ">\n ", "1", "0x1f", "1_000", "1:30", ".5"),
    *("-.inf", ".nan", "1e3", "~", "null", "true", "True", "on", "=", "<<", "!", "&x "),
    *(
        "*x",
        "%",
        "---\n",
        "...",
        "@",
        "é",
        "\U0001f600",
        "-",
        "\\n",
        "\t",
        "\r",
        "\x85",
    ),
    *(
        "2026-01-02",
        "a:b",
        "a #b",
        "it''s",
        "[a, b]",
        "{a: 1}",
        "{a}",
        "\n- x",
        "|#",
        "|-",
    ),
)


def slowly(text: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """What PyYAML's own loader makes of a text: data, or what is wrong."""
    with monkeypatch.context() as patch:
        patch.delattr("yaml.CSafeLoader", raising=False)
        return read(text)


def read(text: str) -> object:
    """The data in a form that can be compared, or what is wrong with it."""
    try:
        return repr(parse(text, "rules.yaml"))
    except InvalidDocument as error:
        return str(error)


@pytest.mark.property
@given(words=st.lists(st.sampled_from(WORDS), max_size=9))
@many
def test_libyaml_changes_nothing_but_the_time(words: list[str]) -> None:
    """With it and without it every text is the same data, or the same problem."""
    text = "".join(words)

    with pytest.MonkeyPatch.context() as monkeypatch:
        assert slowly(text, monkeypatch) == read(text)


@pytest.mark.parametrize(
    "text",
    ["a: |#\n  b", "a: >-#\n b", "a:\tb", "a: &x 1\nb: *x", "a: !!str 1", "? a\n: b"],
)
def test_where_libyaml_is_more_lenient_it_is_not_asked(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyYAML has the last word."""
    assert slowly(text, monkeypatch) == read(text)


@pytest.mark.parametrize("text", ["- " * 60_000, "[" * 3_000, "{a: " * 3_000])
def test_no_depth_takes_the_process_down(text: str) -> None:
    """Libyaml's own composer would fill the stack."""
    with pytest.raises(InvalidDocument, match="nested"):
        parse(text, "rules.yaml")


def test_rules_are_read_by_libyaml_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The common file takes the quick way, or it would be as slow as before."""
    if not hasattr(yaml, "CSafeLoader"):
        pytest.skip("PyYAML was built without libyaml")
    monkeypatch.delattr("yaml.load")

    assert {"a": {"on": [1, "off", None]}} == parse("a:\n  on: [1, off, ~]", "rules")
