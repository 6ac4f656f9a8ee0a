"""Our expressions against Python's, for patterns and texts that nobody thought of."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from flags.engine.regex import compile_regex
from flags.engine.regex.automaton import MAX_STEPS, Automaton
from flags.engine.regex.positions import lay_out
from flags.engine.regex.syntax import read
from tests.property.strategies import many

pytestmark = pytest.mark.property

LETTERS = "abkKsS_-1 \n.é\u0130\u0131\u017f\u212aßẞΣς٣\ud800"
literals = st.sampled_from(
    [*"abkKs_1 é\u0131\u212aßΣ", r"\.", r"\n", r"\x61", r"\u00e9"]
)
kinds = st.sampled_from([r"\d", r"\D", r"\w", r"\W", r"\s", r"\S"])
ranges = st.tuples(st.sampled_from("A0a"), st.sampled_from("bkz\u212a")).map("-".join)
classes = st.builds(
    lambda negation, members: f"[{negation}{''.join(members)}]",
    st.sampled_from(["", "^"]),
    st.lists(literals | kinds | ranges, min_size=1, max_size=3),
)
marks = st.sampled_from(["^", "$", r"\A", r"\Z", r"\b", r"\B"])
counts = st.sampled_from(
    ["*", "+", "?", "{2}", "{1,}", "{,2}", "{0,3}", "{2,3}", "{0}"]
)
lazy = st.sampled_from(["", "?"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Patterns with these inside."""
    group = st.builds("{}{})".format, st.sampled_from(["(", "(?:"]), inner)
    return (
        st.builds(str.__add__, inner, inner)
        | st.builds("{}|{}".format, inner, inner)
        | st.builds("({}){}{}".format, inner, counts, lazy)
        | group
    )


atoms = literals | kinds | classes | st.just(".")
patterns = st.recursive(
    atoms | marks | st.just("") | st.builds("{}{}".format, atoms, counts),
    grown,
    max_leaves=8,
)
texts = st.lists(st.sampled_from(LETTERS) | st.characters(), max_size=8).map("".join)


def oracle(pattern: str, text: str, flags: int) -> bool:
    """What Python says."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.search(pattern, text, flags) is not None


@given(pattern=patterns, given_texts=st.lists(texts, max_size=5), folded=st.booleans())
@example(pattern=r"(a|\b)*b$", given_texts=["aab\n", "b\nb"], folded=False)
@example(pattern=r"[^\u0131]", given_texts=["i", "I", "\u0130"], folded=True)
@many
def test_answers_as_python_does(
    pattern: str, given_texts: list[str], *, folded: bool
) -> None:
    """A pattern of the language is found in a text exactly when `re` finds it."""
    search = compile_regex(pattern, ignore_case=folded)
    flags = re.IGNORECASE if folded else 0

    for text in given_texts:
        # Python changed its mind about \B in an empty text.
        assume(text or r"\B" not in pattern)
        assert oracle(pattern, text, flags) == search(text)


@given(
    pattern=st.text("ab(|)[]^$.*+?{},12-\\dwbBxu:=!<P>i_\n", max_size=12), text=texts
)
@many
def test_what_is_read_is_read_as_python_does(pattern: str, text: str) -> None:
    """Any text at all is refused, or is a pattern that `re` takes for the same."""
    try:
        search = compile_regex(pattern)
    except ValueError:
        return
    assume(text or r"\B" not in pattern)

    assert oracle(pattern, text, 0) == search(text)


@given(pattern=patterns, given_texts=st.lists(texts, min_size=1, max_size=5))
@many
def test_memory_changes_no_answer(pattern: str, given_texts: list[str]) -> None:
    """What was seen before changes no answer, and the memory stays small."""
    used = Automaton(lay_out(read(pattern)))
    for text in given_texts * 2:
        fresh = Automaton(lay_out(read(pattern)))

        assert fresh.search(text) == used.search(text)
        assert used.remembered <= MAX_STEPS
