"""What each event source has: names that routes match on, and places with values.

The command line doesn't import the router, so this says it once more; a test holds
every row against `router.sources` and its events.
"""

from __future__ import annotations

from dataclasses import dataclass

# There at every source: an expression over the whole of a unit.
EVERYWHERE = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One event source.

    `names` are the keys of `match` that say something there, `places` the selectors
    that may find something. `vouches` says that IAM can check its callers, `partial`
    that it can be told which records of a batch failed, `known` that units have an
    identity there if a route names no place of it, `ordered` that a batch is in order
    and a route may say by what.
    """

    names: frozenset[str]
    places: frozenset[str]
    vouches: bool = False
    partial: bool = False
    known: bool = False
    ordered: bool = False


def _kind(names: str, places: str, **marks: bool) -> Kind:
    return Kind(
        names=frozenset(names.split()), places=frozenset(places.split()), **marks
    )


_REQUEST = _kind("method path", "header cookie claim body", vouches=True, known=True)

KINDS: dict[str, Kind] = {
    "rest": _REQUEST,
    "http": _REQUEST,
    "url": _REQUEST,
    "alb": _kind("method path", "header cookie claim body", known=True),
    "websocket": _REQUEST,
    "appsync": _kind(
        "field path method", "header claim body", vouches=True, known=True
    ),
    "cognito": _kind("trigger", "attribute body", known=True),
    "sns": _kind("topic", "attribute body"),
    "sqs": _kind("queue", "attribute group body", partial=True),
    "eventbridge": _kind("event_source detail_type", "detail"),
    "pipes": _kind(
        "event_source queue stream topic cluster broker",
        "key attribute group header body data",
        partial=True,
        known=True,
        ordered=True,
    ),
    "destination": _kind("function detail_type", "body"),
    "scheduler": _kind("schedule", "", known=True),
    "s3": _kind("bucket detail_type", "key"),
    "kinesis": _kind("stream", "key data", partial=True, known=True, ordered=True),
    "dynamodb": _kind("stream", "key data", partial=True, known=True, ordered=True),
    "kafka": _kind(
        "topic cluster", "key header data", partial=True, known=True, ordered=True
    ),
    "mq": _kind("queue broker", "attribute data body"),
    "iot": _kind("topic", "body", known=True),
    "firehose": _kind("stream", "key data"),
    "stepfunctions": _kind("state_machine", "body", known=True),
    "cloudformation": _kind("resource_type method", "body", known=True),
    "direct": _kind("", "body"),
    "unknown": _kind("", ""),
}
