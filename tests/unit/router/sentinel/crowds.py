"""Users who come by a container, and what is known of them afterwards."""

from __future__ import annotations

from typing import Any

from tests.unit.router.sentinel.site import Container, Site

REPORT = 3.0


def settle(container: Container) -> None:
    """Let the container tell all that it has seen so far, and judge it."""
    for _ in range(8):
        before = len(container.wire.asked)
        container.clock.now += REPORT + 0.1
        container.sentinel.meanwhile()
        asked = {operation for operation, _ in container.wire.asked[before:]}
        if asked and "UpdateItem" not in asked:
            return  # it has looked, and there was nothing to tell


def counts(site: Site) -> dict[str, Any]:
    """Errors by stratum, as in the table."""
    return dict(site.evidence.look("shop", site.since).totals.counts.get("errors", {}))


def totals(question: Any) -> bool:
    """Whether counts are added."""
    return bool(question.get("Key", {}).get("sk") == {"S": "totals"})


def crowd(number: int, start: int = 0) -> list[str]:
    """Users."""
    return [f"user-{index:04}" for index in range(start, start + number)]
