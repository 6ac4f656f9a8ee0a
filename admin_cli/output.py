"""What the operator sees: data on stdout, notes and errors on stderr.

Laws
1. Stored text is untrusted: no control character of it reaches a terminal.
2. A table is for people and may change; JSON is for programs and may not.
3. The streams come in as arguments.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# C0 but tab and newline, DEL, C1, the marks that turn text round, and surrogates,
# which no stream takes.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff]"
)
_BLANKS = re.compile(r"[\t\r\n]+")
# Wide enough that a table in a pipe or a log isn't folded.
_WIDTH = 200


class Format(StrEnum):
    """How data is written."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


def plain(text: object) -> str:
    """One line of text, its control characters escaped."""
    return _escaped(_BLANKS.sub(" ", str(text)))


def as_json(data: object) -> str:
    """JSON in lines; control characters of all kinds are escaped in it."""
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    return _escaped(text) + "\n"


def as_yaml(data: object) -> str:
    """YAML, as `canary apply` reads it."""
    from flags.store.syntax import render  # noqa: PLC0415 - only those who ask pay

    return render(data)


def inline(value: object) -> str:
    """A value on one line, for a table's cell."""
    if isinstance(value, str):
        return plain(value)
    return plain(json.dumps(value, ensure_ascii=False))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table; None is an empty cell, and markup in a cell is plain text."""
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text("" if cell is None else plain(cell)) for cell in row))
    return drawn


def lines(texts: Iterable[str]) -> Text:
    """Lines of text, for people: one a text, whatever is in it."""
    return Text("\n".join(map(plain, texts)))


def _escaped(text: str) -> str:
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Where output goes, and how."""

    out: TextIO
    err: TextIO
    format: Format

    def show(self, data: object, human: Callable[[], RenderableType]) -> None:
        """Write data in the format that was asked for."""
        if self.format is Format.JSON:
            self.out.write(as_json(data))
        elif self.format is Format.YAML:
            self.out.write(as_yaml(data))
        else:
            # Long lines are left to the terminal to fold; tables fold their cells.
            self.console().print(human(), no_wrap=True, overflow="ignore", crop=False)

    def note(self, text: str) -> None:
        """Say something that is not data."""
        self.err.write(f"canary: {plain(text)}\n")

    def console(self) -> Console:
        """Where people's output goes, styled if they see it on a terminal."""
        console = Console(file=self.out, highlight=False)
        if self.out.isatty() and not console.no_color:
            return console
        # Neither colour nor bold, in a pipe or with NO_COLOR.
        return Console(
            file=self.out,
            highlight=False,
            force_terminal=False,
            width=console.width if self.out.isatty() else _WIDTH,
        )


def report_error(err: TextIO, error: BaseException) -> None:
    """Write what is wrong, a line for each problem, and then the error's notes."""
    problems = getattr(error, "problems", None) or str(error).split("\n")
    told = [f"canary: error: {plain(line)}\n" for line in problems]
    notes = getattr(error, "__notes__", ())
    err.writelines([*told, *(f"  {plain(note)}\n" for note in notes)])
