"""The text files of a program."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin_cli.sources import MAX_BYTES, texts


@pytest.mark.parametrize(
    ("path", "content", "read"),
    [
        ("a.py", b"x", True),
        ("src/a.py", b"x", True),
        (".github/workflows/a.yaml", b"x", True),
        ("latin.txt", b"\xe4", True),
        (".git/config", b"x", False),
        (".venv/lib/a.py", b"x", False),
        ("web/node_modules/a/b.js", b"x", False),
        ("build/a.py", b"x", False),
        ("src/__pycache__/a.py", b"x", False),
        ("image.png", b"a\0b", False),
        ("large.json", b"x" * (MAX_BYTES + 1), False),
    ],
)
def test_what_people_wrote_is_read(
    tmp_path: Path, path: str, content: bytes, *, read: bool
) -> None:
    """Binaries, large files, and what tools fetched or made are passed over."""
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)

    assert ([str(file)] if read else []) == [f for f, _ in texts([str(tmp_path)], [])]


def test_an_environment_by_any_name_is_passed_over(tmp_path: Path) -> None:
    """Python marks its environments."""
    (tmp_path / "py").mkdir()
    (tmp_path / "py" / "pyvenv.cfg").touch()
    (tmp_path / "py" / "a.py").touch()

    assert [] == list(texts([str(tmp_path)], []))


@pytest.mark.parametrize(
    ("pattern", "left"),
    [("b", ["a.py"]), ("*.py", []), ("b/*", ["a.py"]), ("b/", ["a.py"]), ("c", None)],
)
def test_patterns_fit_names_and_paths(
    tmp_path: Path, pattern: str, left: list[str] | None
) -> None:
    """A name at any depth, or a path from the folder that was named."""
    (tmp_path / "b").mkdir()
    for name in ("a.py", "b/a.py"):
        (tmp_path / name).touch()

    found = [
        Path(file).relative_to(tmp_path).as_posix()
        for file, _ in texts([str(tmp_path)], [pattern])
    ]

    assert (["a.py", "b/a.py"] if left is None else left) == found


def test_a_file_is_read_once_and_even_where_folders_are_not(tmp_path: Path) -> None:
    """What is named itself is wanted."""
    file = tmp_path / "build" / "a.py"
    file.parent.mkdir()
    file.write_text("x")

    assert [(str(file), "x")] == list(texts([str(file), str(file)], []))


def test_what_can_not_be_read_is_passed_over(tmp_path: Path) -> None:
    """A link to nowhere is no reason to stop."""
    (tmp_path / "link.py").symlink_to(tmp_path / "gone.py")

    assert [] == list(texts([str(tmp_path)], []))
