r"""Regular expressions that can't run away.

Laws
1. Linear: each character of a text is read once, whatever the pattern. Nothing
   backtracks, so no text can hang an evaluation.
2. A pattern means what it means to Python's `re.search` without flags, or the
   pattern is refused. One exception: `\B` holds in an empty text, as in Python 3.14.
3. Small: patterns, texts and what is remembered between texts have limits.

`syntax` reads a pattern, `positions` lays it out, `automaton` runs over texts.
"""

from __future__ import annotations

from collections.abc import Callable

from flags.engine.regex.automaton import MAX_TEXT, Automaton
from flags.engine.regex.positions import lay_out
from flags.engine.regex.syntax import read

__all__ = ["MAX_TEXT", "automaton", "compile_regex"]


def compile_regex(pattern: str, *, ignore_case: bool = False) -> Callable[[str], bool]:
    """Whether a text holds a match of `pattern` anywhere.

    A text that is longer than the automaton reads has none, and neither has what is
    no text. Raises ValueError as `automaton` does.
    """
    return automaton(pattern, ignore_case=ignore_case).search


def automaton(pattern: str, *, ignore_case: bool = False) -> Automaton:
    """What searches texts of up to `longest` characters for a match.

    Raises ValueError for a pattern that is wrong, too large or not supported.
    """
    return Automaton(lay_out(read(pattern, ignore_case=ignore_case)))
