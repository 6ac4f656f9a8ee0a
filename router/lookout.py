"""Whether anybody watches: hires a sentinel once a rollout is to be judged.

Laws
1. Where no rollout is watched, nothing is imported, written or asked for.
2. To be watched never costs a request, nor changes its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flags.aws.client import AwsClient
from flags.hints import TYPE_CHECKING
from flags.model import Flag
from flags.snapshot import Snapshot
from router.config import Config
from router.journal import encode, type_of
from router.routing import Rules, watched

if TYPE_CHECKING:
    from router.sentinel.sentinel import Sentinel
    from router.sentinel.witness import Witness

Aliases = Mapping[str, Mapping[str, str]]


class Lookout:
    """One for a container; `targets` maps a service on its aliases and their ARNs.

    `hire` makes a sentinel, once, if one is needed; None if it can't.
    """

    def __init__(
        self,
        snapshot: Snapshot[Rules],
        targets: Aliases,
        hire: Callable[[], Sentinel | None],
    ) -> None:
        self._snapshot = snapshot
        self._targets = targets
        self._hire = hire
        self._sentinel: Sentinel | None = None
        self._asked = False
        self._known: Rules | None = None
        self._watched = False

    def witness(self, service: str) -> Witness | None:
        """Who is to see what becomes of an event for this service; mostly nobody."""
        if not self._needed():
            return None
        held = self._snapshot.held
        flag = held.rules.flags.release_of(service) if held else None
        if flag is None or not _is_watched(flag):
            return None
        sentinel = self._hired()
        return sentinel.witness(flag, self._targets[service]) if sentinel else None

    def meanwhile(self) -> None:
        """Time to write what was seen, while targets are at work."""
        sentinel = self._hired() if self._needed() else self._sentinel
        if sentinel is not None:
            sentinel.meanwhile()

    def _needed(self) -> bool:
        """Whether the rules in use have a watched rollout."""
        held = self._snapshot.held
        rules = held.rules if held else None
        if rules is not self._known:
            self._known, self._watched = rules, rules is not None and watched(rules)
        return self._watched

    def _hired(self) -> Sentinel | None:
        if not self._asked:
            self._asked = True
            self._sentinel = self._hire()
        return self._sentinel


def deployed(
    clients: Callable[[str], AwsClient],
    config: Config,
    snapshot: Snapshot[Rules],
    write: Callable[[str], object],
) -> Lookout:
    """The lookout of a container; `write` takes a line of the journal."""

    def hire() -> Sentinel | None:
        try:
            from router.sentinel.composition import hired  # noqa: PLC0415 - law 1

            return hired(clients, config, snapshot, write)
        except Exception as error:  # noqa: BLE001 - law 2; a layer is missing, say
            write(encode({"message": "sentinel off", "problem": type_of(error)}))
            return None

    return Lookout(snapshot, config.targets, hire)


def _is_watched(flag: Flag) -> bool:
    release = flag.release
    return (
        release is not None and release.watch is not None and release.since is not None
    )
