"""What the plain router reads, as pydantic sees it."""

from __future__ import annotations

from bisect import bisect_right

import mmh3
from pydantic import BaseModel, ConfigDict

BUCKETS = 100_000


class Release(BaseModel):
    """Which buckets go to which alias."""

    model_config = ConfigDict(frozen=True)

    name: str
    salt: str
    generation: int
    stable: str
    ends: list[int]
    aliases: list[str]

    def alias(self, key: str | None) -> str:
        """The alias of a user; stable for nobody."""
        if not key:
            return self.stable
        digest: int = mmh3.hash(f"{self.salt}:{key}", 0, signed=False)
        return self.aliases[bisect_right(self.ends, digest * BUCKETS >> 32)]

    def token(self, alias: str) -> str:
        """The decision as it goes over the wire."""
        return f"v1~{self.name}.{alias}.{self.generation}"


class Rules(BaseModel):
    """The item in the table."""

    model_config = ConfigDict(frozen=True)

    release: Release
    user_header: str


class User(BaseModel):
    """Who a direct invocation is for."""

    id: str


class Direct(BaseModel):
    """A direct invocation, as far as the router must know it."""

    user: User
