"""Journal and meter behind one call that never costs a request."""

from __future__ import annotations

import json

from router.recorder import Recorder
from tests.unit.router.passages import leg, passage


def test_journal_and_metrics_come_out_of_one_call() -> None:
    """One event is a decision and, as the first, metrics."""
    lines: list[str] = []
    recorder = Recorder(lines.append, random=lambda: 0.5, now=lambda: 1e9, every=10)
    recorder.record(passage())
    recorder.record(passage())

    messages = [json.loads(line)["message"] for line in lines]
    assert messages == ["decision", "metrics", "decision"]


def test_what_fails_is_told_by_its_type() -> None:
    """A fault of ours in here costs lines, not the request."""
    lines: list[str] = []

    def broken() -> float:
        raise ZeroDivisionError

    Recorder(lines.append, random=broken, now=broken, every=10).record(passage())

    assert json.loads(lines[-1]) == {
        "message": "unrecorded",
        "error": "ZeroDivisionError",
    }


def test_a_closed_log_costs_nothing() -> None:
    """If not even a line can be written, the request goes on."""

    def closed(_: str) -> None:
        raise BrokenPipeError

    recorder = Recorder(closed, random=lambda: 0.5, now=lambda: 1e9, every=0)
    recorder.record(passage(leg(error=ValueError())))
