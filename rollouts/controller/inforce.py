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
from flags.snapshot import NO_MARKS, Body, Version
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
        rules = in_force(self.reader)
        flag = rules.flags.get(name) if rules else None
        release = flag.release if flag else None
        services = release.services if release else ()
        missing = self.aliases.missing(services, release.stable) if release else ()
        gone = [f"the alias {alias} is not there" for alias in missing]
        return [*_wrong(rules, name, colour), *gone]


def wrong(reader: Reads, name: str, colour: str) -> Iterator[str]:
    """Why readers may give somebody another colour of a release.

    Raises `FlagsError` if what they read can't be read.
    """
    yield from _wrong(in_force(reader), name, colour)


def in_force(reader: Reads) -> Ruleset | None:
    """The rules that a new reader takes now, marks applied; None if there are none."""
    body = reader.body(consistent=True)
    version = reader.version(consistent=True)
    if body is None or version is None:
        return None
    rules = decode(body.text, body.lists)
    return aborts.marked(rules, version.marks or NO_MARKS)


def _wrong(rules: Ruleset | None, name: str, colour: str) -> Iterator[str]:
    if rules is None:
        yield "the table has no snapshot"
        return
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
