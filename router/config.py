"""What was deployed: the only place that says which functions may be invoked."""

from __future__ import annotations

from collections.abc import Mapping

from flags.record import Record


class InvalidConfig(Exception):
    """The router was deployed with settings that can't work."""


class Config(Record):
    """The router's settings, from its environment.

    `targets` maps a service on its aliases, and those on their ARNs. Nothing that
    an event, a ClientContext or a rule says can add to it.
    """

    table: str
    targets: Mapping[str, Mapping[str, str]]
    default_service: str | None
    stable_alias: str
    refresh: float
    metrics_every: float
    sentinel_every: float = 3.0
    stable_parameter: str | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Config:
        """Read the settings; raises `InvalidConfig`."""
        table = environ.get("CANARY_TABLE")
        if not table:
            msg = "CANARY_TABLE is missing: deploy the router with its template"
            raise InvalidConfig(msg)
        return cls(
            table=table,
            targets=_targets(environ.get("CANARY_TARGETS", "")),
            default_service=environ.get("CANARY_DEFAULT_SERVICE") or None,
            stable_alias=environ.get("CANARY_STABLE_ALIAS") or "blue",
            refresh=float(environ.get("CANARY_REFRESH_SECONDS") or 5),
            metrics_every=float(environ.get("CANARY_METRICS_SECONDS") or 10),
            sentinel_every=float(environ.get("CANARY_SENTINEL_SECONDS") or 3),
            stable_parameter=environ.get("CANARY_STABLE_PARAMETER") or None,
        )


def _targets(text: str) -> dict[str, dict[str, str]]:
    """Services with their aliases, out of comma-joined alias ARNs."""
    targets: dict[str, dict[str, str]] = {}
    for arn in filter(None, (part.strip() for part in text.split(","))):
        parts = arn.split(":")
        if len(parts) != 8 or parts[5] != "function":  # noqa: PLR2004
            msg = (
                f"CANARY_TARGETS: {arn!r} is no alias ARN; expected "
                "arn:aws:lambda:REGION:ACCOUNT:function:NAME:ALIAS"
            )
            raise InvalidConfig(msg)
        targets.setdefault(parts[6], {})[parts[7]] = arn
    return targets
