"""Each record's own decision in code that does not know of us.

For batches whose records carry different decisions. The event stays as it came, and the
list in it a plain one: what is in force is looked up when it is asked for, in the
frames of the code that asks.

Laws
1. No decision is better than a wrong one: where no frame is at a record, what all
   records agree on is in force (`flags.invocation.frames`).
2. A task, and what a pool of threads is given, has what was in force where it was made.
3. Looking never fails: what can't be read shows no record.
"""

from __future__ import annotations

import sys
from _thread import _local
from collections.abc import Iterable

from flags.current import follow
from flags.invocation.frames import record_at
from flags.propagation.hook import watch
from flags.token import Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from flags.invocation.frames import Carried

# What a thread of a pool was given, for code in it that has the batch's context.
_given = _local()


def follow_records(pairs: Iterable[Carried]) -> None:
    """Let the code that is at one of these records have its decision in force."""
    carried = {id(pair[0]): pair for pair in pairs}

    def resolve(agreed: Token) -> Token:
        try:
            found = record_at(sys._getframe(2), carried)  # noqa: SLF001 - see above
        except Exception:  # noqa: BLE001 - law 3
            found = None
        if found is not None:
            return found[1] or Token()
        given = getattr(_given, "token", None)
        return agreed if given is None else given

    follow(resolve)
    watch({"asyncio.base_events": f"{__package__}.tasks"})


def give(token: Token | None) -> Token | None:
    """Tell this thread what its task was given; returns what it had."""
    before = getattr(_given, "token", None)
    _given.token = token
    return before
