"""What an event source has to answer so that the router can route it.

A new source is a file beside this one with a subclass, and a line in
`router.sources`. The defaults here are those of a source that hands over one event
and lets the decision travel in the ClientContext, beside an untouched payload.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence

from flags import carriers
from flags.hints import Any
from flags.record import Record
from flags.token import Token
from router import refusals
from router.document import Malformed, Node
from router.errors import NotRun, OutOfTime
from router.sources.client_context import merged
from router.sources.values import search


class Facts(Record):
    """What routes match on: the source, and the names of what the event is about.

    `names` maps a route's pattern (`path`, `queue`, ...) on the names by which the
    thing is known, such as an ARN and the ARN's last part.
    """

    source: str
    method: str = ""
    names: Mapping[str, tuple[str, ...]] = {}


class Part(Record):
    """A unit of an event (a request, a message) with the token it goes out with."""

    unit: Node
    token: Token


class Outcome(Record):
    """What became of one group of parts: the target's answer, or an error.

    `answer` is JSON as the target sent it. A group that was never invoked, because
    one before it failed, has `NotReached` as its error.
    """

    parts: Sequence[Part]
    answer: bytes = b""
    error: Exception | None = None


class NotReached(Exception):
    """A group was not invoked, since one before it in the same order failed."""


# Refusals that any alias would meet: of the request, or of the way to Lambda.
_ANY_ALIAS = frozenset({refusals.INVALID, refusals.TOO_LARGE, refusals.UNREACHED})


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
    # Whether `carry` leaves no decision but ours, wherever a reader may look.
    cleans = False
    # Whether an event is a list of records: what comes beside it is for all of them.
    batch = False
    # Whether an error makes the source deliver the event again.
    retries = False
    # Where the identity is when the route names no place.
    identity: tuple[Asked, ...] = ()

    @abstractmethod
    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""

    @abstractmethod
    def facts(self, event: Node) -> Facts:
        """What routes match on."""

    def units(self, event: Node) -> Sequence[Node]:
        """The parts that get a decision each."""
        return (event,)

    def find(self, unit: Node, asked: Asked) -> Any:
        """The value at a place in the unit, or None; `event` is any place in it."""
        return search(asked.name, unit.dig()) if asked.kind == "event" else None

    def together(self, unit: Node) -> str | None:  # noqa: ARG002
        """What the unit must share its decision with: a message group, say."""
        return None

    def lane(self, unit: Node) -> str | None:  # noqa: ARG002
        """The units among which the unit's order counts; None if it doesn't."""
        return None

    def ordered(self, unit: Node) -> str | None:
        """The key by which its producer orders the unit, where routes order by key.

        Units of one key share a decision, so that none of them waits for another.
        """
        return self.together(unit)

    def vouched(self, unit: Node) -> bool:  # noqa: ARG002
        """Whether IAM has checked who sent it, where strangers can reach the source."""
        return False

    def inbound(self, unit: Node, context: Any) -> Token | None:  # noqa: ARG002
        """The decision that came in with the unit."""
        return carriers.from_client_context(context)

    def visitor(
        self,
        unit: Node,  # noqa: ARG002
        new_id: Callable[[], str],  # noqa: ARG002
    ) -> Visitor | None:
        """The anonymous visitor behind the unit, where the source can mark one."""
        return None

    def carry(self, event: Node, parts: Sequence[Part]) -> str:  # noqa: ARG002
        """The payload for one group, each part with its token.

        A part with an empty token goes out without one: whatever came in is dropped.
        """
        return event.text

    def client_context(
        self, event: Node, parts: Sequence[Part], context: Any
    ) -> Mapping[str, Any]:
        """The ClientContext that goes along; empty for none."""
        inside = self.carries_inside(event)
        return merged(context, Token() if inside else parts[0].token)

    def carries_inside(self, event: Node) -> bool:  # noqa: ARG002
        """Whether `carry` finds a place for the token in the event itself."""
        return False

    def failed(self, outcome: Outcome) -> bool:
        """Whether what comes after these parts in their lanes must wait."""
        return outcome.error is not None

    def failures(
        self,
        outcome: Outcome,
        *,
        whole: bool,  # noqa: ARG002
    ) -> tuple[bool | None, ...]:
        """Which parts failed, for the comparison of aliases; total for any answer.

        A bool for each part, as the source itself reads the answer. None where it
        says nothing of the alias: nothing was invoked (`NotReached`, too little time,
        an event that is no JSON), any alias would have been refused (the request, or
        the way to Lambda), or the part comes again because of one before it. An alias
        that can't run, since it is gone or throttled, has failed all its parts.

        `whole` says that the source was not told to read partial batch responses:
        then a list of failures is no failure.
        """
        return by_error(outcome)

    def merge(
        self,
        event: Node,  # noqa: ARG002
        outcomes: Sequence[Outcome],
        *,
        whole: bool,  # noqa: ARG002
    ) -> bytes:
        """One answer out of all; raises the first error.

        `whole` says that the source was not told to read partial batch responses.
        """
        for outcome in outcomes:
            if outcome.error is not None:
                raise outcome.error
        return outcomes[-1].answer if outcomes else b"null"

    def remember(self, answer: bytes, visitor: Visitor, unit: Node) -> bytes:  # noqa: ARG002
        """The answer with the visitor's cookie."""
        return answer


def by_error(outcome: Outcome) -> tuple[bool | None, ...]:
    """All parts failed, or none did; None if the error is not the alias's."""
    error = outcome.error
    others = isinstance(error, NotReached | OutOfTime | Malformed) or (
        isinstance(error, NotRun) and error.cause in _ANY_ALIAS
    )
    return (None if others else error is not None,) * len(outcome.parts)
