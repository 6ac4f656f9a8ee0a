"""The text files of a program, without what tools wrote or fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from flags.errors import InvalidDocument, Problem

MAX_BYTES = 1_000_000
# Fetched, built or cached; and whatever begins with a dot, save for what CI reads.
_ASIDE = {"__pycache__", "build", "dist", "node_modules", "site-packages", "target"}
_ASIDE |= {"venv", "vendor"}
_KEPT = {".circleci", ".github", ".gitlab"}
_SAMPLE = 8192


def texts(paths: Sequence[str], exclude: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each file's path and text; raises `InvalidDocument` for paths that aren't there.

    Binaries and files over `MAX_BYTES` are passed over, and so is what can't be read.
    """
    gone = [path for path in paths if not Path(path).exists()]
    if gone:
        message = "there is no such file or folder"
        raise InvalidDocument([Problem(path=path, message=message) for path in gone])
    seen = set()
    for path in paths:
        for file in _files(path, exclude):
            if file not in seen:
                seen.add(file)
                text = _text(file)
                if text is not None:
                    yield file, text


def _files(path: str, exclude: Sequence[str]) -> Iterator[str]:
    if not Path(path).is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(
            name for name in folders if _wanted(Path(folder, name), path, exclude)
        )
        for name in sorted(names):
            file = Path(folder, name)
            if not _excluded(file, path, exclude):
                yield str(file)


def _wanted(folder: Path, root: str, exclude: Sequence[str]) -> bool:
    name = folder.name
    hidden = name.startswith(".") and name not in _KEPT
    if hidden or name in _ASIDE or _excluded(folder, root, exclude):
        return False
    return not (folder / "pyvenv.cfg").exists()


def _excluded(path: Path, root: str, exclude: Sequence[str]) -> bool:
    """Whether a pattern fits the name, or the path from the root."""
    inside = path.relative_to(root).as_posix()
    return any(
        fnmatch(path.name, glob) or fnmatch(inside, glob.rstrip("/"))
        for glob in exclude
    )


def _text(file: str) -> str | None:
    try:
        if Path(file).stat().st_size > MAX_BYTES or not Path(file).is_file():
            return None
        content = Path(file).read_bytes()
    except OSError:
        return None
    if b"\0" in content[:_SAMPLE]:
        return None
    return content.decode("utf-8", "replace")
