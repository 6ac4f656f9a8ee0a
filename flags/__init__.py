"""Feature flags and carried canary decisions for AWS Lambda.

    import lambda_canary

    decision = lambda_canary.read(event, context)   # what was decided up the chain
    decision.variant("shop")                        # "green", "blue" or None

    features = lambda_canary.Flags.from_env()
    features.boolean("free-gift", default=False, key=user)

Importing this module is all that it takes for boto3 to carry the decision on.
"""

from __future__ import annotations

import sys as _sys

from flags import propagation as _propagation
from flags.current import carrying, current, read, records
from flags.propagation.hook import watch as _watch

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    from flags.client import Flags
    from flags.errors import FlagsError
    from flags.invocation import handler
    from flags.model import Context, Details, ErrorCode, Reason
    from flags.token import Token

__all__ = [
    "Context",
    "Details",
    "ErrorCode",
    "Flags",
    "FlagsError",
    "Reason",
    "Token",
    "carrying",
    "current",
    "handler",
    "read",
    "records",
]

_propagation.install()


class _Former:
    """Knows the package by its former name; the rest is imported when it is asked."""

    @staticmethod
    def find_spec(
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """The package, if nobody else has that name: see `flags.former`."""
        if fullname != "flags":
            return None
        from flags.former import spec_unless_taken  # noqa: PLC0415 - for few

        return spec_unless_taken(_Former, path, target)


if __name__ != "flags":  # as it is published
    _sys.meta_path.append(_Former)
# What runs elsewhere, or later, runs with the decision of where it is from.
_watch(
    {
        "concurrent.futures.thread": f"{__name__}.invocation.pools",
        "aws_lambda_powertools.utilities.batch.base": (
            f"{__name__}.invocation.powertools"
        ),
    }
)

_HOMES = {
    f"{__name__}.client": {"Flags"},
    f"{__name__}.errors": {"FlagsError"},
    f"{__name__}.invocation": {"handler"},
    f"{__name__}.model": {"Context", "Details", "ErrorCode", "Reason"},
    f"{__name__}.token": {"Token"},
}

if not TYPE_CHECKING:  # else type checkers take any name for one of ours

    def __getattr__(name: str) -> Any:
        """Import what is asked for: who only reads decisions pays for nothing else."""
        from importlib import import_module  # noqa: PLC0415 - not one of our names

        for home, names in _HOMES.items():
            if name in names:
                found = globals()[name] = getattr(import_module(home), name)
                return found
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
