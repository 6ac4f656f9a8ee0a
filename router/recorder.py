"""Writes down what became of each event: the journal's lines and the meter's.

Law: seeing never costs a request. What fails here is told as a line, if it can be.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from router import journal
from router.metrics import Meter
from router.passage import Passage


class Recorder:
    """One for a container; `write` takes a line without its end, `every` is seconds.

    `random` throws from 0 up to 1, `now` is in seconds since the epoch.
    """

    def __init__(
        self,
        write: journal.Write,
        *,
        random: Callable[[], float],
        now: Callable[[], float],
        every: float,
    ) -> None:
        self._write = write
        self._random = random
        self._now = now
        self._meter = Meter(every)

    def record(self, passage: Passage) -> None:
        """Write what there is to write of an event; never raises."""
        try:
            for line in journal.lines(passage, self._random):
                self._write(line)
            for line in self._meter.add(passage, self._now()):
                self._write(line)
        except Exception as error:  # noqa: BLE001 - the event itself went well
            self._confess(error)

    def _confess(self, error: Exception) -> None:
        line = {"message": "unrecorded", "error": journal.type_of(error)}
        # There is nowhere left to tell what fails here.
        with contextlib.suppress(Exception):
            self._write(journal.encode(line))
