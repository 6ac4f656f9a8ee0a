"""Where an event goes: the service that takes it, and the route that says so.

Law: what names a service that the router may not invoke is as if it were not there.
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

    `skipped` is what the rules name first, if the router may not invoke that.
    """

    route: Route | None
    service: str
    skipped: str | None


def placed(rules: Rules | None, config: Config, source: Source, event: Node) -> Place:
    """The place of an event; raises if no service that is deployed takes it."""
    skipped = None
    for route in rules.matching(source.facts(event), event) if rules else ():
        if config.targets.get(route.service):
            return Place(route=route, service=route.service, skipped=skipped)
        skipped = skipped or route.service
    for default in (rules.default if rules else None, config.default_service):
        if default and config.targets.get(default):
            return Place(route=None, service=default, skipped=skipped)
        skipped = skipped or default
    if skipped is not None:
        raise NotDeployed(skipped, config.targets)
    if source.name == UNKNOWN:
        raise UnknownEvent(event.dig())
    raise NoService(source.name)
