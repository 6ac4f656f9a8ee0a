"""From the text of a pattern to its tree.

One method per thing that a pattern may hold; each stands before it and leaves the
place behind it. What can't be matched in one pass is refused, with its place.
"""

from __future__ import annotations

from typing import NoReturn

from flags.engine.regex.characters import KINDS, Characters, Range, characters
from flags.engine.regex.tree import Choice, Mark, Node, Repeat, Sequence

MAX_PATTERN = 256
MAX_NESTING = 16


Counts = tuple[int, int | None]

_MARKS = {"b": Mark.EDGE, "B": Mark.NO_EDGE, "A": Mark.START, "Z": Mark.END}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_CODES = {"x": 2, "u": 4}
_COUNTS: dict[str, Counts] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_REFUSED = {
    "(?=": "lookahead is not supported; put it in a condition of its own",
    "(?!": "lookahead is not supported; put it in a condition of its own",
    "(?<=": "lookbehind is not supported; put it in a condition of its own",
    "(?<!": "lookbehind is not supported; put it in a condition of its own",
    "(?P=": "references to groups are not supported; write out what repeats",
    "(?P<": "groups have no names here; write (...)",
    "(?(": "conditions inside a pattern are not supported; write two patterns",
    "(?>": "atomic groups are not supported; write (?:...)",
    "(?i)": "(?i) stands at the start of a pattern; move it there",
    "(?": "a group starts with ( or (?:, nothing else; take out what follows the ?",
}


def read(pattern: str, *, ignore_case: bool = False) -> Node:
    """The tree of a pattern, or ValueError."""
    if len(pattern) > MAX_PATTERN:
        raise ValueError(
            f"the pattern has {len(pattern)} characters, and {MAX_PATTERN} is the "
            "most; split it into several conditions"
        )
    return Reader(pattern, ignore_case=ignore_case).whole()


class Reader:
    """Reads a pattern from left to right; `flags.store.patterns` adds to it."""

    def __init__(self, pattern: str, *, ignore_case: bool) -> None:
        self._pattern = pattern
        self._place = 0
        self._ignore_case = ignore_case
        self._depth = 0

    def whole(self) -> Node:
        """The tree of the whole pattern; raises ValueError."""
        if self._eat("(?i)"):
            self._ignore_case = True
        tree = self._choice()
        if self._at(")"):
            self._refuse("this ) closes nothing; take it out or write \\)")
        return tree

    def _choice(self) -> Node:
        items = [self._sequence()]
        while self._eat("|"):
            items.append(self._sequence())
        return items[0] if len(items) == 1 else Choice(tuple(items))

    def _sequence(self) -> Node:
        items: list[Node] = []
        while self._left() and not (self._at("|") or self._at(")")):
            items.append(self._repeated(self._item()))
        return Sequence(tuple(items))

    def _repeated(self, item: Node) -> Node:
        start = self._place
        counts = self._counts()
        if counts is None:
            return item
        if isinstance(item, Mark):
            self._refuse("there is nothing to repeat; take this out", start)
        if self._at("+"):
            self._refuse("possessive repeats are not supported; take the + out")
        # A lazy repeat finds other matches, and finds one just as often.
        self._eat("?")
        return Repeat(item, *counts)

    def _counts(self) -> Counts | None:
        if self._left() and self._pattern[self._place] in _COUNTS:
            return _COUNTS[self._next()]
        if not self._at("{"):
            return None
        start = self._place
        inner, closed, _ = self._pattern[start + 1 :].partition("}")
        low, comma, high = inner.partition(",")
        digits = low + high
        numeric = not digits or (digits.isascii() and digits.isdecimal())
        # As in `re`, braces that hold no counts are characters like others.
        if not (closed and (comma or low) and numeric):
            return None
        least = int(low or 0)
        most = (int(high) if high else None) if comma else least
        if most is not None and most < least:
            self._refuse("the counts are the wrong way round; write the lower first")
        self._place += len(inner) + 2
        return least, most

    def _item(self) -> Node:
        start = self._place
        if self._counts() is not None:
            self._refuse(
                "there is nothing to repeat; write a backslash before it, or take it "
                "out",
                start,
            )
        char = self._next()
        if char == "(":
            return self._group(start)
        if char == "[":
            return self._class(start)
        if char == "\\":
            return self._escape(start)
        if char == ".":
            return self._set("\n", negated=True)
        return {"^": Mark.START, "$": Mark.LINE_END}.get(char) or self._set(char)

    def _group(self, start: int) -> Node:
        if not self._eat("?:"):
            for opening, problem in _REFUSED.items():
                if self._pattern.startswith(opening, start):
                    self._refuse(problem, start)
        if self._depth == MAX_NESTING:
            self._refuse(f"groups are nested more than {MAX_NESTING} deep", start)
        self._depth += 1
        inner = self._choice()
        self._depth -= 1
        if not self._eat(")"):
            self._refuse("this group is never closed; add a )", start)
        return inner

    def _escape(self, start: int) -> Node:
        if self._left() and self._pattern[self._place] in _MARKS:
            return _MARKS[self._next()]
        kind, char = self._escaped(start)
        return self._set(char, kinds=kind)

    def _escaped(self, start: int) -> tuple[str, str]:
        """What follows a backslash: a kind of character, or a character."""
        if not self._left():
            self._refuse("nothing follows the backslash; write \\\\ for one", start)
        char = self._next()
        if char in KINDS:
            return char, ""
        if char in _CONTROLS:
            return "", _CONTROLS[char]
        if char in _CODES:
            return "", self._code(start, _CODES[char])
        if char in "123456789":
            self._refuse("references to groups are not supported; write it out", start)
        if char.isascii() and char.isalnum():
            self._refuse(f"\\{char} has no meaning here; write \\x and its code", start)
        return "", char

    def _code(self, start: int, length: int) -> str:
        digits = self._pattern[self._place : self._place + length]
        if len(digits) < length or set(digits) - set("0123456789abcdefABCDEF"):
            self._refuse(f"this escape needs {length} hexadecimal digits", start)
        self._place += length
        return chr(int(digits, 16))

    def _class(self, start: int) -> Node:
        singles: list[str] = []
        ranges: list[Range] = []
        kinds = ""
        negated = self._eat("^")
        first = self._place
        while self._place == first or not self._at("]"):
            here = self._place
            kind, low = self._member(start)
            if not self._at("-") or self._at("-]"):
                kinds += kind
                singles += low
                continue
            self._next()
            other, high = self._member(start)
            if kind or other or low > high:
                self._refuse("this is no range; write the lower end first", here)
            ranges.append((low, high))
        self._next()
        return self._set(*singles, ranges=ranges, kinds=kinds, negated=negated)

    def _member(self, start: int) -> tuple[str, str]:
        """One character or kind of a class."""
        if not self._left():
            self._refuse("this class is never closed; add a ]", start)
        here = self._place
        char = self._next()
        return self._escaped(here) if char == "\\" else ("", char)

    def _set(
        self,
        *singles: str,
        ranges: list[Range] | None = None,
        kinds: str = "",
        negated: bool = False,
    ) -> Characters:
        return characters(
            filter(None, singles),
            ranges or (),
            kinds,
            negated=negated,
            ignore_case=self._ignore_case,
        )

    def _left(self) -> bool:
        return self._place < len(self._pattern)

    def _at(self, text: str) -> bool:
        return self._pattern.startswith(text, self._place)

    def _eat(self, text: str) -> bool:
        found = self._at(text)
        if found:
            self._place += len(text)
        return found

    def _next(self) -> str:
        self._place += 1
        return self._pattern[self._place - 1]

    def _refuse(self, problem: str, place: int | None = None) -> NoReturn:
        number = (self._place if place is None else place) + 1
        raise ValueError(f"character {number} of the pattern: {problem}")
