"""Cognito user pool triggers.

The function answers with the event, so nothing of ours may be in it: the decision
travels in the ClientContext.
"""

from __future__ import annotations

from flags.hints import Any
from flags.token import Token
from router.document import Node
from router.sources.source import Asked, Facts, Source
from router.sources.values import search


class Cognito(Source):
    """Recognised by `triggerSource` and `userPoolId`."""

    name = "cognito"
    # `clientMetadata` is whatever a client says.
    public = True
    identity = (Asked(kind="event", name="userName"),)

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return "triggerSource" in event and "userPoolId" in event

    def facts(self, event: Node) -> Facts:
        """The trigger, such as `PreSignUp_SignUp`."""
        return Facts(
            source=self.name, names={"trigger": (event.string("triggerSource"),)}
        )

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the user's attributes, or any place in the event."""
        if asked.kind == "attribute":
            return unit.dig("request", "userAttributes", asked.name)
        if asked.kind == "body":
            return search(asked.name, unit.dig("request"))
        return super().find(unit, asked)

    def inbound(self, unit: Node, context: Any) -> Token | None:  # noqa: ARG002
        """Nothing: users have no say in it."""
        return None
