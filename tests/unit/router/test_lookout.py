"""Nobody pays for a sentinel that nobody needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import router
from router import lookout
from tests.unit.router.conftest import Bench, event

ROOT = Path(router.__file__).parents[1]
SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
import router.handler
print(json.dumps(sorted(sys.modules)))
"""


def refused(*_: str) -> Any:
    """Nobody is to be hired."""
    raise AssertionError


def test_the_router_starts_without_judge_and_sentinel() -> None:
    """They are imported when the rules in use have a watched rollout."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, str(ROOT)],
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = json.loads(done.stdout)

    assert "router.lookout" in loaded
    assert [n for n in loaded if n.startswith(("rollouts", "router.sentinel"))] == []


def test_nobody_is_hired_for_a_weight_that_a_person_gave(bench: Bench) -> None:
    """There is nothing to judge."""
    bench.weight(50)
    watcher = lookout.Lookout(bench.router.snapshot, {"shop-checkout": {}}, refused)
    bench.handle(event("http"))
    watcher.meanwhile()

    assert watcher.witness("shop-checkout") is None
    assert watcher.witness("nothing") is None


def test_a_missing_layer_is_told_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests go on as if nobody watched."""
    monkeypatch.setitem(sys.modules, "router.sentinel.composition", None)
    monkeypatch.setattr(lookout, "watched", lambda _: True)
    told: list[str] = []
    config, snapshot = bench.router.config, bench.router.snapshot
    made = lookout.deployed(refused, config, snapshot, told.append)
    bench.handle(event("http"))
    for _ in range(3):
        made.meanwhile()
        assert made.witness("shop-checkout") is None

    (line,) = map(json.loads, told)
    assert line == {"message": "sentinel off", "problem": "ModuleNotFoundError"}
