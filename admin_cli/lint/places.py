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
    that it can be told which records of a batch failed.
    """

    names: frozenset[str]
    places: frozenset[str]
    vouches: bool = False
    partial: bool = False


def _kind(
    names: str, places: str, *, vouches: bool = False, partial: bool = False
) -> Kind:
    return Kind(
        names=frozenset(names.split()),
        places=frozenset(places.split()),
        vouches=vouches,
        partial=partial,
    )


_REQUEST = _kind("method path", "header cookie claim body", vouches=True)

KINDS: dict[str, Kind] = {
    "rest": _REQUEST,
    "http": _REQUEST,
    "url": _REQUEST,
    "alb": _kind("method path", "header cookie claim body"),
    "websocket": _REQUEST,
    "appsync": _kind("field", "header claim body", vouches=True),
    "cognito": _kind("trigger", "attribute body"),
    "sns": _kind("topic", "attribute body"),
    "sqs": _kind("queue", "attribute group body", partial=True),
    "eventbridge": _kind("event_source detail_type", "detail"),
    "scheduler": _kind("schedule", ""),
    "s3": _kind("bucket detail_type", "key"),
    "kinesis": _kind("stream", "key data", partial=True),
    "dynamodb": _kind("stream", "key data", partial=True),
    "kafka": _kind("topic cluster", "key header data", partial=True),
    "mq": _kind("queue broker", "attribute data body"),
    "iot": _kind("topic", "body"),
    "firehose": _kind("stream", "key data"),
    "stepfunctions": _kind("state_machine", "body"),
    "cloudformation": _kind("resource_type method", "body"),
    "direct": _kind("", "body"),
}
