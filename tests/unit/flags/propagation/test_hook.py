"""Libraries are hooked when they are imported, and no import fails because of it."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import sys
import threading
import zipfile
import zipimport
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flags import propagation
from flags.propagation.hook import _finder, watch

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
    propagation.skipped.clear()


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


@pytest.fixture
def zipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package in a zip, whose modules have one loader; its module that is watched."""
    name = "canary_test_zipped"
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as lib:
        lib.writestr(f"{name}/__init__.py", "")
        lib.writestr(f"{name}/client.py", f"from {name} import args\nready = True")
        lib.writestr(f"{name}/args.py", "")
    monkeypatch.syspath_prepend(tmp_path / "lib.zip")
    yield f"{name}.client"
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


@pytest.mark.parametrize("probed", [True, False])
def test_loaders_of_many_modules(
    hooked: list[str], zipped: str, *, probed: bool
) -> None:
    """Out of a zip comes the module that is waited for, not the first of them all."""
    watch({zipped: HOME})
    if probed:
        assert importlib.util.find_spec(zipped)
        importlib.import_module(zipped.replace("client", "args"))
    module: Any = importlib.import_module(zipped)

    assert [zipped] == hooked
    assert not propagation.skipped
    # As it would be without us.
    assert isinstance(module.__loader__, zipimport.zipimporter)
    assert module.__spec__.loader is module.__loader__


class Fixed:
    """A loader on which nothing can be set."""

    __slots__ = ()

    def create_module(self, spec: Any) -> None:
        """The usual one."""

    def exec_module(self, module: Any) -> None:
        """What the library does."""
        module.ready = True


class Legacy:
    """A loader as they were of old."""

    def load_module(self, name: str) -> ModuleType:
        """All at once."""
        module = sys.modules[name] = ModuleType(name)
        module.ready = True  # type: ignore[attr-defined]
        return module


@pytest.mark.parametrize(("loader", "seen"), [(Fixed(), 1), (Legacy(), 0)])
@pytest.mark.filterwarnings("ignore::ImportWarning", "ignore::DeprecationWarning")
def test_other_loaders(
    hooked: list[str], loader: Any, seen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever loads a library loads it; what can't be hooked is counted."""
    name = "canary_test_other"

    class Finder:
        def find_spec(self, wanted: str, *_: Any) -> ModuleSpec | None:
            return ModuleSpec(name, loader) if wanted == name else None

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    watch({name: HOME})
    try:
        assert importlib.import_module(name).ready
    finally:
        sys.modules.pop(name, None)
        _finder.homes.pop(name, None)
    assert [name] * seen == hooked
    assert ({} if seen else {name: 1}) == propagation.skipped


def test_a_loader_looks_like_itself(hooked: list[str]) -> None:
    """Who looks for a library sees what its loader can do."""
    watch({LIBRARY: HOME})
    spec = importlib.util.find_spec(LIBRARY)

    assert spec
    loader: Any = copy.copy(spec.loader)
    assert b"ready = True" == loader.get_data(spec.origin)
    assert not hasattr(loader, "no_such_thing")
    assert isinstance(spec.loader, SourceFileLoader)
    assert [] == hooked
    importlib.import_module(LIBRARY)


def test_half_imported(
    tmp_path: Path, hooked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another thread is importing just now is hooked when that is done."""
    begun, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(sys, "canary_test", (begun, go_on), raising=False)
    (tmp_path / f"{LIBRARY}.py").write_text(
        "import sys\nbegun, go_on = sys.canary_test\n"
        "begun.set()\ngo_on.wait(10)\nready = True"
    )
    importing = threading.Thread(target=importlib.import_module, args=(LIBRARY,))
    importing.start()
    assert begun.wait(10)
    watching = threading.Thread(target=watch, args=({LIBRARY: HOME},))
    watching.start()
    go_on.set()
    importing.join()
    watching.join()

    assert [LIBRARY] == hooked
    assert not propagation.skipped
