"""CloudFormation custom resources. All requests of a stack go one way.

The function itself reports to CloudFormation; an error makes Lambda run it again.
"""

from __future__ import annotations

from flags.hints import Any
from router.document import Node
from router.sources.source import Asked, Facts, Source
from router.sources.values import search


class CloudFormation(Source):
    """Recognised by `RequestType`, `ResponseURL` and `StackId`."""

    name = "cloudformation"
    identity = (Asked(kind="event", name="StackId"),)

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return all(name in event for name in ("RequestType", "ResponseURL", "StackId"))

    def facts(self, event: Node) -> Facts:
        """The type of the resource, such as `Custom::Bucket`."""
        names = {"resource_type": (event.string("ResourceType"),)}
        return Facts(source=self.name, method=event.string("RequestType"), names=names)

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the resource's properties."""
        if asked.kind == "body":
            return search(asked.name, unit.dig("ResourceProperties"))
        return super().find(unit, asked)
