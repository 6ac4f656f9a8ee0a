"""What is in force after a rollback, read as routers read it.

A rollback that did nothing is the worst that can happen, so nobody's word is taken for
it: not the document's, and not that of the transaction.

Laws
1. It is read through the routers' own reader and codec, with the abort marks applied.
2. Stable is in force if nobody can be sent anywhere else, whoever they are, and if
   there is an alias to send them to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from flags import aborts
from flags.codec import decode
from flags.model import Flag, Ruleset, Serve, Split
from flags.snapshot import Body, Version
from rollouts.controller.aliases import Aliases

# Seconds after a rollback for which it is looked at.
WATCHED = 900.0


class Reads(Protocol):
    """The part of `flags.snapshot.Reader` that is used here."""

    def version(self, *, consistent: bool = False) -> Version | None:
        """The tiny item."""

    def body(self, *, consistent: bool = False) -> Body | None:
        """The snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Reads back what is in force."""

    reader: Reads
    aliases: Aliases

    def problems(self, name: str, colour: str) -> list[str]:
        """Why the colour is not what everyone gets; nothing if all is well.

        Raises `FlagsError` or what boto3 raises if that can't be read.
        """
        body = self.reader.body(consistent=True)
        version = self.reader.version(consistent=True)
        if body is None or version is None:
            return ["the table has no snapshot"]
        rules = aborts.marked(decode(body.text, body.lists), version.marks)
        return list(self._wrong(rules, name, colour))

    def _wrong(self, rules: Ruleset, name: str, colour: str) -> Iterator[str]:
        flag = rules.flags.get(name)
        if flag is None or flag.release is None:
            yield f"routers know no release {name}"
            return
        if flag.release.stable != colour:
            yield f"for routers {flag.release.stable} is stable, not {colour}"
        if flag.release.since is not None:
            yield "for routers a rollout is live"
        for other in sorted(others(flag)):
            yield f"routers may serve {other}"
        for alias in self.aliases.missing(flag.release.services, flag.release.stable):
            yield f"the alias {alias} is not there"


def others(flag: Flag) -> set[str]:
    """Every other colour than stable that somebody may get by these rules."""
    stable = flag.release.stable if flag.release else None
    served: set[str] = {flag.off, *flag.targets.values()}
    for kind in flag.kinds.values():
        served |= set(kind.values())
    for serve in (flag.serve, *(rule.serve for rule in flag.rules)):
        served |= _variants(serve)
    return served - {stable}


def _variants(serve: Serve) -> set[str]:
    if isinstance(serve, str):
        return {serve}
    if isinstance(serve, Split):
        return set(serve.variants)
    return {name for stage in serve.stages for name in stage.split.variants}
