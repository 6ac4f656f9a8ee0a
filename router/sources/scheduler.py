"""EventBridge Scheduler, in the form that it gives events when it is given none.

A schedule with an input of its own looks like a direct invocation, and is one.
"""

from __future__ import annotations

from router.document import Node
from router.sources.source import Asked, Facts, Source


class Scheduler(Source):
    """Recognised by the source `aws.scheduler`."""

    name = "scheduler"
    retries = True
    identity = (Asked(kind="event", name="resources[0]"),)

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return event.string("source") == "aws.scheduler" and "detail-type" in event

    def facts(self, event: Node) -> Facts:
        """The schedule, by ARN, by group and name, and by name."""
        resources = event.get("resources")
        first = resources.elements()[:1] if resources is not None else ()
        arn = str(first[0].value()) if first else ""
        path = arn.rpartition(":schedule/")[2]
        names = (arn, path, path.rpartition("/")[2])
        return Facts(source=self.name, names={"schedule": names})
