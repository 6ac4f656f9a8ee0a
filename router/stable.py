"""What is stable where the table was never reached: the stack's parameter says it.

`StableAlias` is a setting of the deployment, which no promotion changes. The controller
keeps this parameter at the table's colours.

Laws
1. Read only by a container that has no rules of the table, at most once in `AGAIN`
   seconds, and for `TIMEOUT` seconds at most. All others pay nothing for it.
2. Total: what can't be read says nothing, and what was read stays.
"""

from __future__ import annotations

from collections.abc import Callable

from flags.hints import TYPE_CHECKING

if TYPE_CHECKING:
    from flags.aws.client import AwsClient

AGAIN = 30.0
TIMEOUT = 0.25


class StableColours:
    """One for the life of the process. Without `read` nothing is known."""

    def __init__(
        self, read: Callable[[], str] | None, now: Callable[[], float]
    ) -> None:
        self._read = read
        self._now = now
        self._asked: float | None = None
        self._colours: dict[str, str] = {}

    def of(self, service: str) -> str | None:
        """The service's stable colour; None if nobody said it."""
        now, asked = self._now(), self._asked
        # A clock that was set back asks again.
        due = asked is None or not 0 <= now - asked < AGAIN
        if self._read is not None and due:
            self._asked = now
            try:
                self._take(self._read())
            except Exception:  # noqa: BLE001 - law 2; the deployment's setting is left
                return self._colours.get(service)
        return self._colours.get(service)

    def _take(self, text: str) -> None:
        from flags.colours import parse  # noqa: PLC0415 - for outages only

        self._colours = parse(text) or self._colours


def reader(name: str, client: Callable[[str], AwsClient]) -> Callable[[], str]:
    """What reads the parameter of this name."""

    def read() -> str:
        from flags.aws.getparameter import get_parameter  # noqa: PLC0415 - as above

        return get_parameter(client("ssm"), name, timeout=TIMEOUT)

    return read
