"""The routing document: which events belong to which service, and who is asking.

The router reads the stored form as plain JSON (`router.routing`); this is its
grammar, checked when it is written.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import jmespath
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from flags.expressions import LONGEST, problem
from flags.paths import steps
from flags.store.strict import Document, ServiceName, Version
from flags.store.values import Text, TextList, listed

SourceName = Literal[
    "rest",
    "http",
    "url",
    "alb",
    "websocket",
    "appsync",
    "cognito",
    "sns",
    "sqs",
    "eventbridge",
    "pipes",
    "destination",
    "scheduler",
    "s3",
    "kinesis",
    "dynamodb",
    "kafka",
    "mq",
    "iot",
    "firehose",
    "stepfunctions",
    "cloudformation",
    "direct",
    "unknown",
]


def _expression(text: str) -> str:
    try:
        # One that is too long isn't read: to read it takes long, too.
        tree: Any = None if len(text) > LONGEST else jmespath.compile(text).parsed
    except jmespath.exceptions.JMESPathError as error:
        first = str(error).splitlines()[0]
        msg = f"not a JMESPath expression: {first}"
        raise ValueError(msg) from error
    if too_much := problem(text, tree):
        msg = f"the expression {too_much}"
        raise ValueError(msg)
    return text


Expression = Annotated[Text, AfterValidator(_expression)]


def _sources(value: object) -> object:
    if value == []:
        msg = "give a source, or a list of sources; leave it out for all"
        raise ValueError(msg)
    return listed(value)


Sources: Any = Annotated[
    list[SourceName],
    BeforeValidator(_sources, json_schema_input_type=SourceName | list[SourceName]),
    Field(min_length=1),
]


def _trust(value: object) -> object:
    if isinstance(value, bool) or value == "iam":
        return value
    msg = "give true, false or iam"
    raise ValueError(msg)


# Checked before the union, which would tell of each of its halves.
Trust = Annotated[bool | Literal["iam"], BeforeValidator(_trust)]


def _true(value: object) -> object:
    if value is not True:
        msg = "say true, or leave it out"
        raise ValueError(msg)
    return value


Always = Annotated[Literal[True], BeforeValidator(_true)]


def _between(most: int, what: str) -> BeforeValidator:
    """A number from 0 to `most`; everything else says what it wants."""

    def check(value: object) -> object:
        number = isinstance(value, int | float) and 0 <= value <= most
        if not number or isinstance(value, bool):
            msg = f"give {what} from 0 to {most}, as a number"
            raise ValueError(msg)
        return value

    return BeforeValidator(check)


# The longest that a router may run (`RouterTimeout`), and no longer.
Timeout = Annotated[float, Field(ge=0, le=300), _between(300, "seconds")]
Share = Annotated[float, Field(ge=0, le=100), _between(100, "a percentage")]


def _path(text: str) -> str:
    steps(text)
    return text


def _globs(value: object) -> object:
    """Patterns, or one; `true` and numbers as JSON writes them."""
    listed = value if isinstance(value, list) else [value]
    scalars = [
        json.dumps(one) if isinstance(one, bool | int | float) else one
        for one in listed
    ]
    if not scalars or not all(isinstance(one, str) and one for one in scalars):
        msg = "give a text, a number, true or false, or a list of them"
        raise ValueError(msg)
    return scalars


Path = Annotated[Text, AfterValidator(_path)]
_Glob = bool | int | float | Text
Globs: Any = Annotated[
    list[Text],
    BeforeValidator(_globs, json_schema_input_type=_Glob | list[_Glob]),
    Field(min_length=1, max_length=32),
]
Held: Any = Annotated[dict[Path, Globs], Field(min_length=1, max_length=8)]


class SelectorDocument(Document):
    """One place in an event where a value may stand; exactly one key."""

    header: Text | None = None
    cookie: Text | None = None
    claim: Text | None = None
    body: Expression | None = None
    detail: Expression | None = None
    attribute: Text | None = None
    data: Expression | None = None
    event: Expression | None = None
    group: Always | None = None
    key: Always | None = None

    @model_validator(mode="after")
    def _one_place(self) -> SelectorDocument:
        if len(self.model_dump(exclude_none=True)) != 1:
            msg = (
                "give exactly one of header, cookie, claim, body, detail, "
                "attribute, data, event, group, key"
            )
            raise ValueError(msg)
        return self


class MatchDocument(Document):
    """What an event must look like; every key that is given must agree.

    All but `source` and `method` are glob patterns (`*`, `?`), and what has an ARN
    matches by it or by its name. `path` is a WebSocket's route key, `event_source` the
    `source` of an EventBridge event, `field` an AppSync field as `Type.field`,
    `trigger` the `triggerSource` of Cognito. A source or method may be one or a list.
    `event` maps paths in the event itself on patterns, for whatever has no name here.
    """

    source: Sources | None = None
    method: TextList | None = None
    path: Text | None = None
    topic: Text | None = None
    queue: Text | None = None
    event_source: Text | None = None
    detail_type: Text | None = None
    stream: Text | None = None
    bucket: Text | None = None
    trigger: Text | None = None
    field: Text | None = None
    resource_type: Text | None = None
    state_machine: Text | None = None
    schedule: Text | None = None
    function: Text | None = None
    cluster: Text | None = None
    event: Held | None = None
    broker: Text | None = None


class RouteDocument(Document):
    """Events of one kind: their service, their identity, and their trust.

    `trust` says whether a decision that comes in with the event counts; it does by
    default. At public sources it counts only with `iam`, and only from callers whom
    IAM has checked. A signed override counts without it.
    `idempotent` lets what failed on the canary run again on stable. `timeout` is the
    seconds that the service needs: it is not invoked when fewer are left. `log` is
    the per cent of events with a line in the log. `batch_failures: whole` says that
    the event source mapping doesn't report partial batch responses. `order` says what
    must stay in order at a stream: the records of each key, or of the whole shard.
    """

    name: Text
    service: ServiceName
    match: MatchDocument
    identity: list[SelectorDocument] = Field(default_factory=list)
    attributes: dict[str, SelectorDocument] = Field(default_factory=dict)
    trust: Trust = True
    idempotent: bool = False
    timeout: Timeout = 0
    log: Share = 100
    batch_failures: Literal["partial", "whole"] = "partial"
    # Unsaid is as `shard`, but `canary lint` asks about it.
    order: Literal["key", "shard"] | None = None
    owner: Annotated[
        Text | None, Field(description="Whose route it is; see `owner` of the file.")
    ] = None


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
