"""All event sources, asked in turn; the first that recognises an event takes it."""

from __future__ import annotations

from collections.abc import Mapping

from router.sources.alb import Alb
from router.sources.direct import Direct
from router.sources.eventbridge import EventBridge
from router.sources.httpapi import FunctionUrl, HttpApi
from router.sources.rest import Rest
from router.sources.sns import Sns
from router.sources.source import Event, Source
from router.sources.sqs import Sqs
from router.sources.unknown import Unknown

_DIRECT = Direct()
_UNKNOWN = Unknown()

# Function URLs look like HTTP APIs, and direct invocation is what is left.
SOURCES: tuple[Source, ...] = (
    FunctionUrl(),
    HttpApi(),
    Alb(),
    Rest(),
    Sns(),
    Sqs(),
    EventBridge(),
    _DIRECT,
)


def recognise(event: Event) -> Source:
    """The source of an event; `Unknown` if no source knows it."""
    if not isinstance(event, Mapping):
        return _DIRECT
    known = (source for source in SOURCES if source.recognises(event))
    return next(known, _UNKNOWN)
