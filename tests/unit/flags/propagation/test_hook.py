"""Libraries are hooked when they are imported, and no import fails because of it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flags import propagation
from flags.propagation.hook import watch

HOME = "canary_test_home"
LIBRARY = "canary_test_library"


@pytest.fixture
def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A library that can be imported, and what was hooked of it."""
    (tmp_path / f"{LIBRARY}.py").write_text("ready = True")
    monkeypatch.syspath_prepend(tmp_path)
    found: list[str] = []

    def hook(module: ModuleType) -> None:
        assert module.ready
        found.append(module.__name__)

    home = ModuleType(HOME)
    home.hook = hook  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, HOME, home)
    yield found
    sys.modules.pop(LIBRARY, None)


def test_when_it_comes(hooked: list[str]) -> None:
    """What is looked for is not hooked; what is imported is, once."""
    watch({LIBRARY: HOME})
    assert importlib.util.find_spec(LIBRARY) is not None
    assert [] == hooked

    importlib.import_module(LIBRARY)
    importlib.reload(sys.modules[LIBRARY])
    assert [LIBRARY] == hooked


def test_when_it_is_here(hooked: list[str]) -> None:
    """What was imported before is hooked at once."""
    importlib.import_module(LIBRARY)
    watch({LIBRARY: HOME})

    assert [LIBRARY] == hooked


def test_when_it_never_comes() -> None:
    """What isn't installed is looked for in vain, as it is without us."""
    watch({"canary_test_nowhere": HOME})

    assert importlib.util.find_spec("canary_test_nowhere") is None
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("canary_test_nowhere")


class Behind:
    """A finder of somebody else's that looks behind itself too."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """What the others find."""
        if name != LIBRARY:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        found = (finder.find_spec(name, path, target) for finder in others)
        return next(filter(None, found), None)


@pytest.mark.parametrize("first", [True, False])
def test_beside_others(
    hooked: list[str], monkeypatch: pytest.MonkeyPatch, *, first: bool
) -> None:
    """Finders that look behind themselves get along with ours, on either side."""
    watch({LIBRARY: HOME})
    ours = sys.meta_path
    monkeypatch.setattr(sys, "meta_path", [Behind(), *ours] if first else [*ours])
    if not first:
        sys.meta_path.insert(1, Behind())

    importlib.import_module(LIBRARY)
    assert {LIBRARY} == set(hooked)


@pytest.mark.usefixtures("hooked")
def test_a_library_that_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library without what is hooked is imported all the same, and counted."""
    monkeypatch.delattr(sys.modules[HOME], "hook")
    watch({LIBRARY: HOME})

    assert importlib.import_module(LIBRARY).ready
    assert {LIBRARY: 1} == propagation.skipped
