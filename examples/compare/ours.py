"""The right screen: a release of ours, on the stage, until its last order is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from examples.compare.driving import Drive
from examples.compare.progress import Progress
from examples.compare.services.orders.faults import FAILED
from examples.compare.sightings import WORKER, Glance, Sighting, Story, Watch
from examples.compare.stage import RELEASE, TICK, Stage
from flags.aborts import mark
from rollouts.machine.rollout import Rollout

# Traffic on blue alone, before: functions are warm then, as in real life.
BEFORE = 4.0
# And after the end of the rollout: nobody new is on green then.
AFTER = 4.0
PAUSE = 0.25
# Nothing here takes longer, unless it never ends.
LONGEST = 180.0
# A message that failed comes back after 20 s.
DRAIN = 75.0

Look = Callable[[Glance], None]
Key = tuple[str, str, int]


@dataclass(slots=True, kw_only=True)
class Run:
    """One release of a worker with this fault; times are since the traffic began.

    `refused` orders were not taken in, `lost` ones were, and never worked off. For
    `held` seconds the emulator could take no more.
    """

    stage: Stage
    fault: str
    seed: int
    look: Look = lambda _: None
    refused: int = 0
    lost: int = 0
    held: float = 0.0
    progress: Progress = field(init=False)
    _drive: Drive = field(init=False)
    _began: float = field(default=0.0, init=False)
    _ticked: float = field(default=0.0, init=False)
    _latest: float = field(default=0.0, init=False)
    _seen: dict[Key, Sighting] = field(default_factory=dict, init=False)
    _watch: Watch = field(default_factory=Watch, init=False)

    def play(self) -> Story:
        """Release it under traffic, and stay until all is quiet."""
        dead = self.stage.dead()
        before = Rollout.of(self.stage.state().documents[RELEASE].body)
        self.progress = Progress(former=before.id if before else None)
        self.stage.break_worker(self.fault)
        self._began = time.time()
        self._drive = drive = Drive(self.stage, self.fault, self.seed)
        with drive:
            self._until(lambda: False, BEFORE)
            self._release()
            self._until(lambda: self.progress.settled, LONGEST)
            self._until(lambda: False, AFTER)
        self._until(lambda: not self._unfinished(drive.sent), DRAIN)
        self.refused = len(drive.refused)
        self.held = round(drive.held, 1)
        self.lost = len(self._unfinished(drive.sent))
        return Story(
            sightings=list(self._seen.values()),
            changes=self.progress.changes,
            rolled_back=self.progress.rolled_back,
            promoted=self.progress.promoted,
            dead=self.stage.dead() - dead,
            why=self.progress.stuck or self.progress.why,
        )

    def _release(self) -> None:
        """Release it, and look on meanwhile: traffic waits for whoever looks on."""
        with ThreadPoolExecutor(1) as pool:
            released = pool.submit(self.stage.release, self.fault)
            self._until(released.done, LONGEST)
            released.result()

    def _until(self, done: Callable[[], bool], seconds: float) -> None:
        """Look on until it is done, or for so long."""
        end = time.time() + seconds
        self._look_on()
        while not done() and time.time() < end:
            time.sleep(PAUSE)
            self._look_on()

    def _look_on(self) -> None:
        now = time.time()
        # While nothing is released there is nothing to tick for, nor afterwards.
        if now - self._ticked > TICK and not self.progress.settled:
            self._ticked = now
            self.stage.tick()
        self._look_at_rules(now - self._began)
        self._look_at_receipts()
        glance = self._watch.glance(
            now - self._began, self.progress.state, self.progress.weight
        )
        self.look(glance)

    def _look_at_rules(self, at: float) -> None:
        """What they say, and the marks of routers, which count at once."""
        state = self.stage.state()
        since = state.compiled[RELEASE].get("release", {}).get("since")
        marked = since is not None and mark(RELEASE, since) in state.aborted
        self.progress.take(state.documents[RELEASE].body, marked=marked, at=at)

    def _look_at_receipts(self) -> None:
        after = self._began + self._latest
        for one in self.stage.receipts(self.fault, self._began, after):
            key = (one.order, one.service, one.attempt)
            if key not in self._seen:
                self._seen[key] = one
                self._drive.arrived += (one.service, one.attempt) == (WORKER, 1)
                self._watch.take([one])
                self._latest = max(self._latest, one.at)

    def _unfinished(self, orders: Iterable[str]) -> set[str]:
        """Those that no worker has done; what failed comes back."""
        done = {
            one.order
            for one in self._seen.values()
            if one.service == WORKER and one.outcome != FAILED
        }
        return set(orders) - done
