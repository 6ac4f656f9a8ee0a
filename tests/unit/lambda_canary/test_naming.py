"""Imports of ours get the published name, and nothing else changes."""

from __future__ import annotations

import ast

import pytest

from lambda_canary.naming import PUBLISHED, ROOT, home_of, published, renamed

FILES = dict(published())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from flags import token\n", "from lambda_canary import token\n"),
        ("from flags.token import NAME", "from lambda_canary.token import NAME"),
        (
            "    from flags.a import (  # why\n",
            "    from lambda_canary.a import (  # why\n",
        ),
        ("from router.choice import C", "from lambda_canary.router.choice import C"),
        ("from rollouts import moves", "from lambda_canary.rollouts import moves"),
        ("from admin_cli.a import b", "from lambda_canary.admin_cli.a import b"),
        # Everything else stays.
        ("from flagship import x", "from flagship import x"),
        ("from flags_of.a import x", "from flags_of.a import x"),
        ("from .flags import x", "from .flags import x"),
        ("from other.flags import x", "from other.flags import x"),
        ("# from flags.token import x", "# from flags.token import x"),
        ("flags = 1\nraise E from flags\n", "flags = 1\nraise E from flags\n"),
        ("yield from flags\n", "yield from flags\n"),
    ],
)
def test_renamed(source: str, expected: str) -> None:
    """Only lines that import from a room, and in them only the room."""
    assert expected == renamed(source)
    assert len(source.splitlines()) == len(renamed(source).splitlines())


def test_nothing_published_imports_a_room() -> None:
    """No module asks for another by its name in the repository."""
    imported = {
        name.partition(".")[0]
        for text in FILES.values()
        for node in ast.walk(ast.parse(text))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert "lambda_canary" in imported
    assert not imported & set(PUBLISHED)


def test_all_is_published() -> None:
    """Every module of every room, and the mark that it is typed."""
    modules = {
        home_of(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        for path in FILES
        if path.endswith(".py")
    }
    there = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for room in PUBLISHED
        for path in (ROOT / room).rglob("*.py")
    }

    assert there == modules
    assert "lambda_canary/py.typed" in FILES


def test_names_that_are_not_published() -> None:
    """They have no home."""
    with pytest.raises(ValueError, match="lambda_canaries is not published"):
        home_of("lambda_canaries")
