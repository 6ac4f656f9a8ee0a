"""The documents that people write about flags, as pydantic models.

Shape only. What one part says about another (a variant that no one defined, weights
that don't add up) is checked in `flags.store.agreement`, so that both kinds of problem
come out together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from flags.store.comparison import Hours, Weekdays, attempt
from flags.store.conditions import Condition
from flags.store.plans import PlanDocument, Rollout
from flags.store.serving import ServeDocument
from flags.store.strict import Document, Name, NamedDocument, ServiceName
from flags.store.values import Day, Moment, Percent, Scalar, Text, VariantValue, Zone

COLOURS = ("blue", "green")
ROLES = ("canary", "stable")
# The compiled rule that serves the canary to the groups that a rollout admits.
ADMITTED = "rollout-admitted"
Colour = Literal["blue", "green"]
# Entries of a flag's metadata: they travel with every snapshot.
MOST_METADATA = 20
# What an answer says of itself by these names.
RESERVED_METADATA = ("bucket", "rule", "stale", "version")


class RuleDocument(Document):
    """Serve this to everyone for whom the condition holds."""

    name: Annotated[
        Text | None, Field(description="Percentages are remembered by it.")
    ] = None
    when: Condition
    serve: ServeDocument


class RequirementDocument(Document):
    """Another flag that must serve this variant, or one of these."""

    flag: Annotated[Name, Field(description="The name of a flag.")]
    variant: Name | None = None
    variants: Annotated[list[Name] | None, Field(min_length=1)] = None

    @model_validator(mode="after")
    def _one_form(self) -> RequirementDocument:
        if (self.variant is None) is (self.variants is None):
            msg = "give either a variant or a list of variants"
            raise ValueError(msg)
        return self

    def names(self) -> list[str]:
        """The variants that will do."""
        return [self.variant] if self.variant is not None else self.variants or []


class WindowDocument(Document):
    """When a flag is in force; all that is given must hold."""

    from_: Annotated[
        Moment | None, Field(alias="from", description="The first moment.")
    ] = None
    until: Annotated[Moment | None, Field(description="The first moment after it.")] = (
        None
    )
    days: Annotated[Weekdays | None, Field(description="Days of the week.")] = None
    hours: Annotated[
        Hours | None,
        Field(description="Hours of the day, 09:00-17:00; may pass midnight."),
    ] = None
    zone: Annotated[
        Zone | None, Field(description="Time zone of days and hours; else UTC.")
    ] = None

    @model_validator(mode="after")
    def _some(self) -> WindowDocument:
        if not self.model_dump(exclude={"zone"}, exclude_none=True):
            msg = "give at least one of from, until, days, hours"
            raise ValueError(msg)
        if self.hours:
            attempt("time_between", "hours", attribute="now", operand=self.hours)
        return self


class ReleaseDocument(Document):
    """Makes a flag a canary: the services it covers, and the stable colour.

    Without `stable` the stored one stays; a new release starts on blue.
    """

    services: Annotated[
        list[ServiceName],
        Field(min_length=1, description="Function names; all on one colour."),
    ]
    stable: Colour | None = None


def _kind_of_target(value: Any) -> str:
    return "<kinds>" if isinstance(value, dict) else "<keys>"


Keys = list[Text]
TargetDocument = Annotated[
    Annotated[Keys, Tag("<keys>"), Field(description="Targeting keys.")]
    | Annotated[
        dict[Text, Keys], Tag("<kinds>"), Field(description="Keys by kind of context.")
    ],
    Discriminator(_kind_of_target),
]


def _kind_of_schedule(value: Any) -> str:
    return "<windows>" if isinstance(value, list) else "<window>"


ScheduleDocument = Annotated[
    Annotated[WindowDocument, Tag("<window>")]
    | Annotated[list[WindowDocument], Tag("<windows>"), Field(min_length=1)],
    Discriminator(_kind_of_schedule),
]


def _kind_of_plan(value: Any) -> str:
    return "<name>" if isinstance(value, str) else "<plan>"


Plan = Annotated[
    Annotated[str, Tag("<name>"), Field(description="A ready-made plan's name.")]
    | Annotated[PlanDocument, Tag("<plan>")],
    Discriminator(_kind_of_plan),
]


class FlagDocument(NamedDocument):
    """A flag, or with `release` a canary.

    A canary has the roles `stable` and `canary` instead of variants, and a
    `weight`, the canary's percentage; no weight means no live rollout.
    """

    temporary: Annotated[
        bool | None, Field(description="Whether it is to be removed some day.")
    ] = None
    expires: Annotated[
        Day | None, Field(description="The day by which it should be gone.")
    ] = None
    enabled: Annotated[bool, Field(description="The kill switch.")] = True
    metadata: Annotated[
        dict[Name, Scalar],
        Field(
            max_length=MOST_METADATA,
            description="Told with each answer: links, tickets, an experiment's id.",
        ),
    ] = Field(default_factory=dict)
    release: ReleaseDocument | None = None
    weight: Percent | None = None
    plan: Annotated[
        Plan | None, Field(description="How its rollouts go; see docs/plans.md.")
    ] = None
    rollout: Rollout | None = None
    variants: Annotated[
        dict[Name, VariantValue] | None,
        Field(min_length=1, description="Values by name, all of one type."),
    ] = None
    off: Annotated[
        str | None,
        Field(description="The variant served when the flag is not in force."),
    ] = None
    requires: Annotated[
        list[RequirementDocument], Field(description="Else `off` is served.")
    ] = Field(default_factory=list)
    schedule: Annotated[
        ScheduleDocument | None,
        Field(description="Windows; outside of all, `off` is served."),
    ] = None
    targets: Annotated[
        dict[str, TargetDocument], Field(description="Keys by variant, one by one.")
    ] = Field(default_factory=dict)
    rules: Annotated[
        list[RuleDocument], Field(description="The first that holds is served.")
    ] = Field(default_factory=list)
    serve: Annotated[ServeDocument | None, Field(description="For everyone else.")] = (
        None
    )
