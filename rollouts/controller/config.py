"""How the controller was deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flags.errors import FlagsError

_PARTS = 8


class InvalidConfig(FlagsError):
    """The controller was deployed with settings that can't work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The controller's settings.

    `functions` are the ARNs of what routers may invoke, by service, without the alias.
    `name` tells the metrics of several deployments apart. `stable_parameter` is where
    the stable colours are kept for routers that start without the table.
    """

    table: str
    name: str = "controller"
    functions: Mapping[str, str] = field(default_factory=dict)
    stable_parameter: str | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Config:
        """Read the settings; raises `InvalidConfig`."""
        table = environ.get("CANARY_TABLE")
        if not table:
            msg = "CANARY_TABLE is missing: deploy the controller with its template"
            raise InvalidConfig(msg)
        return cls(
            table=table,
            name=environ.get("AWS_LAMBDA_FUNCTION_NAME") or "controller",
            functions=_functions(environ.get("CANARY_TARGETS", "")),
            stable_parameter=environ.get("CANARY_STABLE_PARAMETER") or None,
        )


def _functions(text: str) -> dict[str, str]:
    """Functions by their names, out of comma-joined ARNs of aliases."""
    found: dict[str, str] = {}
    for arn in filter(None, (part.strip() for part in text.split(","))):
        parts = arn.split(":")
        if len(parts) != _PARTS or parts[5] != "function":
            msg = (
                f"CANARY_TARGETS: {arn!r} is no alias ARN; expected "
                "arn:aws:lambda:REGION:ACCOUNT:function:NAME:ALIAS"
            )
            raise InvalidConfig(msg)
        found[parts[6]] = ":".join(parts[:7])
    return found
