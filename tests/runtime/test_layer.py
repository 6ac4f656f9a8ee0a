"""The layer's package in real runtime processes, beside whatever a function has."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.rig import ROOT, Function

GREEN, BLUE = "v1~shop.green.12", "v1~shop.blue.3"
# A function that was written without us, and has something called `flags`.
UNCHANGED = """
import sys
{imports}

def handler(event, context):
    ours = sys.modules["lambda_canary"]
    return [str(ours.current()) for _ in event["Records"]] + [BETA]
"""
OWN: dict[str, tuple[dict[str, str], str]] = {
    "module": ({"flags.py": "BETA = True\n"}, "from flags import BETA"),
    "package": (
        {"flags/__init__.py": "", "flags/all.py": "BETA = True\n"},
        "from flags.all import BETA",
    ),
    "folder": (
        {"flags/all.py": "BETA = True\n"},
        "import flags.all\nBETA = flags.all.BETA",
    ),
    "nothing": ({}, "BETA = True"),
}
OF_BEFORE = """
import flags
from flags import carriers

@flags.handler
def handler(event, context):
    import lambda_canary
    return [str(flags.current()), flags is lambda_canary, carriers.__name__]
"""
EVENT = {
    "Records": [
        {"messageAttributes": {"canary-decision": {"stringValue": text}}}
        for text in (GREEN, BLUE)
    ]
}


@pytest.fixture(scope="session")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer's folder, without the libraries that it has besides."""
    folder = tmp_path_factory.mktemp("layer")
    subprocess.run(
        [
            *("make", "-sC", ROOT / "flags", "package"),
            *(f"ARTIFACTS_DIR={folder}", f"PYTHON={sys.executable}"),
        ],
        check=True,
    )
    return folder / "python"


def write(folder: Path, files: dict[str, str]) -> None:
    """Put files into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text)


def ran(handler: str, task: Path, layer: Path, event: Any) -> Any:
    """What a function answers: its own code comes first, the layer behind it."""
    environ = {
        "PYTHONPATH": f"{task}:{layer}:{sysconfig.get_path('purelib')}",
        "CANARY_HANDLER": "app.handler",
    }
    # Without the files of `site` and this folder: both have the checkout found.
    with Function(handler, environ, options=("-SP",)) as function:
        kind, answer = function.invoke(event)
    assert kind == "response", answer
    return json.loads(answer)


@pytest.mark.parametrize("kind", OWN)
def test_a_function_with_flags_of_its_own(
    kind: str, tmp_path: Path, layer: Path
) -> None:
    """It is redirected, each of its records has its decision, and it has its module."""
    files, imports = OWN[kind]
    write(tmp_path, {**files, "app.py": UNCHANGED.format(imports=imports)})
    answer = ran("lambda_canary.redirect.handler", tmp_path, layer, EVENT)

    assert [GREEN, BLUE, True] == answer


@pytest.mark.parametrize("handler", ["app.handler", "flags.redirect.handler"])
def test_a_function_of_before(handler: str, tmp_path: Path, layer: Path) -> None:
    """Code and settings that say `flags` mean the layer's package."""
    write(tmp_path, {"app.py": OF_BEFORE})
    event = {"headers": {"canary-decision": GREEN}}

    expected = [GREEN, True, "lambda_canary.carriers"]
    assert expected == ran(handler, tmp_path, layer, event)


def test_another_layer_has_flags(tmp_path: Path, layer: Path) -> None:
    """A package of that name in the layers' folder comes before ours."""
    task, others = tmp_path / "task", tmp_path / "others"
    write(task, {"app.py": UNCHANGED.format(imports="from flags import BETA")})
    # Layers are laid over each other in one folder.
    subprocess.run(["cp", "-r", layer, others], check=True)
    write(others, {"flags/__init__.py": "BETA = True\n"})
    answer = ran("lambda_canary.redirect.handler", task, others, EVENT)

    assert [GREEN, BLUE, True] == answer
