"""Events that no source knows: they go to the default service's stable alias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flags.token import Token
from router.sources.http import stripped
from router.sources.source import Asked, Event, Facts, Part, Source

UNKNOWN = "unknown"


class Unknown(Source):
    """What is left; nothing in it is read."""

    name = UNKNOWN

    def recognises(self, event: Event) -> bool:  # noqa: ARG002
        """Any event."""
        return True

    def facts(self, event: Event) -> Facts:  # noqa: ARG002
        """Nothing but the source."""
        return Facts(source=self.name)

    def find(self, unit: Any, asked: Asked) -> Any:  # noqa: ARG002
        """Nothing."""
        return None

    def inbound(self, unit: Any, context: Any) -> Token | None:  # noqa: ARG002
        """Nothing."""
        return None

    def carry(self, event: Event, parts: Sequence[Part]) -> Event:  # noqa: ARG002
        """The event, but for what strangers may have put into its headers."""
        return stripped(event) if isinstance(event, Mapping) else event
