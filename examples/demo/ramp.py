"""The demo's story: the weight goes up step by step, then the rollout is aborted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from examples.demo import laws
from examples.demo.canary import canary
from examples.demo.laws import Hop, Share
from examples.demo.seen import Seen
from examples.demo.step import Crowd, Progress, Step
from examples.demo.traffic import Doors
from examples.demo.up import SHOP, System
from flags import Token

WEIGHTS = (0, 1, 10, 25, 50, 100)
STEPS = len(WEIGHTS) + 1
# Beyond the refresh time, for the requests under way.
MARGIN = 0.3

Say = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Story:
    """All that was seen; steps in order, the one after the abort not among them."""

    users: int = 0
    requests: int = 0
    refused: int = 0
    shares: list[Share] = field(default_factory=list)
    second_opinions: dict[float, Share] = field(default_factory=dict)
    steps: list[dict[str, str]] = field(default_factory=list)
    hops: list[Hop] = field(default_factory=list)
    torn: set[str] = field(default_factory=set)
    after_abort: dict[str, str] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)

    def add(self, seen: Seen) -> dict[str, str]:
        """Take in what a step showed; returns each user's colour."""
        colours, torn = laws.colours(seen.sightings)
        self.torn |= torn
        self.hops += seen.hops
        self.requests += seen.requests
        self.refused += seen.refused
        return colours


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """Drives a system through the story."""

    system: System
    crowd: Crowd
    say: Say
    progress: Progress

    def run(self) -> Story:
        """The whole story."""
        story = Story(users=len(self.crowd.users) + len(self.crowd.cookies))
        self.say("canary apply")
        rules = str(SHOP / "canary.yaml")
        canary(self.system, "apply", "-f", rules, "--reason", "open the shop")
        for number, weight in enumerate(WEIGHTS):
            self._move(f"{weight} %", "set-weight", "shop", str(weight))
            self._up(story, number, weight)
        explained = canary(self.system, "explain", "shop", "--id", self.crowd.users[0])
        token = Token.parse(explained["result"]["token"])
        self._move("abort", "abort", "shop")
        seen = self._step(len(WEIGHTS)).run(forged="green")
        story.after_abort = story.add(seen)
        if token is not None:
            self._late(story, token)
        return story

    def _move(self, title: str, *command: str) -> None:
        """Change the rules, and wait until all routers must have read them."""
        self.say(title)
        canary(self.system, *command, "--reason", f"demo: {title}")
        time.sleep(self.system.refresh + MARGIN)

    def _up(self, story: Story, number: int, weight: float) -> None:
        forged = "blue" if weight == WEIGHTS[-1] else "green"
        colours = story.add(self._step(number).run(forged))
        story.steps.append(colours)
        share = laws.share(weight, colours)
        story.shares.append(share)
        if not share.holds() and 0 < weight < WEIGHTS[-1]:
            # Chance alone does this once in 370 times: ask as many others.
            others = story.add(self._step(number).again())
            story.second_opinions[weight] = laws.share(weight, others)

    def _late(self, story: Story, token: Token) -> None:
        """Messages decided before the abort arrive after it."""
        seen = self._step(STEPS).late(token)
        story.add(seen)
        story.late = [colour for _, colour in seen.sightings]

    def _step(self, number: int) -> Step:
        return Step(Doors(self.system), self.crowd, number, self.progress)
