"""The aliases that a release sends its users to, as Lambda tells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rollouts.publishing.alias import Alias

_GONE = "ResourceNotFoundException"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aliases:
    """Aliases of functions; `client` is boto3's of Lambda.

    `functions` are ARNs by service. A service that isn't in it is one that no router
    may invoke: there is nobody to miss its alias.
    """

    client: Any
    functions: Mapping[str, str]

    def held(self, services: Iterable[str], colour: str) -> dict[str, Alias | None]:
        """The alias of this colour by service, None for one that certainly isn't there.

        Raises what boto3 raises when Lambda doesn't say.
        """
        return {
            service: self._alias(service, colour)
            for service in services
            if service in self.functions
        }

    def missing(self, services: Iterable[str], colour: str) -> tuple[str, ...]:
        """The aliases that certainly aren't there, as `service:colour`; raises too."""
        return absent(self.held(services, colour), colour)

    def _alias(self, service: str, colour: str) -> Alias | None:
        try:
            found = self.client.get_alias(
                FunctionName=self.functions[service], Name=colour
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _GONE:
                raise
            return None
        return Alias.of(found)


def absent(held: Mapping[str, Alias | None], colour: str) -> tuple[str, ...]:
    """Those that aren't there, as `service:colour`."""
    return tuple(f"{service}:{colour}" for service, it in held.items() if it is None)
