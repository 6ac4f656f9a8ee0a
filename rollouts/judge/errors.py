"""What the judge refuses."""

from __future__ import annotations

from flags.errors import FlagsError


class InvalidEvidence(FlagsError):
    """Counts, settings or a stored state that can't be; nothing of it was taken in."""

    exit_code = 2
