"""Direct invocation: any payload that no AWS service would send.

The payload is the caller's; a decision comes and goes in the ClientContext. Only
asynchronous callers, who have none, write it into the payload: then ours takes its
place there too.
"""

from __future__ import annotations

from collections.abc import Sequence

from flags import carriers
from flags.hints import Any
from flags.token import PREFIX, Token
from router.document import Edits, Node
from router.sources import decision
from router.sources.source import Asked, Facts, Part, Source
from router.sources.values import search

_REQUEST_MARKS = ("method", "httpMethod", "path", "raw_path", "rawPath")
# Where requests have their headers.
_REQUESTS = ("headers", "multiValueHeaders", "request")
_MARKS = (
    "Records",
    "records",
    "requestContext",
    "eventSource",
    "awslogs",
    "methodArn",
    "routeArn",
)


def _web(event: Node) -> bool:
    """Whether it is a request of some kind, and so from who knows whom."""
    return "headers" in event and any(mark in event for mark in _REQUEST_MARKS)


class Direct(Source):
    """Recognised by the absence of what AWS services put into their events."""

    name = "direct"

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return not any(mark in event for mark in _MARKS) and not _web(event)

    def facts(self, event: Node) -> Facts:  # noqa: ARG002
        """Nothing but the source."""
        return Facts(source=self.name)

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the payload."""
        if asked.kind == "body":
            return search(asked.name, unit.dig())
        return super().find(unit, asked)

    def inbound(self, unit: Node, context: Any) -> Token | None:
        """What came beside the payload, or in it.

        Not what headers say: a caller may pass on those of a stranger.
        """
        beside = carriers.from_client_context(context)
        if beside is not None or PREFIX not in unit.text:
            return beside
        payload = unit.dig()
        if isinstance(payload, dict):
            payload = {k: v for k, v in payload.items() if k not in _REQUESTS}
        return carriers.from_event(payload)

    def carry(self, event: Node, parts: Sequence[Part]) -> str:
        """The payload, with ours in the place of a decision that it brought."""
        if decision.has(event):
            edits = Edits(event.text)
            decision.put(edits, event, parts[0].token)
            event = Node.of(edits.text().encode("latin-1"))
        # What stands in headers is not read, so nobody further on may read it.
        text = event.text
        if "eaders" not in text or ("canary" not in text.lower() and "\\u" not in text):
            return text
        from router.sources.untrusted import without_headers  # noqa: PLC0415 - few

        return without_headers(event)
