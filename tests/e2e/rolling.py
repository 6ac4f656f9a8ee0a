"""Rollouts of the shop's release, step by step: what its tests have in common."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from examples.demo.canary import canary
from flags.store.changes import Edit, Entry, Signature, State
from flags.store.dynamodb import DynamoStore
from flags.store.plans import canonical
from flags.store.writer import Writer
from rollouts.machine import moves
from rollouts.machine.rollout import Rollout, iso
from tests.e2e.conftest import Shop, wait_for

RELEASE = "shop"
IDLE = "free-gift"
CONTROLLER = "canary-controller"
# What nobody waits for within a test.
LONG = "1h"
PATIENCE = 30.0
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolling:
    """The shop's rollout."""

    shop: Shop

    @property
    def table(self) -> str:
        """The name of the router's table."""
        return str(self.shop.system.outputs["TableName"])

    @property
    def store(self) -> DynamoStore:
        """All rules."""
        return DynamoStore(self.shop.system.client("dynamodb"), self.table)

    def state(self) -> State:
        """All rules as they are now."""
        return self.store.load()

    def body(self) -> Body:
        """The release's document."""
        return self.state().documents[RELEASE].body

    def rollout(self) -> Rollout:
        """The rollout in it."""
        rollout = Rollout.of(self.body())
        assert rollout is not None
        return rollout

    def since(self) -> int:
        """The generation at which the live rollout began."""
        return int(self.state().compiled[RELEASE]["release"]["since"])

    def write(self, change: Callable[[Body], Body], action: str) -> None:
        """Write a new body, as somebody who knows no rollouts."""

        def edit(state: State) -> list[Edit]:
            stored = state.documents[RELEASE]
            body, version = change(stored.body), stored.version
            return [Edit(name=RELEASE, body=body, based_on=version, action=action)]

        writer = Writer(
            store=self.store,
            timestamp=lambda: iso(time.time()),
            salt=lambda: token_hex(4),
        )
        writer.write(edit, Signature(author="e2e", reason="e2e"))

    def start(self, **plan: Any) -> None:
        """Start a rollout, and let the controller enter its first step."""

        def started(body: Body) -> Body:
            return moves.start(
                RELEASE,
                body,
                canonical(plan),
                id=token_hex(4),
                now=time.time(),
                by="e2e",
            )

        self.write(started, "rollout-start")
        self.tick()

    def tick(self) -> Any:
        """Let the controller look now; what it says of the release."""
        failed, told = self.invoke_controller(RELEASE)
        assert not failed, told
        found = told["releases"][RELEASE]
        assert not found["problems"], found
        return found

    def invoke_controller(self, name: str) -> tuple[bool, Any]:
        """Let it look at a name; whether it failed, and what it answers."""
        answer = self.shop.system.client("lambda").invoke(
            FunctionName=CONTROLLER, Payload=json.dumps({"release": name}).encode()
        )
        return "FunctionError" in answer, json.loads(answer["Payload"].read())

    def tick_until(self, phase: str, seconds: float = PATIENCE) -> Rollout:
        """Tick until the rollout is in a phase."""

        def arrived() -> bool:
            self.tick()
            return self.rollout().phase == phase

        wait_for(arrived, seconds)
        return self.rollout()

    def history(self, id: str) -> list[Entry]:  # noqa: A002 - what it is called
        """All changes of a rollout, the first one first."""
        rows = self.store.history(RELEASE, 50)[::-1]
        return [row for row in rows if row.after.get("rollout", {}).get("id") == id]

    def abort(self) -> None:
        """Everyone on blue, whatever a test left; promotions are taken back."""
        body = self.body()
        rollout = Rollout.of(body)
        if rollout and rollout.phase == "completed":
            canary(self.shop.system, "rollout", "undo", RELEASE, "--yes")
        canary(self.shop.system, "rollout", "abort", RELEASE, "--reason", "e2e")
        self.shop.moved(None)

    def tick_and_kill(self, part: float) -> bool:
        """Kill the controller at this part of a look; whether it was at it.

        Only when it has started: the emulator discards all processes of a function,
        those of others too, if one ends while it starts.
        """
        # A flag without a rollout: nothing to do, but all that takes long is over.
        wait_for(lambda: not self.invoke_controller(IDLE)[0], PATIENCE)
        began = time.monotonic()
        self.invoke_controller(IDLE)
        look = time.monotonic() - began
        found = workers(self.shop.system.emulator.pid, CONTROLLER)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(self.invoke_controller, RELEASE)
            time.sleep(part * look)
            for pid in found:
                os.kill(pid, signal.SIGKILL)
            failed, _ = answer.result()
        return failed


def step(weight: float, bake: str = LONG, **more: Any) -> dict[str, Any]:
    """A step of a plan."""
    return {"weight": weight, "bake": bake, **more}


def actions(rows: Sequence[Entry]) -> list[str]:
    """What history calls its rows."""
    return [row.action.removeprefix("rollout-") for row in rows]


def workers(emulator: int, function: str) -> list[int]:
    """Processes of a function, among those that an emulator has started."""
    name = f"AWS_LAMBDA_FUNCTION_NAME={function}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        try:
            mine = folder.name.isdecimal() and _parent(folder) == emulator
            if mine and name in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue  # it has ended, or is another user's
    return found


def _parent(folder: Path) -> int:
    # After the command's name, which may hold anything: state, parent, ...
    return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
