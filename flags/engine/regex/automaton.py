"""Runs over texts, one step per character, and remembers the steps.

A state is the set of positions that may come next. What follows a state and a
character is worked out when it is first met, then looked up. The memory is bounded:
when it is full it is emptied, and fills again with what is needed now.

Characters that the pattern can't tell apart are one class: a text of a thousand that
were never met costs no more than one of a few.
"""

from __future__ import annotations

from flags.engine.regex.characters import Classes, is_word
from flags.engine.regex.positions import Layout, bits
from flags.engine.regex.tree import Mark

MAX_TEXT = 1_024
MAX_STEPS = 2_048
# A step takes longer the larger the pattern is. More positions than a pattern has
# characters come from counts, which also make the most states.
LARGE = 256
MAX_TEXT_OF_LARGE = 256

# What is read where there is no character, and for a newline that ends the text.
END = ""
LAST_NEWLINE = "\n\n"

# What came before a place.
_START, _WORD, _OTHER = "start", "word", "other"


class State(dict[str, "State"]):
    """What is known to follow, by character."""

    __slots__ = ("_automaton", "before", "positions")

    def __init__(self, automaton: Automaton, positions: int, before: str) -> None:
        super().__init__()
        self._automaton = automaton
        self.positions = positions
        self.before = before

    def __missing__(self, symbol: str) -> State:
        alike = self._automaton.alike(symbol)
        if alike == symbol:
            following = self._automaton.step(self, symbol)
        else:
            following = self[alike]
        self[symbol] = following
        return following


class Verdict(State):
    """Nothing that follows changes the answer any more."""

    __slots__ = ()

    def __missing__(self, _: str) -> State:
        return self


class _Table(dict[int, int]):
    """The union of what follows eight positions, by those of them that matched."""

    def __init__(self, follow: tuple[int, ...]) -> None:
        super().__init__()
        self._follow = follow

    def __missing__(self, matched: int) -> int:
        union = 0
        for position in bits(matched):
            union |= self._follow[position]
        self[matched] = union
        return union


class Automaton:
    """One pattern, ready for texts."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        follow = layout.follow
        self._tables = [_Table(follow[at : at + 8]) for at in range(0, len(follow), 8)]
        self.longest = MAX_TEXT_OF_LARGE if len(follow) > LARGE else MAX_TEXT
        self._classes = Classes(layout.sets, edges=bool(layout.marks))
        # The first character that was met of each class.
        self._alike: dict[object, str] = {}
        self._marks = sum(layout.marks.values())
        self._edges = bool(layout.marks.keys() & {Mark.EDGE, Mark.NO_EDGE})
        # After the first character ^ never holds again.
        self._later = ~layout.marks.get(Mark.START, 0)
        self._found = Verdict(self, layout.accept, _OTHER)
        self._lost = Verdict(self, 0, _OTHER)
        self._masks: dict[str, int] = {}
        self._states: dict[tuple[int, str], State] = {}
        self._steps = 0
        self._start = self._state(layout.first, _START)

    @property
    def remembered(self) -> int:
        """How many steps are remembered now."""
        return sum(map(len, self._states.values()))

    def search(self, text: object) -> bool:
        """Whether the text holds a match; one that is too long holds none."""
        if not isinstance(text, str) or len(text) > self.longest:
            return False
        found, lost, state = self._found, self._lost, self._start
        symbols = [*text[:-1], LAST_NEWLINE] if text.endswith("\n") else text
        for symbol in symbols:
            state = state[symbol]
            if state is found:
                return True
            if state is lost:
                return False
        return state[END] is found

    def alike(self, symbol: str) -> str:
        """The symbol that stands for all those that the pattern can't tell apart."""
        self._make_room()
        if symbol in {END, LAST_NEWLINE}:
            return symbol
        return self._alike.setdefault(self._classes.of(symbol), symbol)

    def step(self, state: State, symbol: str) -> State:
        """What follows a state when a symbol is read."""
        positions = self._pass_marks(state, symbol)
        if positions & self._layout.accept:
            following: State = self._found
        elif symbol == END:
            following = self._lost
        else:
            matched = positions & self._mask(symbol[0])
            # A match may start at every place, so the first positions never leave.
            positions = (self._after(matched) | self._layout.first) & self._later
            word = self._edges and is_word(symbol)
            following = self._state(positions, _WORD if word else _OTHER)
        return following

    def _pass_marks(self, state: State, symbol: str) -> int:
        """The positions with those that follow the marks that hold here."""
        positions = state.positions
        pending = positions & self._marks
        if not pending:
            return positions
        holding = self._holding(state.before, symbol)
        pending &= holding
        while pending:
            reached = positions
            for position in bits(pending):
                reached |= self._layout.follow[position]
            pending = reached & ~positions & holding
            positions = reached
        return positions

    def _holding(self, before: str, symbol: str) -> int:
        """The marks that hold between what came before and what comes now."""
        edge = (before == _WORD) is not is_word(symbol)
        holds = {
            Mark.START: before == _START,
            Mark.END: symbol == END,
            Mark.LINE_END: symbol in {END, LAST_NEWLINE},
            Mark.EDGE: edge,
            Mark.NO_EDGE: not edge,
        }
        return sum(mask for mark, mask in self._layout.marks.items() if holds[mark])

    def _mask(self, char: str) -> int:
        """The positions that take a character."""
        mask = self._masks.get(char)
        if mask is None:
            mask = 0
            for characters, positions in self._layout.sets.items():
                mask |= positions if char in characters else 0
            self._masks[char] = mask
        return mask

    def _after(self, positions: int) -> int:
        union = 0
        matched = positions.to_bytes(len(self._tables), "little")
        for table, byte in zip(self._tables, matched, strict=True):
            if byte:
                union |= table[byte]
        return union

    def _state(self, positions: int, before: str) -> State:
        if positions & self._layout.accept:
            return self._found
        if not positions:
            return self._lost
        key = (positions, before)
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = State(self, *key)
        return state

    def _make_room(self) -> None:
        """Forget all but the start once too much is remembered."""
        self._steps += 1
        if self._steps < MAX_STEPS:
            return
        self._steps = 0
        self._masks.clear()
        self._alike.clear()
        for table in self._tables:
            table.clear()
        # Emptied one by one: states refer to each other in circles. A copy, since
        # another thread may be adding one; what it holds goes on working.
        for state in list(self._states.values()):
            state.clear()
        self._states.clear()
        self._start = self._state(self._layout.first, _START)
