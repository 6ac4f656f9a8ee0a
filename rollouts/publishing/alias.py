"""An alias of a function, as Lambda tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LATEST = "$LATEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """An alias; `weights` are the shares (0 to 1) of other versions, by version."""

    name: str
    version: str
    revision: str | None = None
    weights: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Alias:
        """An alias as `ListAliases` answers it."""
        routing = found.get("RoutingConfig") or {}
        return cls(
            name=found["Name"],
            version=str(found["FunctionVersion"]),
            revision=found.get("RevisionId"),
            weights=routing.get("AdditionalVersionWeights") or {},
        )

    def names(self) -> set[str]:
        """All versions that it may send somebody to."""
        return {self.version, *self.weights}
