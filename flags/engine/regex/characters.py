"""Sets of characters, and letters whose case is ignored.

Letters are the same if `re.IGNORECASE` takes them for the same: their simple upper
and lower case, and a few old or foreign forms of a letter (the Kelvin sign is a k).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import lru_cache

from flags.record import Record

Range = tuple[str, str]


def is_word(char: str) -> bool:
    r"""Whether \w takes the character."""
    return char.isalnum() or char == "_"


KINDS: dict[str, Callable[[str], bool]] = {
    "d": str.isdecimal,
    "D": lambda char: not char.isdecimal(),
    "w": is_word,
    "W": lambda char: not is_word(char),
    "s": str.isspace,
    "S": lambda char: not char.isspace(),
}


def fold(char: str) -> str:
    """What all cases of a letter have in common."""
    # The one letter whose lower case is two characters.
    return "I" if char == "\u0130" else char.lower().upper()


# Those that the case of no letter leads to, by what they fold to.
_ODD: dict[str, str] = {}
for _char in (
    "\u0130\u0131\u017f\xb5\u0345\u0390\u03b0\u03c2\u03d0\u03d1\u03d5\u03d6\u03f0\u03f1"
    "\u03f4\u03f5\u1c80\u1c81\u1c82\u1c83\u1c84\u1c85\u1c86\u1c87\u1c88\u1e9b\u1e9e"
    "\u1fbe\u1fd3\u1fe3\u2126\u212a\u212b\ufb05\ufb06"
):
    _ODD[fold(_char)] = _ODD.get(fold(_char), "") + _char


# Unicode has some 2,900 letters with a case.
@lru_cache(maxsize=4_096)
def forms(char: str) -> Iterable[str]:
    """The character in all its cases."""
    folded = fold(char)
    found = {char, char.lower(), char.upper(), char.title(), folded, folded.lower()}
    return {form for form in found if len(form) == 1}.union(_ODD.get(folded, ""))


class Characters(Record):
    """What one position of a pattern takes."""

    singles: frozenset[str] = frozenset()
    ranges: tuple[Range, ...] = ()
    kinds: str = ""
    negated: bool = False
    ignore_case: bool = False

    def __contains__(self, char: str) -> bool:
        return self._listed(char) is not self.negated

    def _listed(self, char: str) -> bool:
        if any(KINDS[kind](char) for kind in self.kinds):
            return True
        if not self.ignore_case:
            return char in self.singles or self._within(char)
        return fold(char) in self.singles or any(map(self._within, forms(char)))

    def _within(self, char: str) -> bool:
        return any(first <= char <= last for first, last in self.ranges)


def characters(
    singles: Iterable[str] = (),
    ranges: Iterable[Range] = (),
    kinds: str = "",
    *,
    negated: bool = False,
    ignore_case: bool = False,
) -> Characters:
    """A set of characters, folded if their case is ignored."""
    return Characters(
        singles=frozenset(map(fold, singles) if ignore_case else singles),
        ranges=tuple(ranges),
        kinds=kinds,
        negated=negated,
        ignore_case=ignore_case,
    )


class Classes:
    """Tells which characters are in the same of some sets: those of one class."""

    def __init__(self, sets: Iterable[Characters], *, edges: bool) -> None:
        found = list(sets)
        self._ignore_case = any(one.ignore_case for one in found)
        # Places where a set may begin or end, in the order of characters.
        ends: set[int] = set()
        for one in found:
            singles = {f for char in one.singles for f in self._forms(char)}
            for first, last in (*one.ranges, *((char, char) for char in singles)):
                ends |= {ord(first), ord(last) + 1}
        self._ends = sorted(ends)
        self._kinds = edges or any(one.kinds for one in found)

    def of(self, char: str) -> object:
        """The class of a character; characters of one class are in the same sets."""
        kinds = 0
        if self._kinds:
            kinds = char.isdecimal() + 2 * is_word(char) + 4 * char.isspace()
        if not self._ignore_case:
            return bisect_right(self._ends, ord(char)), kinds
        places = {bisect_right(self._ends, ord(form)) for form in self._forms(char)}
        folded = fold(char)
        # What folds to several characters has no place in their order.
        return frozenset(places), kinds, folded if len(folded) > 1 else ""

    def _forms(self, char: str) -> Iterable[str]:
        if not self._ignore_case or (char.lower() == char == char.upper()):
            return (char,)
        return forms(char)
