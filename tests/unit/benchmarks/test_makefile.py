"""`make bench` before anything is measured."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["", "nonsense", "harness", "two words"])
def test_unknown_name(name: str) -> None:
    """A name that is no benchmark is refused in a line that has all the names."""
    # As if no other make were running: it would pass its options on.
    environ = {
        k: v for k, v in os.environ.items() if not "MAKE" not in k and "MFLAGS" not in k
    }
    done = subprocess.run(
        ["make", "bench", f"NAME={name}"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    message = done.stderr.splitlines()[0]
    assert 2 == done.returncode
    assert message.startswith(f"bench: no benchmark '{name}'")
    for known in ("cold_flags", "evaluate", "snapshot", "stickiness", "store_cost"):
        assert known in message
