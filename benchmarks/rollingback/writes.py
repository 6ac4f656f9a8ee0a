"""What routers write and read while they watch, as the emulator's trail has it."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from examples.demo.up import System

WRITE, READ = "UpdateItem", "BatchGetItem"
# What the emulator tells at once, the latest; so it is asked every so many seconds.
MOST = 50
PAUSE = 0.2
Parameters = Mapping[str, Any]


class TooMany(RuntimeError):
    """More calls between two looks than the emulator tells."""


@dataclass(slots=True, kw_only=True)
class Trail:
    """Calls, with the keys that they name."""

    system: System

    def calls(self, seconds: float, *names: str) -> dict[str, list[Parameters]]:
        """The parameters of all calls of these names from now on, for so long.

        Raises `TooMany` if some were not told.
        """
        self._record(on=True)
        began = time.time()
        found: dict[str, dict[str, Parameters]] = {name: {} for name in names}
        while time.time() < began + seconds:
            time.sleep(PAUSE)
            for name, known in found.items():
                told = self._latest(name, began)
                if len(told) >= MOST and known.keys().isdisjoint(told):
                    raise TooMany(f"{name}: {MOST} calls in {PAUSE} seconds")
                known.update(told)
        self._record(on=False)
        return {name: list(known.values()) for name, known in found.items()}

    def _record(self, *, on: bool) -> None:
        """Have the emulator note every call, or no more."""
        address = urlsplit(self.system.emulator.endpoint)
        connection = http.client.HTTPConnection(address.netloc, timeout=10)
        switch = json.dumps({"cloudtrail._recording_enabled": str(on).lower()})
        try:
            connection.request("POST", "/_ministack/config", switch)
            connection.getresponse().read()
        finally:
            connection.close()

    def _latest(self, name: str, began: float) -> dict[str, Parameters]:
        attribute = {"AttributeKey": "EventName", "AttributeValue": name}
        events = self.system.client("cloudtrail").lookup_events(
            LookupAttributes=[attribute],
            StartTime=datetime.fromtimestamp(began, UTC),
        )["Events"]
        return {
            event["EventId"]: json.loads(event["CloudTrailEvent"])["requestParameters"]
            for event in events
        }


def kinds(writes: Iterable[Parameters]) -> Counter[str]:
    """How many writes of which sort."""
    return Counter(kind(write["Key"]["pk"]["S"]) for write in writes)


def kind(partition: str) -> str:
    """What is written there: `claim`, `newcomer`, `totals`, `judge` or `other`."""
    parts = partition.split("#")
    if parts[0] != "evidence":
        return "other"
    if "claim" in parts:
        return "newcomer" if parts[parts.index("claim") + 1] == "user" else "claim"
    return "totals" if len(parts) > 3 else "judge"  # noqa: PLR2004 - with its shard
