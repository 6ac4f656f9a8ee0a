"""Whether the aliases are there that a release sends its users to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

_GONE = "ResourceNotFoundException"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aliases:
    """Aliases of functions; `client` is boto3's of Lambda.

    `functions` are ARNs by service. A service that isn't in it is one that no router
    may invoke: there is nobody to miss its alias.
    """

    client: Any
    functions: Mapping[str, str]

    def missing(self, services: Iterable[str], colour: str) -> tuple[str, ...]:
        """The aliases that certainly aren't there, as `service:colour`.

        Raises what boto3 raises when Lambda doesn't say.
        """
        return tuple(
            f"{service}:{colour}"
            for service in services
            if service in self.functions and not self._there(service, colour)
        )

    def _there(self, service: str, colour: str) -> bool:
        try:
            self.client.get_alias(FunctionName=self.functions[service], Name=colour)
        except ClientError as error:
            if error.response["Error"]["Code"] != _GONE:
                raise
            return False
        return True
