"""Feature flags for a function: fresh enough, and never an exception.

Laws
1. A typed call never raises: no table, no flag, a value of another type, and the
   default comes back.
2. A read of the table happens at most once per refresh time, on a call, not in a
   thread.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from flags.codec import decode
from flags.engine import evaluate
from flags.errors import StoreUnavailable
from flags.model import Context, Decision, Ruleset
from flags.snapshot import Snapshot


class Flags:
    """Evaluates flags out of a snapshot. Make one per process, at import."""

    def __init__(self, snapshot: Snapshot[Ruleset]) -> None:
        self._snapshot = snapshot

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Flags:
        """Flags of the table that CANARY_TABLE names.

        CANARY_REFRESH_SECONDS (5) is how old the rules may be. Raises
        `StoreUnavailable` if no table is named.
        """
        table = environ.get("CANARY_TABLE")
        if not table:
            msg = "CANARY_TABLE is not set: name the table (output TableName) in it"
            raise StoreUnavailable(msg)
        # Functions that only read decisions don't pay for what reads tables.
        from random import random  # noqa: PLC0415

        from flags.reader import TableReader  # noqa: PLC0415

        return cls(
            Snapshot(
                TableReader.from_environ(environ, table),
                decode,
                now=time.time,
                random=random,
                refresh=float(environ.get("CANARY_REFRESH_SECONDS", "5")),
            )
        )

    def details(
        self, name: str, /, key: str | None = None, **attributes: Any
    ) -> Decision | None:
        """The decision with its reasons; None if there is no such flag."""
        held = self._snapshot.current()
        flag = held.rules.flags.get(name) if held else None
        if flag is None:
            return None
        return evaluate(flag, Context(key=key, attributes=attributes))

    def boolean(
        self,
        name: str,
        /,
        default: bool,  # noqa: FBT001 - a flag's value, like the others'
        key: str | None = None,
        **attributes: Any,
    ) -> bool:
        """The value of a boolean flag."""
        value = self._value(name, key, attributes)
        return value if isinstance(value, bool) else default

    def string(
        self, name: str, /, default: str, key: str | None = None, **attributes: Any
    ) -> str:
        """The value of a string flag."""
        value = self._value(name, key, attributes)
        return value if isinstance(value, str) else default

    def number(
        self, name: str, /, default: float, key: str | None = None, **attributes: Any
    ) -> float:
        """The value of a number flag. A boolean is no number."""
        value = self._value(name, key, attributes)
        good = isinstance(value, int | float) and not isinstance(value, bool)
        return value if good else default

    def json(
        self,
        name: str,
        /,
        default: dict[str, Any],
        key: str | None = None,
        **attributes: Any,
    ) -> dict[str, Any]:
        """The value of a flag whose variants are JSON objects."""
        value = self._value(name, key, attributes)
        # A copy: the snapshot is shared by all calls to come.
        return deepcopy(value) if isinstance(value, dict) else default

    def _value(self, name: str, key: str | None, attributes: dict[str, Any]) -> Any:
        """The value, or None: law 1 holds whatever was passed in."""
        try:
            decision = self.details(name, key, **attributes)
        except Exception:  # noqa: BLE001 - the default is the answer
            return None
        return decision.value if decision else None
