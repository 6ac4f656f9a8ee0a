"""The guide to the judge says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rollouts.judge import INCONCLUSIVE, PROVEN, REGRESSED, Settings

GUIDE = (Path(__file__).parents[2] / "docs/judge.md").read_text("utf-8")


def test_example(capsys: pytest.CaptureFixture[str]) -> None:
    """The example runs, and prints what is written beside it."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(code, {})  # noqa: S102 - our own page

    assert re.findall(r"# ([A-Z]+)$", code, re.MULTILINE) == (
        capsys.readouterr().out.split()
    )


@pytest.mark.parametrize("word", [REGRESSED, PROVEN, INCONCLUSIVE])
def test_verdicts(word: str) -> None:
    """Each verdict has its line."""
    assert f"| `{word}` |" in GUIDE


def test_defaults() -> None:
    """The numbers that the guide names are the defaults."""
    settings = Settings()

    assert f"{settings.tolerance:g} unless chosen otherwise" in GUIDE
    assert f"`margin` ({settings.margin:g})" in GUIDE
    assert f"together {settings.window} (`window`)" in GUIDE
    assert f"never fewer than {settings.floor_users} (`floor.users`)" in GUIDE
    assert f"from {settings.grid[0]:g} to {settings.grid[-1]:g}" in GUIDE
