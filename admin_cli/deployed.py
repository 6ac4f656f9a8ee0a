"""Whether the services that a file's routes name may be invoked.

Laws
1. Pure: a file, the table's state and what the stack says in, problems out.
2. What the table's routing says already is nobody's fault: a file that keeps it may
   be applied, and other changes never ask.
3. What nobody can know is not refused: without a stack the first rules of a table, and
   names that are not another's with one slip. They are doubted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from admin_cli import files
from flags.errors import Problem
from flags.store.changes import State
from flags.store.checks import File
from flags.store.names import ROUTING, is_archived
from flags.store.shares import mapping, nearest, sequence

Body = Mapping[str, Any]
ALLOW = "--allow-undeployed"
# More than that is not a slip of the hand.
_SLIPS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What the stack's router may invoke; None of a table without its stack."""

    services: frozenset[str] | None = None
    stack: str = ""

    @classmethod
    def of(cls, stack: str, target_aliases: str | None) -> Deployed:
        """From the stack's parameter TargetAliases; an empty one says nothing."""
        arns = (arn.strip().split(":") for arn in (target_aliases or "").split(","))
        # arn:aws:lambda:REGION:ACCOUNT:function:NAME:ALIAS
        names = frozenset(arn[6] for arn in arns if len(arn) == 8)  # noqa: PLR2004
        return cls(services=names or None, stack=stack)

    def problems(self, file: File, state: State) -> Iterator[Problem]:
        """Routes of a file, and its default, that would lead nowhere."""
        for where, service, close in self._unknown(file, state):
            if self.services is not None or _typo(service, close):
                yield Problem(path=where, message=self._told(service, close))

    def doubts(self, file: File, state: State) -> Iterator[Problem]:
        """What may be a mistake, or may be early."""
        if self.services is None:
            for where, service, close in self._unknown(file, state):
                if not _typo(service, close):
                    yield Problem(path=where, message=self._told(service, close))
            if not _known(state):
                yield from _odd(file)
            return
        for where, service in _covered(file):
            if service not in self.services:
                close = nearest(service, sorted(self.services))
                yield Problem(path=where, message=self._told(service, close))

    def _unknown(
        self, file: File, state: State
    ) -> Iterator[tuple[str, str, str | None]]:
        """Of a change in the routing where it is, its service, and what was meant."""
        known = _known(state) if self.services is None else self.services
        if file.routing is None or not known:
            return
        stored = state.documents.get(ROUTING)
        kept = set(_named(stored.body if stored else {}).items())
        made = {name: body for name, _, body in files.bodies(file, state)}
        for route, service in _named(made[ROUTING]).items():
            if service not in known and (route, service) not in kept:
                yield _places(file)[route], service, nearest(service, sorted(known))

    def _told(self, service: str, close: str | None) -> str:
        if self.services is not None:
            return (
                f"the router may not invoke {service}; {_correct(close)}, or add the "
                f"ARNs of its aliases to TargetAliases of the stack {self.stack} and "
                f"deploy that first; {ALLOW} routes there all the same"
            )
        return (
            f"no release and no route in the table names {service}; {_correct(close)}; "
            "or, if the router may invoke it, name the router's stack with "
            f"--stack-name instead of the table, or say {ALLOW}"
        )


def _correct(close: str | None) -> str:
    return f"did you mean {close}? Correct the name" if close else "correct the name"


def _typo(name: str, close: str | None) -> bool:
    """Whether a name is another with a letter wrong, lost or added, or two swapped."""
    if close is None:
        return False
    return _distance(name, close) <= _SLIPS


def _distance(one: str, other: str) -> int:
    """Edits between two names, a swap of neighbours being one of them."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and (a, b) == (other[j - 2], one[i - 2]):
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def _covered(file: File) -> Iterator[tuple[str, str]]:
    """The services of a file's releases, each with its place."""
    for name, flag in file.flags.items():
        for service in flag.release.services if flag.release else ():
            yield f"flags.{name}.release.services", service


def _odd(file: File) -> Iterator[Problem]:
    """Routed services that look like those of the file's releases, and are none."""
    covered = sorted({service for _, service in _covered(file)})
    for route, service in _named(file.routing.body() if file.routing else {}).items():
        close = nearest(service, covered)
        if close and service not in covered:
            message = f"no release has {service}; did you mean {close}?"
            yield Problem(path=_places(file)[route], message=message)


def _places(file: File) -> dict[str | None, str]:
    """Where the services of a file's routes stand; under None that of the default."""
    routes = file.routing.routes if file.routing else []
    return {
        None: "routing.default",
        **{
            route.name: f"routing.routes[{n}].service" for n, route in enumerate(routes)
        },
    }


def _known(state: State) -> frozenset[str]:
    """What the table's releases cover, and its routes name."""
    covered = {
        str(service)
        for stored in state.documents.values()
        if not is_archived(stored.body)
        for service in sequence(mapping(stored.body.get("release")).get("services"))
    }
    stored = state.documents.get(ROUTING)
    return frozenset(covered.union(_named(stored.body if stored else {}).values()))


def _named(routing: Body) -> dict[str | None, str]:
    """The services of routes by their names, and the default's by None."""
    found: dict[str | None, str] = {
        str(route.get("name")): str(route.get("service"))
        for route in map(mapping, sequence(routing.get("routes")))
    }
    if routing.get("default"):
        found[None] = str(routing["default"])
    return found
