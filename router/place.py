"""Where an event goes: the service that takes it, and the route that says so.

Laws
1. What names a service that the router may not invoke is as if it were not there.
2. But for its trust: a decision that would not have counted counts on no other route.
"""

from __future__ import annotations

from flags.record import Record
from router.config import Config
from router.document import Node
from router.errors import NoService, NotDeployed, UnknownEvent
from router.routing import Route, Rules
from router.sources.source import Source
from router.sources.unknown import UNKNOWN


class Place(Record):
    """A service with its route, None if it is a default.

    `skipped` is what the rules name first, if the router may not invoke that. `trust`
    is the route's, or that of a skipped one that is stricter.
    """

    route: Route | None
    service: str
    skipped: str | None
    trust: bool | str = True


# The strictest first: at public sources `iam` trusts more than `true`, inside the same.
_STRICT = (False, True, "iam")
# The trust of what no route takes.
_USUAL = True


def placed(rules: Rules | None, config: Config, source: Source, event: Node) -> Place:
    """The place of an event; raises if no service that is deployed takes it."""
    skipped = None
    trust: bool | str = _STRICT[-1]
    for route in rules.matching(source.facts(event), event) if rules else ():
        trust = _stricter(trust, route.trust)
        service = route.service
        if config.targets.get(service):
            return Place(route=route, service=service, skipped=skipped, trust=trust)
        skipped = skipped or service
    trust = _stricter(trust, _USUAL)
    for default in (rules.default if rules else None, config.default_service):
        if default and config.targets.get(default):
            return Place(route=None, service=default, skipped=skipped, trust=trust)
        skipped = skipped or default
    if skipped is not None:
        raise NotDeployed(skipped, config.targets)
    if source.name == UNKNOWN:
        raise UnknownEvent(event.dig())
    raise NoService(source.name)


def _stricter(*trusts: bool | str) -> bool | str:
    return min(trusts, key=_STRICT.index)
