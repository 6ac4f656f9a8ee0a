"""Events that no source knows: the default service's stable alias, or a route's.

A route may match them by what is in them, and take an identity out of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from flags.hints import Any
from flags.token import Token
from router.document import Malformed, Node
from router.sources.source import Facts, Part, Source
from router.sources.stripping import stripped
from router.sources.untrusted import cleaned

UNKNOWN = "unknown"


class Unknown(Source):
    """What is left; nothing in it is believed."""

    name = UNKNOWN
    public = True
    cleans = True

    def recognises(self, event: Node) -> bool:  # noqa: ARG002
        """Any event."""
        return True

    def facts(self, event: Node) -> Facts:  # noqa: ARG002
        """Nothing but the source."""
        return Facts(source=self.name)

    def inbound(self, unit: Node, context: Any) -> Token | None:  # noqa: ARG002
        """Nothing."""
        return None

    def carry(self, event: Node, parts: Sequence[Part]) -> str:  # noqa: ARG002
        """The event, without what strangers may have called a decision."""
        try:
            bare = Node.of(stripped(event, None).encode("latin-1"))
        except Malformed:
            bare = event
        return cleaned(bare, (bare,)).text
