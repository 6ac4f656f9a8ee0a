"""The guide to plans says what the code does."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from flags.store.checks import read_file
from flags.store.plans import INCONCLUSIVE, READY, canonical
from flags.store.plans.calls import DuringDocument
from flags.store.plans.grammar import GateDocument, StepDocument
from flags.store.plans.ready import SHOWN

GUIDE = (Path(__file__).parents[2] / "docs/plans.md").read_text("utf-8")
DEFAULTS = canonical({"steps": [{"weight": 100, "bake": "1m"}]})


def row(name: str) -> str:
    """What the table of ready-made plans says of one."""
    plan = READY[name]
    weights = " → ".join(str(step["weight"]) for step in plan["steps"])
    bakes = [
        bake if count == 1 else f"{count} \N{MULTIPLICATION SIGN} {bake}"
        for bake, found in groupby(step["bake"] for step in plan["steps"])
        for count in [len([*found])]
    ]
    return f"| `{name}` | {weights} | {', '.join(bakes)} | {plan['inconclusive']} |"


def test_ready_made() -> None:
    """The table holds the ready-made plans, all of them and as they are."""
    table = GUIDE.partition("| plan | steps |")[2].partition("\n\n")[0]

    assert [row(name) for name in SHOWN] == table.split("\n")[2:]
    assert {*SHOWN} == {name.removeprefix("Lambda") for name in READY}


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL))
def test_examples(text: str) -> None:
    """The examples are good."""
    assert read_file(yaml.safe_load(text)).flags["shop"].plan


def flat(part: dict[str, Any], path: str = "") -> dict[str, Any]:
    """The defaults of a plan by their keys."""
    found: dict[str, Any] = {}
    for key, value in part.items():
        inner = isinstance(value, dict)
        found |= flat(value, f"{path}{key}.") if inner else {f"{path}{key}": value}
    return found


@pytest.mark.parametrize(("key", "default"), flat(DEFAULTS).items())
def test_defaults(key: str, default: Any) -> None:
    """Each key of a plan has a line with its default."""
    shown = "none" if key == "steps" else f"`{default}`"

    assert f"| `{key}` | {shown} |" in GUIDE


@pytest.mark.parametrize(
    ("model", "prefix"),
    [(StepDocument, ""), (GateDocument, "gate."), (DuringDocument, "")],
)
def test_keys_of_parts(model: type[BaseModel], prefix: str) -> None:
    """Each key of a step, a gate and a check has a line with its default."""
    for name, field in model.model_fields.items():
        default = field.get_default(call_default_factory=True)
        known = not field.is_required() and default is not None
        shown = f"`{default}`" if known else "none"
        assert f"| `{prefix}{name}` | {shown} |" in GUIDE


@pytest.mark.parametrize("word", INCONCLUSIVE)
def test_undecided(word: str) -> None:
    """Each word for an undecided bake has a line."""
    assert f"| `{word}` |" in GUIDE
