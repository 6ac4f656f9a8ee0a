"""Step Functions tasks, if their payload shows it; others are direct invocations.

A task shows it with the context object (`"Context.$": "$$"`).
"""

from __future__ import annotations

from flags.hints import Any
from flags.token import Token
from router.document import Malformed, Node
from router.sources import decision
from router.sources.direct import Direct
from router.sources.source import Asked, Facts

_PLACES = ((), ("Context",), ("context",))
_STATES = ":states:"


class StepFunctions(Direct):
    """Recognised by the execution's id."""

    name = "stepfunctions"
    identity = (Asked(kind="execution"),)

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return _execution(event) is not None

    def facts(self, event: Node) -> Facts:
        """The state machine, by ARN and by name."""
        # arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME
        parts = (_execution(event) or "").split(":")
        machine = parts[6] if len(parts) > 6 else ""  # noqa: PLR2004
        arn = ":".join([*parts[:5], "stateMachine", machine]) if machine else ""
        return Facts(source=self.name, names={"state_machine": (arn, machine)})

    def find(self, unit: Node, asked: Asked) -> Any:
        """The execution, or any place in the payload."""
        if asked.kind == "execution":
            return _execution(unit)
        return super().find(unit, asked)

    def inbound(self, unit: Node, context: Any) -> Token | None:
        """As for any payload, else what the execution was started with."""
        return super().inbound(unit, context) or _started_with(unit)


def _execution(event: Node) -> str | None:
    for place in _PLACES:
        name = event.string(*place, "Execution", "Id")
        if _STATES in name:
            return name
    return None


def _started_with(event: Node) -> Token | None:
    try:
        inputs = (event.at(*place, "Execution", "Input") for place in _PLACES)
        return next(filter(None, map(decision.inside, inputs)), None)
    except Malformed:
        return None
