"""Numbers for CloudWatch, in its embedded metric format (EMF), collected and flushed.

Laws
1. At most one flush in `every` seconds, and none waits for a second request: the
   first request after that long is flushed with all that came before it.
2. Errors and fallbacks are flushed at once, and so is a list of 100 values.
3. Values keep the time of their requests: a container that was frozen for an hour
   does not report its last ones as of now.
4. Pure: the time comes in as an argument, the lines go out as an answer.

What is lost when a container ends: what it counted since its last flush, so at most
`every` seconds of what it served last, all of it without an error. There is nobody to
flush it: Lambda tells a function of its end only if an extension runs beside it, and
a thread would not run while the container is frozen. That is why errors don't wait,
and why `every` is seconds and not minutes.

Format and limits are those of "Specification: Embedded metric format" in the user
guide of Amazon CloudWatch.
"""

from __future__ import annotations

from itertools import zip_longest

from flags.hints import Any
from router.journal import encode
from router.passage import Leg, Passage

NAMESPACE = "Canary"
# As many values as the specification allows a metric in one line.
MOST_VALUES = 100

_UNITS = {"Latency": "Milliseconds", "Overhead": "Milliseconds"}

# What a dimension set reports in one line: names of metrics with their values.
_Numbers = dict[str, Any]


class _Variant:
    """What happened at one alias of a service."""

    __slots__ = ("errors", "fallbacks", "invocations", "latencies")

    def __init__(self) -> None:
        self.invocations = self.errors = self.fallbacks = 0
        self.latencies: list[float] = []

    def add(self, leg: Leg) -> None:
        self.invocations += 1
        self.errors += leg.error is not None
        self.fallbacks += leg.fallback
        if leg.seconds is not None:
            self.latencies.append(round(leg.seconds * 1000, 1))

    def numbers(self) -> list[_Numbers]:
        # Errors are told even if there are none: an alarm takes silence for doubt.
        first: _Numbers = {"Invocations": self.invocations, "Errors": self.errors}
        if self.fallbacks:
            first["Fallbacks"] = self.fallbacks
        return _with_values(first, "Latency", self.latencies)


class _Service:
    """What happened to the events of one service."""

    __slots__ = (
        "dropped",
        "foreign",
        "overheads",
        "reasons",
        "refused",
        "skipped",
        "stale",
        "variants",
    )

    def __init__(self) -> None:
        self.stale = self.dropped = self.refused = self.foreign = 0
        self.skipped = 0
        self.overheads: list[float] = []
        self.variants: dict[str, _Variant] = {}
        self.reasons: dict[str, int] = {}

    def add(self, passage: Passage) -> bool:
        """Count an event; whether a flush must not wait."""
        self.overheads.append(round(passage.overhead * 1000, 3))
        self.stale += passage.problem is not None
        self.dropped += passage.dropped
        self.refused += passage.refused
        self.skipped += passage.skipped is not None
        urgent = len(self.overheads) >= MOST_VALUES
        for leg in passage.legs:
            variant = self.variants.get(leg.alias)
            if variant is None:
                variant = self.variants[leg.alias] = _Variant()
            variant.add(leg)
            # Units that went on to stable are counted there, by their new reason.
            if not leg.fallback:
                for choice in leg.choices:
                    reason = choice.reason
                    self.foreign += choice.foreign
                    self.reasons[reason] = self.reasons.get(reason, 0) + 1
            urgent |= leg.trouble or len(variant.latencies) >= MOST_VALUES
        return urgent

    def numbers(self) -> list[_Numbers]:
        told = {
            "StaleRules": self.stale,
            "DroppedDecisions": self.dropped,
            "RefusedOverrides": self.refused,
            "ForeignDecisions": self.foreign,
            "SkippedRoutes": self.skipped,
        }
        first = {name: count for name, count in told.items() if count}
        return _with_values(first, "Overhead", self.overheads)


class Meter:
    """Collects what happened in this container; `every` is in seconds, 0 for always."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._services: dict[str, _Service] = {}
        self._latest = 0.0
        self._flushed = float("-inf")

    def add(self, passage: Passage, now: float) -> list[str]:
        """Count an event; the lines to write, mostly none.

        `now` is in seconds since the epoch.
        """
        lines = [] if self._fresh(self._latest, now) else self.flush()
        service = self._services.get(passage.service)
        if service is None:
            service = self._services[passage.service] = _Service()
        self._latest = now
        if service.add(passage) or not self._fresh(self._flushed, now):
            lines += self.flush()
            self._flushed = now
        return lines

    def flush(self) -> list[str]:
        """The lines for all that was collected; there is nothing left then."""
        services, self._services = self._services, {}
        at = int(self._latest * 1000)
        return [
            line
            for name, service in services.items()
            for line in _lines(name, service, at)
        ]

    def _fresh(self, then: float, now: float) -> bool:
        # A clock that was set back must not stop the flushes.
        return 0 <= now - then < self._every


def _lines(name: str, service: _Service, at: int) -> list[str]:
    """A service's lines, as few as may be.

    One line holds one value of each dimension. So it is one line for each variant or
    each reason, whichever are more: mostly one in all.
    """
    rows = zip_longest(
        service.numbers(),
        [(a, them) for a, it in service.variants.items() for them in it.numbers()],
        service.reasons.items(),
    )
    return [_line(name, at, *row) for row in rows]


def _line(
    service: str,
    at: int,
    own: _Numbers | None,
    variant: tuple[str, _Numbers] | None,
    reason: tuple[str, int] | None,
) -> str:
    directives: list[Any] = []
    line: dict[str, Any] = {
        "message": "metrics",
        "_aws": {"Timestamp": at, "CloudWatchMetrics": directives},
        "Service": service,
    }
    if own is not None:
        directives.append(_directive(["Service"], own))
        line |= own
    if variant is not None:
        line["Variant"], numbers = variant
        directives.append(_directive(["Service", "Variant"], numbers))
        line |= numbers
    if reason is not None:
        line["Reason"], line["Decisions"] = reason
        directives.append(_directive(["Service", "Reason"], ["Decisions"]))
    return encode(line)


def _directive(dimensions: list[str], names: Any) -> dict[str, Any]:
    return {
        "Namespace": NAMESPACE,
        "Dimensions": [dimensions],
        "Metrics": [
            {"Name": name, "Unit": _UNITS.get(name, "Count")} for name in names
        ],
    }


def _with_values(first: _Numbers, name: str, values: list[float]) -> list[_Numbers]:
    """Numbers with a list of values, which may need more lines than one."""
    if values:
        first[name] = values[:MOST_VALUES]
    return [
        first,
        *(
            {name: values[start : start + MOST_VALUES]}
            for start in range(MOST_VALUES, len(values), MOST_VALUES)
        ),
    ]
