"""Keeps the stack's parameter at the stable colours that the table has.

Routers that start while the table is away read it (`router.stable`). Only the
controller writes it: whatever else went wrong, the next tick puts it right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from flags.colours import MAX_BYTES, render


@dataclass(frozen=True, slots=True, kw_only=True)
class StableParameter:
    """The parameter by its name; `client` is boto3's for Systems Manager."""

    client: Any
    name: str

    def reconcile(self, colours: Mapping[str, str]) -> str | None:
        """Write the colours if they are not there; what went wrong, or None."""
        text = render(colours)
        if len(text.encode()) > MAX_BYTES:
            return (
                f"the stable colours of {len(colours)} services take {len(text)} "
                f"bytes, and {self.name} holds {MAX_BYTES}: routers that start without "
                "the table use StableAlias"
            )
        try:
            if self._held() != text:
                self.client.put_parameter(
                    Name=self.name, Value=text, Type="String", Overwrite=True
                )
        except (BotoCoreError, ClientError) as error:
            return f"the stable colours can't be kept in {self.name}: {error}"
        return None

    def _held(self) -> str | None:
        try:
            found = self.client.get_parameter(Name=self.name)
        except ClientError as error:
            # A stack of before, or one whose parameter was deleted.
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return None
            raise
        return str(found["Parameter"]["Value"])
