"""From an event to an answer: recognise, route, decide, invoke, merge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flags.record import Record
from flags.release import is_newer
from flags.snapshot import Snapshot
from flags.token import Token
from router import journal, targets
from router.choice import Asking, Choice, choose, share
from router.config import Config
from router.errors import NoService, NotDeployed, RulesUnavailable, UnknownEvent
from router.invocations import Chosen, Invocations
from router.routing import Route, Rules
from router.sources import recognise
from router.sources.source import Event, Source
from router.sources.unknown import UNKNOWN


class Arrival(Record):
    """An event with what is known of it. `rules` is None if none were ever read."""

    event: Event
    context: Any
    source: Source
    route: Route | None
    service: str
    rules: Rules | None


class Router(Record):
    """Everything that the router needs, handed in by the composition root."""

    config: Config
    snapshot: Snapshot[Rules]
    begin: targets.Begin
    new_id: Callable[[], str]
    now: Callable[[], float]
    write: journal.Write

    def handle(self, event: Event, context: Any) -> Any:
        """Route one event; returns or raises what the target does."""
        arrival = self._arrival(event, context)
        chosen = self._decide(arrival)
        invocations = Invocations(
            begin=self.begin,
            service=arrival.service,
            aliases=self.config.targets[arrival.service],
            source=arrival.source,
            event=event,
            context=context,
        )
        settled = invocations.run(chosen, self.snapshot.overlap)
        chosen = [item for one in settled for item in one.group]
        self._record(arrival, chosen)
        answer = arrival.source.merge([one.outcome for one in settled])
        for item in chosen:
            visitor = item.choice.visitor
            if visitor is not None and visitor.minted:
                answer = arrival.source.remember(answer, visitor, item.unit)
        return answer

    def _arrival(self, event: Event, context: Any) -> Arrival:
        """Find source, route and service; raises if no service can be named."""
        held = self.snapshot.current()
        rules = held.rules if held else None
        source = recognise(event)
        if rules is None and source.retries:
            problem = self.snapshot.problem or "the table is empty"
            msg = f"no rules were ever read ({problem}); deliver the event again"
            raise RulesUnavailable(msg)
        facts = source.facts(event)
        known = rules is not None and source.name != UNKNOWN
        route = rules.route(facts) if rules and known else None
        default = (rules.default if rules else None) or self.config.default_service
        service = route.service if route else default
        if service is None:
            unknown = source.name == UNKNOWN
            raise UnknownEvent(event) if unknown else NoService(source.name)
        if not self.config.targets.get(service):
            raise NotDeployed(service, self.config.targets)
        return Arrival(
            event=event,
            context=context,
            source=source,
            route=route,
            service=service,
            rules=rules,
        )

    def _decide(self, arrival: Arrival) -> list[Chosen]:
        """A choice for each unit; units that belong together share the first's."""
        source = arrival.source
        units = source.units(arrival.event)
        carried = [self._carried(arrival, unit) for unit in units]
        rules = self._caught_up(arrival, carried)
        first: dict[str, Choice] = {}
        chosen = []
        for unit, token in zip(units, carried, strict=True):
            group = source.together(unit)
            if group is not None and group in first:
                choice = share(first[group], token)
            else:
                choice = self._choose(arrival, rules, unit, token)
            if group is not None:
                first.setdefault(group, choice)
            chosen.append(Chosen(unit=unit, choice=choice))
        return chosen

    def _carried(self, arrival: Arrival, unit: Any) -> Token:
        """The decision that a unit brings, if it may bring one."""
        trusted = arrival.route is None or arrival.route.trust
        if arrival.source.public or not trusted:
            return Token()
        return arrival.source.inbound(unit, arrival.context) or Token()

    def _choose(
        self, arrival: Arrival, rules: Rules | None, unit: Any, carried: Token
    ) -> Choice:
        asking = Asking(
            unit=unit,
            source=arrival.source,
            route=arrival.route,
            carried=carried,
            new_id=self.new_id,
            now=self.now(),
        )
        service, stable = arrival.service, self.config.stable_alias
        aliases = self.config.targets[service]
        try:
            return choose(rules, service, aliases, stable, asking)
        except Exception as error:  # noqa: BLE001 - rules are untrusted input
            held = self._condemned(rules, error)
        try:
            return choose(held, service, aliases, stable, asking)
        except Exception:  # noqa: BLE001 - stable is always safe
            return choose(None, service, aliases, stable, asking)

    def _condemned(self, rules: Rules | None, error: Exception) -> Rules | None:
        """Refuse rules that raise in use; the ones to go on with."""
        held = self.snapshot.held
        if held is not None and held.rules is rules:
            problem = f"the rules raised in use: {type(error).__name__}: {error}"
            self.snapshot.condemn(held.version, problem)
        return self.snapshot.held.rules if self.snapshot.held else None

    def _caught_up(self, arrival: Arrival, carried: list[Token]) -> Rules | None:
        """The rules for all units, read again if a decision rests on newer ones."""
        rules = arrival.rules
        flag = rules.flags.release_of(arrival.service) if rules else None
        if flag is None:
            return rules
        if not any(is_newer(flag, token.get(flag.name)) for token in carried):
            return rules
        held = self.snapshot.catch_up()
        return held.rules if held else None

    def _record(self, arrival: Arrival, chosen: list[Chosen]) -> None:
        journal.record(
            self.write,
            [item.choice for item in chosen],
            source=arrival.source.name,
            route=arrival.route.name if arrival.route else None,
            problem=self.snapshot.problem,
        )
