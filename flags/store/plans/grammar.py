"""The grammar of rollout plans, as pydantic models.

Shape only, as in `flags.store.documents`. What steps say about each other (weights that
go down, two kinds of step in one) is checked in `flags.store.plans.agreement`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
)

from flags.store.plans.calls import BeforeDocument, DuringDocument, Notify
from flags.store.plans.durations import Duration, Threshold
from flags.store.plans.numbers import Alpha, Odds, Share
from flags.store.strict import Document, Name
from flags.store.values import Percent, Text

MOST_STEPS = 50
MOST_THRESHOLDS = 8
# As many as CodeDeploy takes; one DescribeAlarms call finds them.
MOST_ALARMS = 50
LONGEST_ALARM = 255
INCONCLUSIVE = ("advance", "extend", "pause", "abort")


def _steps(value: object) -> object:
    if isinstance(value, list) and not 0 < len(value) <= MOST_STEPS:
        msg = f"{len(value)} steps; a plan has 1 to {MOST_STEPS}"
        raise ValueError(msg)
    return value


def _approvers(value: object) -> object:
    if value == []:
        msg = "nobody may approve; name somebody, or leave it out and anybody may"
        raise ValueError(msg)
    return value


def _groups(value: object) -> object:
    if value == []:
        msg = "names no segment; name those who go first, or remove the step"
        raise ValueError(msg)
    return value


def _word(value: object) -> object:
    if value not in INCONCLUSIVE:
        msg = f"{value!r} is none of {', '.join(INCONCLUSIVE)}"
        raise ValueError(msg)
    return value


def _alarm(value: str) -> str:
    if value.startswith("arn:"):
        msg = "give the alarm's name, not its ARN"
        raise ValueError(msg)
    if len(value) > LONGEST_ALARM:
        msg = (
            f"{len(value)} characters; the name of an alarm has {LONGEST_ALARM} at most"
        )
        raise ValueError(msg)
    return value


def _ceiling(value: float) -> float:
    if not value:
        msg = "zero; nobody would ever be on the canary"
        raise ValueError(msg)
    return value


class FloorDocument(Document):
    """So many users failed, and more than this share of those seen: abort at once."""

    users: Annotated[int, Field(ge=1, le=1_000_000, description="Distinct users.")] = 5
    share: Annotated[Share, Field(description="Per cent of the users seen.")] = 50


class ErrorsDocument(Document):
    """How sure the judge must be that users of the canary fail more often."""

    alpha: Annotated[
        Alpha,
        Field(description="The chance that a good version is rolled back."),
    ] = 0.05
    tolerance: Annotated[
        Odds,
        Field(description="The odds ratio of failure, up to which all is well."),
    ] = 1.25
    floor: FloorDocument = Field(default_factory=FloorDocument)


def _errors(value: object) -> object:
    if value is not False and not isinstance(value, dict):
        msg = "give a mapping of alpha, tolerance and floor, or false"
        raise ValueError(msg)
    return value


ErrorsGuard = Annotated[
    Annotated[ErrorsDocument, Tag("<errors>")]
    | Annotated[Literal[False], Tag("<off>"), Field(description="Off.")],
    Discriminator(lambda value: "<off>" if value is False else "<errors>"),
]


class GuardsDocument(Document):
    """What ends a rollout by itself."""

    errors: Annotated[
        ErrorsGuard,
        BeforeValidator(_errors),
        Field(description="Users who fail on the canary more often; or false."),
    ] = Field(default_factory=ErrorsDocument)
    latency: Annotated[
        list[Threshold],
        Field(
            max_length=MOST_THRESHOLDS,
            description="A user who waits longer is slow; thresholds are averaged.",
        ),
    ] = Field(default_factory=list)
    alarms: Annotated[
        list[Annotated[Text, AfterValidator(_alarm)]],
        Field(
            max_length=MOST_ALARMS,
            description="CloudWatch alarms by name; red ones wait until they are OK.",
        ),
    ] = Field(default_factory=list)


class GateDocument(Document):
    """Waits for a person; aborts when nobody comes in time."""

    approvers: Annotated[
        list[Text] | None,
        BeforeValidator(_approvers),
        Field(description="Who may approve; without it anybody."),
    ] = None
    timeout: Annotated[Duration, Field(description="Then the rollout aborts.")] = "24h"


class StepDocument(Document):
    """One of a weight, groups that go first, or a gate that waits for a person."""

    weight: Annotated[
        Percent | None, Field(description="The canary's percentage from here on.")
    ] = None
    groups: Annotated[
        list[Name] | None,
        BeforeValidator(_groups),
        Field(description="Segments that are on the canary from here on."),
    ] = None
    gate: GateDocument | None = None
    bake: Annotated[
        Duration | None, Field(description="How long to watch before the next step.")
    ] = None
    before: Annotated[
        list[BeforeDocument], Field(description="Checks to pass before the step.")
    ] = Field(default_factory=list)
    during: Annotated[
        list[DuringDocument], Field(description="Checks to pass while it bakes.")
    ] = Field(default_factory=list)


class PlanDocument(Document):
    """How a rollout goes: its steps, what ends it, and whom to tell."""

    steps: Annotated[
        list[StepDocument],
        BeforeValidator(_steps),
        Field(json_schema_extra={"minItems": 1, "maxItems": MOST_STEPS}),
    ]
    guards: GuardsDocument = Field(default_factory=GuardsDocument)
    inconclusive: Annotated[
        Literal["advance", "extend", "pause", "abort"],
        BeforeValidator(_word),
        Field(description="What a bake does that proves neither harm nor health."),
    ] = "advance"
    deadline: Annotated[
        Duration, Field(description="Of the whole rollout; then it aborts.")
    ] = "24h"
    ceiling: Annotated[
        Percent,
        AfterValidator(_ceiling),
        Field(description="No step's weight is above it."),
    ] = 100
    drain: Annotated[
        Duration, Field(description="How long the old version is kept after it.")
    ] = "15m"
    notify: Notify = Field(default_factory=list)
