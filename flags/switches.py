"""Settings that are on or off."""

from __future__ import annotations


def is_on(setting: str | None) -> bool:
    """Whether a setting says `true`, in any case; whatever else it says is off."""
    return setting is not None and setting.strip().lower() == "true"
