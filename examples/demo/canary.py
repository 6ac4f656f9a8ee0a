"""Runs the command line `canary` as a person would, against the emulator."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from examples.demo import emulator, stack
from examples.demo.up import System


class CanaryError(RuntimeError):
    """The command line refused or failed."""


def canary(system: System, *arguments: str) -> Any:
    """Run one command; returns the JSON that it prints."""
    done = run(system, *arguments)
    if done.returncode:
        command = " ".join(arguments)
        raise CanaryError(f"canary {command}: {done.stderr.strip()}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def run(system: System, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command, whatever comes of it."""
    return subprocess.run(
        [sys.executable, "-m", "admin_cli", *arguments],
        cwd=emulator.ROOT,
        env=stack.environment(system.emulator.env()),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
