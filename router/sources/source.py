"""What an event source has to answer so that the router can route it.

A new source is a file beside this one with a subclass, and a line in
`router.sources`. The defaults here are those of a source that hands over one event.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flags import carriers
from flags.record import Record
from flags.token import Token

Event = Any


class Facts(Record):
    """What routes match on; an empty string where the source has no such thing."""

    source: str
    method: str = ""
    path: str = ""
    topic: str = ""
    queue: str = ""
    event_source: str = ""
    detail_type: str = ""


class Part(Record):
    """A unit of an event (a request, a message) with the token it goes out with."""

    unit: Any
    token: Token


class Outcome(Record):
    """What became of one group of parts: the target's answer, or an error."""

    parts: Sequence[Part]
    answer: Any = None
    error: Exception | None = None


class Visitor(Record):
    """An anonymous visitor: the id in the cookie, and whether we just gave it."""

    key: str
    minted: bool


class Asked(Record):
    """A place in the event to take a value from: `kind` is the selector's key."""

    kind: str
    name: str = ""


class Source(ABC):
    """One event in, one event out, the answer handed back as it is."""

    name = ""
    # Whether strangers can reach it: then what comes in about decisions is dropped.
    public = False
    # Whether an error makes the source deliver the event again.
    retries = False

    @abstractmethod
    def recognises(self, event: Event) -> bool:
        """Whether the event is of this source."""

    @abstractmethod
    def facts(self, event: Event) -> Facts:
        """What routes match on."""

    def units(self, event: Event) -> list[Any]:
        """The parts that get a decision each."""
        return [event]

    @abstractmethod
    def find(self, unit: Any, asked: Asked) -> Any:
        """The value at a place in the unit, or None."""

    def together(self, unit: Any) -> str | None:  # noqa: ARG002
        """What the unit must share its decision with: a message group, say."""
        return None

    def inbound(self, unit: Any, context: Any) -> Token | None:
        """The decision that came in with the unit."""
        return carriers.from_event(unit, context)

    def visitor(
        self,
        unit: Any,  # noqa: ARG002
        new_id: Callable[[], str],  # noqa: ARG002
    ) -> Visitor | None:
        """The anonymous visitor behind the unit, where the source can mark one."""
        return None

    @abstractmethod
    def carry(self, event: Event, parts: Sequence[Part]) -> Event:
        """The event for one group, each part with its token; the input is kept."""

    def client_context(self, parts: Sequence[Part], context: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """The ClientContext that goes along; empty for none."""
        return {}

    def merge(self, outcomes: Sequence[Outcome]) -> Any:
        """One answer out of all; raises the first error."""
        for outcome in outcomes:
            if outcome.error is not None:
                raise outcome.error
        return outcomes[-1].answer if outcomes else None

    def remember(self, answer: Any, visitor: Visitor, unit: Any) -> Any:  # noqa: ARG002
        """The answer with the visitor's cookie."""
        return answer
