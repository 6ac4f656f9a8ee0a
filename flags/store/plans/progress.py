"""A rollout under way, as a release's document holds it under `rollout`.

Nobody writes it by hand: `rollouts.machine` does, and files are refused that bring one.
Here is its shape only, so that a document that holds another is told from a sound one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from flags.store.plans.canon import canonical_document
from flags.store.strict import Document, Name, ServiceName
from flags.store.values import Moment, Number, Text

Colour = Literal["blue", "green"]
Count = Annotated[int, Field(ge=0)]
# The phases in which the canary may have users, and the release a weight.
LIVE = frozenset({"pending", "progressing", "baking", "paused"})
# Those in which the rollout isn't over: the old version may still be gone back to.
RUNNING = LIVE | {"draining"}


class PauseDocument(Document):
    """What a paused rollout resumes to, why it waits, and the seconds of bake left."""

    from_: Annotated[Literal["pending", "progressing", "baking"], Field(alias="from")]
    cause: Literal["hand", "gate", "inconclusive", "edited", "check", "end"]
    left: Annotated[Number, Field(ge=0)] | None = None


class ApprovalDocument(Document):
    """Who opened the gate at a step, and when."""

    step: Count
    by: Text
    at: Moment


class AlarmsDocument(Document):
    """Alarms that count, and those that were red at the start and still are."""

    watched: list[Text]
    ignored: list[Text]


class ColoursDocument(Document):
    """The colours by role, as they were at the start."""

    stable: Colour
    canary: Colour


class VersionsDocument(Document):
    """The numbers of Lambda versions by role."""

    stable: Text
    canary: Text


class RolloutDocument(Document):
    """The state of a rollout; `rollouts.machine` says what it means."""

    id: Annotated[str, Field(pattern="^[A-Za-z0-9]{8}$")]
    plan: Annotated[Any, BeforeValidator(canonical_document)]
    phase: Literal[
        "pending",
        "progressing",
        "baking",
        "paused",
        "aborted",
        "draining",
        "completed",
    ]
    step: Count
    began: Moment
    at: Moment
    until: Moment | None = None
    why: str
    paused: PauseDocument | None = None
    extended: Count
    approvals: list[ApprovalDocument]
    alarms: AlarmsDocument
    colours: ColoursDocument
    services: list[ServiceName] | None = None
    versions: VersionsDocument | None = None
    admitted: list[Name]


def _checked(value: object) -> object:
    # Stored as it came: defaults that are written out must not be left out again.
    RolloutDocument.model_validate(value)
    return value


Rollout: Any = Annotated[
    Any,
    BeforeValidator(_checked),
    PlainSerializer(lambda value: value),
    WithJsonSchema({}),
]


def phase(body: Mapping[str, Any]) -> str | None:
    """The phase of a body's rollout; None if it has none that can be read."""
    rollout = body.get("rollout")
    found = rollout.get("phase") if isinstance(rollout, Mapping) else None
    return found if isinstance(found, str) else None


def live(body: Mapping[str, Any]) -> bool:
    """Whether a rollout decides about the release's weight."""
    return phase(body) in LIVE


def running(body: Mapping[str, Any]) -> bool:
    """Whether a rollout decides about the release's colours and weight."""
    return phase(body) in RUNNING
