"""The corpus of events that are made to be slow."""

from __future__ import annotations

import json

from benchmarks.amplification import corpus, router


def test_events_are_of_one_size() -> None:
    """Else their ratio to the plain one would say nothing."""
    events = corpus()
    plain = len(events.pop("plain"))

    for name, event in events.items():
        assert 0.5 < len(event) / plain < 2, name


def test_each_is_answered() -> None:
    """What is timed is a request that reached its target."""
    for event in corpus().values():
        assert 200 == json.loads(router().handle(event, None))["statusCode"]
