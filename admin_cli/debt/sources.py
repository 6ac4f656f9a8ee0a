"""The text files of a program, without what tools wrote or fetched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from flags.errors import InvalidDocument, Problem

MAX_BYTES = 1_000_000
# Fetched, built or cached; and whatever begins with a dot, save for what CI reads.
_ASIDE = {"__pycache__", "build", "dist", "node_modules", "site-packages", "target"}
_ASIDE |= {"venv", "vendor"}
_KEPT = {".circleci", ".github", ".gitlab"}
_SAMPLE = 8192
_LARGE, _BINARY, _UNREADABLE = "over 1 MB", "binary", "unreadable"


class Sources:
    """Files and folders as they were named, and what is read of them."""

    def __init__(self, paths: Sequence[str], exclude: Sequence[str] = ()) -> None:
        """Raises `InvalidDocument` for paths that aren't there."""
        gone = [path for path in paths if not Path(path).exists()]
        if gone:
            why = "there is no such file or folder"
            raise InvalidDocument([Problem(path=path, message=why) for path in gone])
        self._paths = paths
        self._exclude = exclude
        self.passed: list[tuple[str, str]] = []

    def texts(self) -> Iterator[tuple[str, str]]:
        """Each file's path and text, once each by whatever path.

        What is named itself is read, or refused with `InvalidDocument`. In folders
        binaries, files over `MAX_BYTES` and what can't be read are passed over, and
        noted with the reason in `passed`.
        """
        seen = set()
        # What is named itself first, so that it is not passed over in its folder.
        for path in sorted(self._paths, key=os.path.isdir):
            named = not Path(path).is_dir()
            for file in [path] if named else self._files(path):
                real = os.path.realpath(file)
                if real in seen:
                    continue
                seen.add(real)
                text, why = _read(file, MAX_BYTES if not named else None)
                if text is not None:
                    yield file, text
                elif named:
                    raise InvalidDocument([Problem(path=file, message=f"{why} file")])
                else:
                    self.passed.append((file, why))

    def _files(self, path: str) -> Iterator[str]:
        def unreadable(error: OSError) -> None:
            self.passed.append((error.filename, _UNREADABLE))

        yield from _files(path, self._exclude, unreadable)


def _files(
    path: str, exclude: Sequence[str], onerror: Callable[[OSError], None]
) -> Iterator[str]:
    for folder, folders, names in os.walk(path, onerror=onerror):
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


def _read(file: str, most: int | None) -> tuple[str | None, str]:
    """The text of a file, or None and why there is none."""
    try:
        if not Path(file).is_file():
            return None, _UNREADABLE
        if most is not None and Path(file).stat().st_size > most:
            return None, _LARGE
        content = Path(file).read_bytes()
    except OSError:
        return None, _UNREADABLE
    if b"\0" in content[:_SAMPLE]:
        return None, _BINARY
    return content.decode("utf-8", "replace"), ""
