"""What became of one event, for those who watch: the journal and the meter."""

from __future__ import annotations

from collections.abc import Sequence

from flags.record import Record
from router.choice import Choice


class Leg(Record):
    """One invocation of an alias, with the choices of the units that it was for.

    `seconds` is how long the target took, None if it wasn't invoked, or if another
    target's answer was waited for first. `error` is what came instead of an answer.
    `fallback` says that stable was asked after it: that one is a leg of its own, with
    the units' new choices. `limited` says that units of it went to stable because their
    order would have taken too many invocations.

    `failures` has an entry for each choice, if somebody watches: whether its unit
    failed, None where that is not to be counted (`Source.failures`). Empty if nobody
    does: then all failed if there is an error, and none if not.
    """

    alias: str
    choices: Sequence[Choice]
    seconds: float | None
    error: BaseException | None = None
    fallback: bool = False
    limited: bool = False
    failures: tuple[bool | None, ...] = ()

    @property
    def trouble(self) -> bool:
        """Whether somebody will want to know at once."""
        return self.fallback or self.limited or self.error is not None


class Passage(Record):
    """One event's way through the router.

    `log` is the per cent of events that the route wants in the journal; `overhead`
    the seconds that the router itself took, without waiting for targets. `problem`
    says why the rules are stale, None if they aren't. `dropped` counts decisions that
    found no room in what went out, `refused` overrides whose seal did not hold; `keys`
    says why the keys of seals could not be read, None if they could. `skipped` is the
    service that the rules name and the router may not invoke, if it went elsewhere.
    """

    service: str
    source: str
    route: str | None
    problem: str | None
    overhead: float
    legs: Sequence[Leg]
    log: float = 100.0
    dropped: int = 0
    refused: int = 0
    keys: str | None = None
    skipped: str | None = None
    request_id: str | None = None
