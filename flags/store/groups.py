"""Groups as people write them: flags that keep out of each other's way."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from flags.store.serving import By
from flags.store.strict import Name, NamedDocument
from flags.store.values import Percent


class GroupDocument(NamedDocument):
    """Flags of which nobody is in two, or a holdout that is kept out of all."""

    by: By | None = None
    exclusive: Annotated[
        dict[Name, Percent] | None,
        Field(
            min_length=1,
            description="Percent of users by flag; nobody is in two of them.",
        ),
    ] = None
    holdout: Annotated[
        Percent | None,
        Field(description="Percent of users who are served `off` in all the flags."),
    ] = None
    flags: Annotated[
        list[Name] | None,
        Field(min_length=1, description="The flags that a holdout is kept out of."),
    ] = None
