"""Feature flags for a function: fresh enough, and never an exception.

Laws
1. An answer always comes, as `flags.bound` has it.
2. The table is read at most once per refresh time, on a call, not in a thread.
3. Rules that raise in use are refused: the ones before come back.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

from flags.bound import Bound, J, missing
from flags.engine.identity import MAX_LENGTH
from flags.errors import StoreUnavailable
from flags.hints import TYPE_CHECKING, Any, TypeAlias
from flags.model import Context, Details, ErrorCode, Ruleset

if TYPE_CHECKING:
    from flags.engine import Plan
    from flags.snapshot import Held, Snapshot
    from flags.usage import Usage

# A targeting key, or a whole context.
Who: TypeAlias = str | Context | None


class Flags:
    """Evaluates flags out of a snapshot. Make one per process, at import."""

    def __init__(
        self,
        snapshot: Snapshot[Ruleset],
        *,
        now: Callable[[], float] = time.time,
        usage: Usage | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._now = now
        self._usage = usage
        self._used: set[str] = set()
        self._untold = False
        self._failure: str | None = None
        self._held: Held[Ruleset] | None = None
        self.rules: Ruleset | None = None
        self._plans: Mapping[str, Plan] = {}

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Flags:
        """Flags of the table that CANARY_TABLE names.

        CANARY_REFRESH_SECONDS (5) is how old the rules may be, CANARY_BOOTSTRAP a
        file (`canary export --snapshot`) with rules for as long as the table was
        never reached, CANARY_REPORT_USE=true tells the table which flags are in use.
        Raises `StoreUnavailable` if no table is named, or the seconds are none.
        """
        # Functions that only read decisions don't pay for what reads tables.
        from flags.composition import compose  # noqa: PLC0415

        if not environ.get("CANARY_TABLE"):
            msg = "CANARY_TABLE is not set: name the table (output TableName) in it"
            raise StoreUnavailable(msg)
        return compose(cls, environ)

    def bind(self, key: Who = None, **attributes: Any) -> Bound:
        """Flags for one request: quicker, and all out of one version of the rules."""
        return self._bound(key, attributes)

    def boolean(
        self,
        name: str,
        /,
        default: bool,  # noqa: FBT001 - a flag's value, like the others'
        key: Who = None,
        **attributes: Any,
    ) -> bool:
        """The value of a boolean flag."""
        # The most frequent call, so without a `Bound` where all goes well.
        if type(key) is str and 0 < len(key) <= MAX_LENGTH:
            now, snapshot = self._now(), self._snapshot
            fresh = snapshot.fresh_from <= now < snapshot.fresh_until
            if fresh and snapshot.held is self._held and not self._untold:
                try:
                    value = self._plans[name](key, attributes, now).value
                except Exception:  # noqa: BLE001 - the long way knows what to do
                    value = None
                if value is True or value is False:
                    return value
        return self._bound(key, attributes).boolean(name, default)

    def string(
        self, name: str, /, default: str, key: Who = None, **attributes: Any
    ) -> str:
        """The value of a string flag."""
        return self._bound(key, attributes).string(name, default)

    def number(
        self, name: str, /, default: float, key: Who = None, **attributes: Any
    ) -> float:
        """The value of a number flag. A boolean is no number."""
        return self._bound(key, attributes).number(name, default)

    def json(self, name: str, /, default: J, key: Who = None, **attributes: Any) -> J:
        """The value of a flag whose variants are JSON objects, or arrays."""
        return self._bound(key, attributes).json(name, default)

    def details(
        self, name: str, /, default: Any = None, key: Who = None, **attributes: Any
    ) -> Details:
        """The value with where it is from; without a default any type is right."""
        return self._bound(key, attributes).details(name, default)

    def evaluate(self, name: str, default: Any, context: Context) -> Details:
        """As `details`, for a context with attributes of any name."""
        if not isinstance(context, Context):
            wrong = f"give a Context, not a {type(context).__name__}"
            return missing(name, default, ErrorCode.INVALID_CONTEXT, wrong)
        return self._bound(context.key, context.attributes).details(name, default)

    def refresh(self) -> None:
        """Look for newer rules if that is soon due: for when you wait anyway."""
        self._look(self._snapshot.overlap)

    @property
    def snapshot(self) -> Snapshot[Ruleset]:
        """Where the rules come from."""
        return self._snapshot

    @property
    def problem(self) -> str | None:
        """Why the rules may be old, or missing; None if all is well."""
        return self._snapshot.problem or self._failure

    @property
    def used(self) -> set[str]:
        """The flags that were evaluated so far."""
        return self._used | set(self._plans)

    def condemn(self, error: Exception, rules: Ruleset | None) -> bool:
        """Refuse rules that raised; True if others are in use now."""
        held = self._snapshot.held
        # Newer ones may have been read meanwhile, which are not to blame.
        if held is not None and held.rules is rules:
            # Not what it says: that may be a user's attribute.
            problem = f"the rules raised in use: {type(error).__name__}"
            self._snapshot.condemn(held.version, problem)
        self._take()
        return self.rules is not rules

    def _bound(self, key: Who, attributes: Mapping[str, Any]) -> Bound:
        now, snapshot = self._now(), self._snapshot
        if not snapshot.fresh_from <= now < snapshot.fresh_until:
            self._look(snapshot.current)
        elif snapshot.held is not self._held:
            self._take()  # somebody else has polled
        elif self._untold:
            self._tell(now)
        if isinstance(key, Context):
            attributes = _merged(key.attributes, attributes)
            key = key.key
        return Bound(self, self.rules, key, attributes, now)

    def _look(self, poll: Callable[[], object]) -> None:
        """See whether there are newer rules."""
        try:
            poll()
            self._failure = None
        except Exception as error:  # noqa: BLE001 - a bug in a reader: law 1
            self._failure = f"{type(error).__name__}: {error}"
        self._take()
        self._untold = self._usage is not None

    def _tell(self, now: float) -> None:
        """Report what is in use: at the call after a poll, which has used something."""
        self._untold = False
        if self._usage is not None and self.problem is None:
            self._usage.after_poll(self.used, now)

    def _take(self) -> None:
        """Use the snapshot's rules."""
        held = self._held = self._snapshot.held
        rules = held.rules if held else None
        if rules is not self.rules:
            self._used = self.used
            self.rules = rules
            self._plans = rules.plans if rules else {}


def _merged(found: Mapping[str, Any], more: Mapping[str, Any]) -> Mapping[str, Any]:
    """A context's attributes with those of a call, which come first."""
    try:
        return {**found, **more} if more else found
    except TypeError:
        return more
