"""The routing document: which events belong to which service, and who is asking.

The router reads the stored form as plain JSON (`router.routing`); this is its
grammar, checked when it is written.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import jmespath
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from flags.store.strict import Document, ServiceName, Version
from flags.store.values import Text, TextList, listed

SourceName = Literal[
    "rest", "http", "url", "alb", "sns", "sqs", "eventbridge", "direct"
]


def _expression(text: str) -> str:
    try:
        jmespath.compile(text)
    except jmespath.exceptions.JMESPathError as error:
        first = str(error).splitlines()[0]
        msg = f"not a JMESPath expression: {first}"
        raise ValueError(msg) from error
    return text


Expression = Annotated[Text, AfterValidator(_expression)]


Sources: Any = Annotated[
    list[SourceName],
    BeforeValidator(listed, json_schema_input_type=SourceName | list[SourceName]),
    Field(min_length=1),
]


class SelectorDocument(Document):
    """One place in an event where a value may stand; exactly one key."""

    header: Text | None = None
    cookie: Text | None = None
    claim: Text | None = None
    body: Expression | None = None
    detail: Expression | None = None
    attribute: Text | None = None
    group: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> SelectorDocument:
        if len(self.model_dump(exclude_none=True)) != 1:
            msg = (
                "give exactly one of header, cookie, claim, body, detail, "
                "attribute, group"
            )
            raise ValueError(msg)
        return self


class MatchDocument(Document):
    """What an event must look like; every key that is given must agree.

    `path`, `topic`, `queue`, `event_source` and `detail_type` are glob patterns
    (`*`, `?`). Topics and queues match by name or by ARN. `event_source` is the
    `source` of an EventBridge event. A source or method may be one or a list.
    """

    source: Sources | None = None
    method: TextList | None = None
    path: Text | None = None
    topic: Text | None = None
    queue: Text | None = None
    event_source: Text | None = None
    detail_type: Text | None = None


class RouteDocument(Document):
    """Events of one kind: their service, their identity, and their trust.

    `trust` says whether a decision that comes in with the event counts; it is on
    by default. At HTTP front doors it never counts, whatever this says.
    """

    name: Text
    service: ServiceName
    match: MatchDocument
    identity: list[SelectorDocument] = Field(default_factory=list)
    attributes: dict[str, SelectorDocument] = Field(default_factory=dict)
    trust: bool = True


class RoutingDocument(Document):
    """All routes, first match wins, and the service for everything else."""

    version: Version | None = None
    default: ServiceName | None = None
    routes: list[RouteDocument] = Field(default_factory=list)

    def body(self) -> dict[str, object]:
        """The document as it is stored: plain JSON, without its version."""
        return self.model_dump(
            by_alias=True, exclude={"version"}, exclude_none=True, exclude_defaults=True
        )
