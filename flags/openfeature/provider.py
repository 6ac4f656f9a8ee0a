"""The provider.

Laws
1. A resolution never raises: what goes wrong is an error code and the default.
2. A boolean is no number. A whole number is an integer and a float, to whoever asks.
3. Events come from evaluations, since nothing here runs in between: one for each
   change of version, one for each turn from fresh to stale and back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, TypeVar

from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEvent, ProviderEventDetails
from openfeature.exception import ErrorCode, ProviderNotReadyError
from openfeature.flag_evaluation import FlagResolutionDetails, Reason
from openfeature.hook import Hook
from openfeature.provider import AbstractProvider, Metadata
from openfeature.track import TrackingEventDetails

from flags.client import Flags
from flags.model import Context, Details, Ruleset
from flags.model import Reason as OurReason
from flags.openfeature.values import (
    Objects,
    as_boolean,
    as_float,
    as_integer,
    as_object,
    as_string,
    context_of,
)
from flags.snapshot import Held

LOGGER = logging.getLogger(__name__)

T = TypeVar("T")
# Takes a value as its type; None if it is of another.
Taking = Callable[[Any], T | None]
OnTrack = Callable[[str, Context, TrackingEventDetails | None], None]


# Our own words go through as they are: a reason may be any text.
_REASONS: Mapping[str, Reason | str] = {
    reason: Reason(reason) if reason in Reason.__members__ else str(reason)
    for reason in OurReason
}


class CanaryProvider(AbstractProvider):
    """Resolves OpenFeature's flags by a `Flags`.

    `on_track` is called for each `client.track`; without it tracking does nothing.
    `hooks` run for every evaluation by this provider.
    """

    def __init__(
        self,
        flags: Flags,
        *,
        on_track: OnTrack | None = None,
        hooks: Sequence[Hook] = (),
    ) -> None:
        super().__init__()
        self._flags = flags
        self._on_track = on_track
        self._hooks = list(hooks)
        self._lock = Lock()
        self._status = ProviderEvent.PROVIDER_READY
        self._rules: Ruleset | None = None

    def get_metadata(self) -> Metadata:
        """The provider's name."""
        return Metadata(name="lambda-canary")

    def get_provider_hooks(self) -> list[Hook]:
        """The hooks given."""
        return self._hooks

    def initialize(self, evaluation_context: EvaluationContext) -> None:  # noqa: ARG002
        """Read the rules; raises `ProviderNotReadyError` if there are none.

        The provider is of use all the same: it gives defaults, and looks again.
        """
        # No flag has this name: it is asked so that the rules are read.
        self._flags.details("")
        held = self._flags.snapshot.held
        with self._lock:
            self._rules = held.rules if held else None
            ready = held is not None
            self._status = (
                ProviderEvent.PROVIDER_READY if ready else ProviderEvent.PROVIDER_ERROR
            )
        if not ready:
            raise ProviderNotReadyError(self._problem())

    def resolve_boolean_details(
        self,
        flag_key: str,
        default_value: bool,  # noqa: FBT001 - OpenFeature's signature
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[bool]:
        """A boolean."""
        return self._resolve(flag_key, default_value, evaluation_context, as_boolean)

    def resolve_string_details(
        self,
        flag_key: str,
        default_value: str,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[str]:
        """A text."""
        return self._resolve(flag_key, default_value, evaluation_context, as_string)

    def resolve_integer_details(
        self,
        flag_key: str,
        default_value: int,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[int]:
        """A whole number."""
        return self._resolve(flag_key, default_value, evaluation_context, as_integer)

    def resolve_float_details(
        self,
        flag_key: str,
        default_value: float,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[float]:
        """A number."""
        return self._resolve(flag_key, default_value, evaluation_context, as_float)

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Objects,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Objects]:
        """A JSON object or array."""
        return self._resolve(flag_key, default_value, evaluation_context, as_object)

    def track(
        self,
        tracking_event_name: str,
        evaluation_context: EvaluationContext | None = None,
        tracking_event_details: TrackingEventDetails | None = None,
    ) -> None:
        """Hand the event to `on_track`; its failure is logged, not raised."""
        if self._on_track is None:
            return
        try:
            context = context_of(evaluation_context)
            self._on_track(tracking_event_name, context, tracking_event_details)
        except Exception:
            LOGGER.exception("tracking %s failed", tracking_event_name)

    def _resolve(
        self,
        name: str,
        default: T,
        context: EvaluationContext | None,
        take: Taking[T],
    ) -> FlagResolutionDetails[T]:
        try:
            found = self._flags.evaluate(name, None, context_of(context))
            self._notice(self._flags.snapshot.held)
            if found.error is not None:
                return _error(default, ErrorCode(found.error), found.message)
            # Without a variant the value is for the caller to say.
            value = default if found.variant is None else take(found.value)
        except Exception as error:  # noqa: BLE001 - law 1
            return _error(default, ErrorCode.GENERAL, str(error))
        if value is None:
            message = f"{name} is a {type(found.value).__name__}"
            return _error(default, ErrorCode.TYPE_MISMATCH, message)
        return FlagResolutionDetails(
            value=value,
            reason=_REASONS[found.reason],
            variant=found.variant,
            flag_metadata=_metadata(found),
        )

    def _notice(self, held: Held[Ruleset] | None) -> None:
        """Tell of what has changed since the last evaluation."""
        status = _status(held)
        rules = held.rules if held else None
        if status is self._status and rules is self._rules:
            return
        with self._lock:
            before, self._status = self._status, status
            known, self._rules = self._rules, rules
        if status is not before:
            self.emit(status, self._news(status))
        if known is not None and rules is not None and rules is not known:
            changed = ProviderEventDetails(flags_changed=_changed(known, rules))
            self.emit_provider_configuration_changed(changed)

    def _news(self, status: ProviderEvent) -> ProviderEventDetails:
        if status is ProviderEvent.PROVIDER_READY:
            return ProviderEventDetails()
        failed = status is ProviderEvent.PROVIDER_ERROR
        code = ErrorCode.PROVIDER_NOT_READY if failed else None
        return ProviderEventDetails(message=self._problem(), error_code=code)

    def _problem(self) -> str:
        return self._flags.snapshot.problem or "the table holds no rules yet"


def _error(
    default: T, code: ErrorCode, message: str | None
) -> FlagResolutionDetails[T]:
    return FlagResolutionDetails(
        value=default, reason=Reason.ERROR, error_code=code, error_message=message
    )


def _metadata(found: Details) -> dict[str, bool | int | float | str]:
    metadata: dict[str, bool | int | float | str] = dict(found.metadata)
    metadata["stale"] = found.stale
    if found.version is not None:
        metadata["version"] = found.version
    if found.rule is not None:
        metadata["rule"] = found.rule
    if found.bucket is not None:
        metadata["bucket"] = found.bucket
    return metadata


def _status(held: Held[Ruleset] | None) -> ProviderEvent:
    if held is None:
        return ProviderEvent.PROVIDER_ERROR
    if held.stale:
        return ProviderEvent.PROVIDER_STALE
    return ProviderEvent.PROVIDER_READY


def _changed(before: Ruleset, after: Ruleset) -> list[str] | None:
    """The flags that differ; None, as not known, if what they share does."""
    for parts in ("segments", "groups"):
        if _versions(getattr(before, parts)) != _versions(getattr(after, parts)):
            return None
    old, new = _versions(before.flags), _versions(after.flags)
    return sorted({name for name, _ in old ^ new} | _aborted(before, after))


def _aborted(before: Ruleset, after: Ruleset) -> set[str]:
    """The releases whose rollout was aborted under the same version."""
    old, new = (
        {(name, f.release.since) for name, f in rules.flags.items() if f.release}
        for rules in (before, after)
    )
    return {name for name, _ in old ^ new}


def _versions(parts: Mapping[str, Any]) -> set[tuple[str, int]]:
    return {(name, part.version) for name, part in parts.items()}
