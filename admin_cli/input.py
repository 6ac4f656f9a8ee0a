"""Text from outside: a file, or standard input."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from flags.errors import InvalidDocument, Problem


def read(path: str, stdin: TextIO) -> str:
    """The text of a file; `-` is standard input. Raises `InvalidDocument`."""
    origin = "standard input" if path == "-" else path
    try:
        if path == "-":
            return _all(stdin).removeprefix("\ufeff")
        return Path(path).read_text("utf-8-sig")
    except OSError as error:
        problem = Problem(path=origin, message=f"can't be read: {error.strerror}")
        raise InvalidDocument([problem]) from error
    except UnicodeDecodeError as error:
        problem = Problem(path=origin, message="not text in UTF-8; save it as UTF-8")
        raise InvalidDocument([problem]) from error


def _all(stdin: TextIO) -> str:
    # The bytes, where there are some: a locale without UTF-8 would hide what isn't.
    binary = getattr(stdin, "buffer", None)
    return stdin.read() if binary is None else binary.read().decode("utf-8")
