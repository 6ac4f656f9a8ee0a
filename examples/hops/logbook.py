"""Reads what functions and router log, as it comes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from examples.demo.up import System

# A line may be told this much later than the time that it bears, in milliseconds.
OVERLAP = 2000


@dataclass(slots=True, kw_only=True)
class Logbook:
    """One log group, from the beginning."""

    system: System
    group: str
    _since: int = 0
    _seen: set[tuple[str, int, str]] = field(default_factory=set)

    def news(self) -> Iterator[dict[str, Any]]:
        """All lines since the last time that are JSON objects."""
        logs = self.system.client("logs")
        try:
            answer = logs.filter_log_events(
                logGroupName=self.group,
                startTime=max(self._since - OVERLAP, 0),
                filterPattern='"{"',
            )
        except logs.exceptions.ResourceNotFoundException:
            return
        for event in answer["events"]:
            message = event["message"].strip()
            line = (event["logStreamName"], event["timestamp"], message)
            if line in self._seen or not message.startswith("{"):
                continue
            self._seen.add(line)
            self._since = max(self._since, event["timestamp"])
            yield json.loads(message)
