"""One structured line a decision. Never an identity, a payload or a token."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable

from router.choice import Choice

Write = Callable[[str], object]


def record(
    write: Write,
    choices: Iterable[Choice],
    *,
    source: str,
    route: str | None,
    problem: str | None,
) -> None:
    """Write a line for each kind of choice among an event's units, with a count."""
    counts = Counter(
        (c.service, c.alias, c.reason, c.release, c.generation) for c in choices
    )
    for (service, alias, reason, release, generation), units in counts.items():
        line = {
            "message": "decision",
            "source": source,
            "route": route,
            "service": service,
            "alias": alias,
            "reason": reason,
            "release": release,
            "generation": generation,
            "units": units,
            "stale": problem is not None,
        }
        if problem is not None:
            line["problem"] = problem
        write(json.dumps(line))
