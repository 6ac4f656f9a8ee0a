"""The text files of a program."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin_cli.debt.sources import MAX_BYTES, Sources
from flags.errors import InvalidDocument


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

    assert ([str(file)] if read else []) == [
        f for f, _ in Sources([str(tmp_path)]).texts()
    ]


def test_an_environment_by_any_name_is_passed_over(tmp_path: Path) -> None:
    """Python marks its environments."""
    (tmp_path / "py").mkdir()
    (tmp_path / "py" / "pyvenv.cfg").touch()
    (tmp_path / "py" / "a.py").touch()

    assert [] == list(Sources([str(tmp_path)]).texts())


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
        for file, _ in Sources([str(tmp_path)], [pattern]).texts()
    ]

    assert (["a.py", "b/a.py"] if left is None else left) == found


def test_a_file_is_read_once_and_even_where_folders_are_not(tmp_path: Path) -> None:
    """What is named itself is wanted."""
    file = tmp_path / "build" / "a.py"
    file.parent.mkdir()
    file.write_text("x")

    assert [(str(file), "x")] == list(Sources([str(file), str(file)]).texts())


def test_a_file_by_two_paths_is_read_once(tmp_path: Path) -> None:
    """A folder, the file in it, and a link to it are one file."""
    file = tmp_path / "a.py"
    file.write_text("x")
    (tmp_path / "b.py").symlink_to(file)
    sources = Sources([str(tmp_path), str(tmp_path / "." / "a.py"), str(file)])

    assert ["x"] == [text for _, text in sources.texts()]


def test_what_is_passed_over_is_noted_with_the_reason(tmp_path: Path) -> None:
    """A link to nowhere is no reason to stop, and none to keep quiet."""
    (tmp_path / "link.py").symlink_to(tmp_path / "gone.py")
    (tmp_path / "image.png").write_bytes(b"a\0b")
    (tmp_path / "large.json").write_bytes(b"x" * (MAX_BYTES + 1))
    sources = Sources([str(tmp_path)])

    assert [] == list(sources.texts())
    assert [
        (str(tmp_path / "image.png"), "binary"),
        (str(tmp_path / "large.json"), "over 1 MB"),
        (str(tmp_path / "link.py"), "unreadable"),
    ] == sources.passed


def test_what_is_named_itself_is_read_whatever_its_size(tmp_path: Path) -> None:
    """It is not passed over in its folder, either."""
    file = tmp_path / "large.json"
    file.write_bytes(b"x" * (MAX_BYTES + 1))
    sources = Sources([str(tmp_path), str(file)])

    assert [str(file)] == [path for path, _ in sources.texts()]
    assert [] == sources.passed


def test_what_is_named_itself_and_is_no_text_is_refused(tmp_path: Path) -> None:
    """Whoever names a file wants it looked at."""
    file = tmp_path / "image.png"
    file.write_bytes(b"a\0b")

    with pytest.raises(InvalidDocument, match=r"image\.png: binary file"):
        list(Sources([str(file)]).texts())
