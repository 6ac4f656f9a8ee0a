"""Expressions: what they find, what is refused, and that none can run away."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest

from flags.engine.regex import MAX_TEXT, compile_regex
from flags.engine.regex.automaton import MAX_STEPS, Automaton, State
from flags.engine.regex.characters import Classes, fold
from flags.engine.regex.positions import lay_out
from flags.engine.regex.syntax import read

# pattern, a text that has it, a text that has not
TABLE: list[tuple[str, str, str]] = [
    ("gold", "all gold here", "Gold"),
    ("go+d", "goood", "gd"),
    ("go*d", "gd", "g d"),
    ("colou?r", "color", "colouur"),
    ("a{2}", "xaax", "axa"),
    ("^a{2,}$", "aaa", "a"),
    ("^a{,2}$", "", "aaa"),
    ("^a{1,2}?$", "aa", "aaa"),
    ("a{x}", "a{x}", "a"),
    ("a{\u0661}b{", "a{\u0661}b{", "ab{"),
    ("a{}", "a{}", "a"),
    ("^(a|bc)+$", "abca", "ab"),
    ("^(?:a|)b$", "b", "aab"),
    ("[a-c]", "xc", "d"),
    ("[^a-c]", "abcd", "abc"),
    ("[]^-]", "]", "a"),
    (r"^[\d_]+$", "1_2", "1a"),
    (r"[\x41\u0042\t]", "B", "C"),
    (r"^\w+\s\W$", "añ_1 -", "a-"),
    (r"^\d$", "٣", "x"),
    (r"\D\S", "a1", "1 "),
    (r"\.\*", ".*", "ab"),
    ("^a.c$", "abc", "a\nc"),
    ("^a$", "a\n", "a\n\n"),
    (r"\Aa\Z", "a", "a\n"),
    (r"\bcat\b", "a cat.", "cats"),
    (r"\Bcat", "a bobcat", "a cat"),
    ("(?i)straße", "STRAßE", "STRASSE"),
    ("", "", "x" * (MAX_TEXT + 1)),
]

# pattern, place, word of the remedy
REFUSED: list[tuple[str, int, str]] = [
    ("ab(?=c)", 3, "lookahead"),
    ("(?!c)", 1, "lookahead"),
    ("(?<=c)", 1, "lookbehind"),
    ("(?<!c)", 1, "lookbehind"),
    (r"(a)\1", 4, "write it out"),
    ("(?P<n>a)", 1, "no names"),
    ("(?P=n)", 1, "references"),
    ("(a)?(?(1)b|c)", 5, "two patterns"),
    ("(?>a)", 1, "atomic"),
    ("a(?i)", 2, "start"),
    ("(?x)a", 1, "take out"),
    (r"a\q", 2, r"\q"),
    (r"\0", 1, r"\x"),
    (r"[\b]", 2, r"\b"),
    (r"\x4", 1, "2 hexadecimal"),
    (r"\u00g0", 1, "4 hexadecimal"),
    ("a\\", 2, "nothing follows"),
    ("[z-a]", 2, "lower end first"),
    (r"[\d-z]", 2, "no range"),
    ("[abc", 1, "never closed"),
    ("[]", 1, "never closed"),
    ("(a", 1, "add a )"),
    ("a)", 2, "closes nothing"),
    ("*a", 1, "nothing to repeat"),
    ("a|+", 3, "nothing to repeat"),
    ("a**", 3, "nothing to repeat"),
    ("{2}", 1, "nothing to repeat"),
    ("^*", 2, "nothing to repeat"),
    ("a++", 3, "possessive"),
    ("a{3,2}", 2, "lower first"),
    ("(" * 17 + ")" * 17, 17, "nested"),
]

CATASTROPHES = [
    "(a+)+$",
    "(a|aa)+$",
    "^(a|a?)+$",
    "(.*)*x",
    "^([a-zA-Z]+)*$",
    "(.*a){12}$",
    "(a?){20}a{20}$",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}$",
    r"(\w+\s?)*;",
    "(a|b)*a(a|b){200}c",
    r"(\b|a)*(\B|b)*c",
]


class Counting(Automaton):
    """Counts the steps that it works out."""

    steps = 0

    def step(self, state: State, symbol: str) -> State:
        """What follows a state."""
        self.steps += 1
        return super().step(state, symbol)


@pytest.mark.parametrize(("pattern", "matching", "other"), TABLE)
def test_search(pattern: str, matching: str, other: str) -> None:
    """A pattern is found anywhere in a text, unless anchors say where."""
    search = compile_regex(pattern)

    assert search(matching)
    assert not search(other)


def test_ignore_case() -> None:
    """Case is ignored where the pattern says so, or who compiles it."""
    for search in (
        compile_regex("^gold[a-c]$", ignore_case=True),
        compile_regex("(?i)^GOLD[A-C]$"),
    ):
        assert search("GoLdB")
        assert not search("GoLdD")
    assert not compile_regex("(?i)[^a]")("A")


def test_case_of_every_letter() -> None:
    """The letters that are one here are one to `re`, and the other way round."""
    cases = defaultdict(set)
    for code in range(0x1F000):
        cases[fold(chr(code))].add(chr(code))
    letters = [found for found in cases.values() if len(found) > 1]
    everything = "".join(map("".join, letters))

    for found in letters:
        for letter in sorted(found)[:2]:
            assert set(re.findall(f"(?i){letter}", everything)) == found
            assert set(re.findall(f"(?i)[{letter}-{letter}]", everything)) == found
            search = compile_regex(f"(?i)[{letter}-{letter}]")
            assert all(map(search, found))
    assert len(letters) > 1_000


@pytest.mark.parametrize(("pattern", "place", "remedy"), REFUSED)
def test_refused(pattern: str, place: int, remedy: str) -> None:
    """What can't be read or run is refused in a line, with the place."""
    with pytest.raises(ValueError, match=re.escape(remedy)) as caught:
        compile_regex(pattern)

    assert str(caught.value).startswith(f"character {place} of the pattern: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "pattern",
    ["a{501}", "(a{100}){100}", "((((a{99}){99}){99}){99}){99999999999999}", "a{501,}"],
)
def test_too_many_positions(pattern: str) -> None:
    """A pattern whose repeats, written out, make it huge is refused at once."""
    with pytest.raises(ValueError, match="more than 500 positions; lower the counts"):
        compile_regex(pattern)


def test_too_long() -> None:
    """A pattern has at most 256 characters."""
    assert compile_regex("a" * 256)("a" * 256)
    with pytest.raises(ValueError, match="257 characters, and 256 is the most"):
        compile_regex("a" * 257)


@pytest.mark.parametrize(
    "pattern", ["(?:){999999}", "(a{0}){9}", "((?:)*)+", "a{0,500}"]
)
def test_counts_of_nothing(pattern: str) -> None:
    """However often nothing is repeated, it is found everywhere."""
    assert compile_regex(pattern)("x")


@pytest.mark.parametrize("pattern", CATASTROPHES)
def test_no_catastrophe(pattern: str) -> None:
    """Patterns that hang an engine that backtracks take one step per character."""
    automaton = Counting(lay_out(read(pattern)))

    assert not automaton.search("a" * (automaton.longest - 1) + "!")
    assert 0 < automaton.steps <= automaton.longest + 1


def test_memory_is_bounded() -> None:
    """Texts that never meet a state again fill a memory of fixed size."""
    automaton = Automaton(lay_out(read("(a|b)*a(a|b){200}c")))
    random = Random(7)  # noqa: S311 - any texts will do
    most = 0
    for _ in range(40):
        automaton.search("".join(random.choices("ab", k=automaton.longest)))
        most = max(most, automaton.remembered)

    assert 0 < most <= MAX_STEPS


@pytest.mark.parametrize(
    "value",
    [None, True, 1, 10**400, float("nan"), b"a", ["a"], {"a": 1}, "a" * (MAX_TEXT + 1)],
)
def test_no_text(value: Any) -> None:
    """What is no text, or is too long, holds no match."""
    assert not compile_regex("")(value)


def test_threads() -> None:
    """Threads may share a pattern while it forgets what it has remembered."""
    found = compile_regex("(a|b|c)*d.{1,12}[x-z]e|é+ñ$")
    dice = Random(1)  # noqa: S311 - no secret
    texts = ["".join(dice.choices("abcdexyzéñ", k=40)) for _ in range(3_000)]
    expected = [re.search("(a|b|c)*d.{1,12}[x-z]e|é+ñ$", t) is not None for t in texts]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: [found(t) for t in texts], range(8)))
    finally:
        sys.setswitchinterval(before)

    assert [expected] * 8 == answers


@pytest.mark.parametrize(
    "pattern", ["^Mozilla/[0-9.]+ .*(bot|crawl)", "(?i)(bot|[a-z0-9]{20}x)", r"\bé\w"]
)
def test_characters_that_were_never_met(pattern: str) -> None:
    """A thousand that the pattern can't tell apart cost a few steps."""
    automaton = Counting(lay_out(read(pattern)))
    text = "".join(map(chr, range(0x4E00, 0x4E00 + MAX_TEXT)))

    assert not automaton.search(text)
    assert automaton.steps <= 5


@pytest.mark.parametrize("ignore_case", [True, False])
@pytest.mark.parametrize(
    "pattern", [r"[a-zß]\d[^k]", r"ŉ[İ-ŕ]\s", r"\w[ſµ]", "[ᲀ-ᲈ]ﬀ[β-ω]"]
)
def test_classes(pattern: str, *, ignore_case: bool) -> None:
    """Characters of one class are in the same sets: tried with all that have cases."""
    sets = lay_out(read(pattern, ignore_case=ignore_case)).sets
    classes, found = Classes(sets, edges=True), defaultdict(set)
    for code in (*range(0x3000), *range(0xA640, 0xABFF), *range(0xFB00, 0xFF70)):
        member = tuple(chr(code) in one for one in sets)
        found[classes.of(chr(code))].add(member)

    assert all(len(members) == 1 for members in found.values())
