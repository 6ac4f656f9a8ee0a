"""The command line against a deployed system."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from examples.demo import stack
from examples.demo.canary import canary, run
from examples.demo.emulator import ROOT
from tests.e2e.conftest import Shop

pytestmark = pytest.mark.e2e


def test_an_endpoint_is_enough(shop: Shop) -> None:
    """With AWS_ENDPOINT_URL alone, no region and no credentials, it finds the table."""
    env = shop.system.emulator.env()
    alone = {
        name: env[name]
        for name in (
            "AWS_ENDPOINT_URL",
            # No file of the person who runs the tests comes to its help.
            "AWS_CONFIG_FILE",
            "AWS_SHARED_CREDENTIALS_FILE",
        )
    }
    done = subprocess.run(
        [sys.executable, "-m", "admin_cli", "list"],
        cwd=ROOT,
        env=stack.environment(alone | {"AWS_EC2_METADATA_DISABLED": "true"}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"shop"' in done.stdout


def test_two_operators(shop: Shop, tmp_path: Path) -> None:
    """The second of two who changed the same file is refused, and nothing is lost."""
    mine, theirs = tmp_path / "mine.yaml", tmp_path / "theirs.yaml"
    exported = run(shop.system, "export", "free-gift")
    assert exported.returncode == 0, exported.stderr
    mine.write_text(exported.stdout.replace("50", "40", 1).replace("50", "60", 1))
    theirs.write_text(exported.stdout.replace("50", "30", 1).replace("50", "70", 1))
    first = run(shop.system, "apply", "-f", str(theirs), "--reason", "theirs")
    second = run(shop.system, "apply", "-f", str(mine), "--reason", "mine")
    assert first.returncode == 0, first.stderr
    assert second.returncode == 4, second.stderr
    assert "free-gift" in second.stderr
    held = canary(shop.system, "get", "free-gift")["document"]["serve"]
    assert sorted(held.values()) == [30, 70]
    reasons = [e["reason"] for e in canary(shop.system, "history", "free-gift")]
    assert reasons == ["theirs", "open the shop"]


@pytest.mark.parametrize("weight", ["101", "nan"])
def test_a_bad_weight_is_refused(shop: Shop, weight: str) -> None:
    """A weight that is none is refused with exit code 2, and nothing is written."""
    before = canary(shop.system, "get", "shop")
    assert run(shop.system, "set-weight", "shop", weight).returncode == 2
    assert canary(shop.system, "get", "shop") == before
