"""Sends orders to the door at their times, until it is told to stop.

No more than MOST are under way at once. AWS would not mind; the emulator starts a
process for each, and a machine that is short of processors would do nothing else.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from examples.compare.stage import Stage
from examples.compare.traffic import Request, requests
from examples.demo.traffic import Doors

CLIENTS = 4
MOST = 8
OK = 200
WAIT = 0.05


class Drive:
    """Traffic in the background; as a context manager it stops at the end.

    `sent` are the orders that were taken in, `refused` those that were not. `arrived`
    is how many a worker has seen, which somebody has to tell. `held` is for how many
    seconds orders were held back.
    """

    def __init__(self, stage: Stage, run: str, seed: int) -> None:
        """`run` and `seed` are those of `traffic.requests`."""
        self.sent: set[str] = set()
        self.refused: list[str] = []
        self.arrived = 0
        self.held = 0.0
        self._doors = Doors(stage.system)
        self._requests = requests(run, seed)
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(CLIENTS)
        self._thread = threading.Thread(target=self._drive, name="traffic")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """No more orders; returns when those under way were answered."""
        self._over.set()
        self._thread.join()
        self._pool.shutdown()

    def _drive(self) -> None:
        began = time.monotonic()
        for number, request in enumerate(self._requests):
            due = began + request.at + self.held
            self._over.wait(max(due - time.monotonic(), 0.0))
            while self._under_way(number) >= MOST and not self._over.wait(WAIT):
                self.held += WAIT
            if self._over.is_set():
                return
            answered = self._pool.submit(self._send, request)
            answered.add_done_callback(self._note)

    def _under_way(self, begun: int) -> int:
        return begun - self.arrived - len(self.refused)

    def _send(self, request: Request) -> tuple[str, bool]:
        answer = self._doors.ask(
            "POST",
            path="/orders",
            body={"order": request.order, "user": request.user},
            headers={"x-user-id": request.user},
        )
        return request.order, answer.status == OK

    def _note(self, answered: Future[tuple[str, bool]]) -> None:
        order, taken = answered.result()
        if taken:
            self.sent.add(order)
        else:
            self.refused.append(order)
