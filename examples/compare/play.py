"""Plays one release after the other on both screens, and then counts the cost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console

from examples.compare import message
from examples.compare.cost import Cost, measure
from examples.compare.dice import Dice
from examples.compare.laws import Release
from examples.compare.message import Explained
from examples.compare.ours import Run
from examples.compare.score import score
from examples.compare.screen import Screen
from examples.compare.sightings import Story
from examples.compare.stage import RELEASE, TICK, Stage
from examples.demo.canary import canary
from rollouts.machine import phases
from rollouts.machine.rollout import Rollout

# Seconds until a rollout bakes.
PATIENCE = 30.0


@dataclass(slots=True, kw_only=True)
class Comparison:
    """All that is played on one stage; `explained` is one message of it."""

    console: Console
    stage: Stage
    seed: int
    releases: list[Release] = field(default_factory=list)
    explained: Explained | None = None

    def play(self, faults: Sequence[str]) -> None:
        """Release each of them, up to the first that is promoted."""
        for fault in faults:
            left = Dice(fault=fault, seed=self.seed).play()
            with Screen(self.console, fault, left) as screen:
                run = Run(
                    stage=self.stage, fault=fault, seed=self.seed, look=screen.look
                )
                right = run.play()
                screen.run_out()
            self._note(run, left, right)
            # The colours have changed places, and nothing can be compared any more.
            if right.promoted is not None:
                return

    def cost(self) -> Cost:
        """Measured while the last version is released once more, and taken back."""
        start = ("rollout", "start", RELEASE, "--replace", "--reason", "its cost")
        canary(self.stage.system, *start)
        self._wait_for_bake()
        try:
            return measure(self.stage)
        finally:
            canary(self.stage.system, "abort", RELEASE, "--reason", "the cost is known")

    def _note(self, run: Run, left: Story, right: Story) -> None:
        release = Release(
            fault=run.fault,
            dice=score(left),
            ours=score(right),
            why=right.why,
            refused=run.refused,
            lost=run.lost,
            held=run.held,
        )
        self.releases.append(release)
        # By the rules of now: with the next release there are others.
        if self.explained is None:
            self.explained = message.explain(self.stage, run.fault, right.sightings)

    def _wait_for_bake(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.stage.tick()
            time.sleep(TICK)
            rollout = Rollout.of(self.stage.state().documents[RELEASE].body)
            if rollout is not None and rollout.phase == phases.BAKING:
                return
        raise TimeoutError("the rollout under which the cost is measured did not begin")
