"""From an event to an answer: recognise, route, decide, invoke, merge."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flags import carriers
from flags.hints import Any
from flags.model import Flag
from flags.record import Record, replace
from flags.release import is_foreign, is_newer
from flags.snapshot import Snapshot
from flags.token import Token
from router import targets
from router.choice import Asking, Choice, choose, share
from router.config import Config
from router.document import Malformed, Node
from router.errors import NotJson, RulesUnavailable
from router.invocations import Chosen, Invocations, Settled
from router.lookout import Lookout
from router.passage import Passage
from router.place import placed
from router.recorder import Recorder
from router.routing import Route, Rules
from router.sources import decision, recognise
from router.sources.source import Source, Visitor
from router.stable import StableColours
from router.trust import Trust


class Arrival(Record):
    """An event with what is known of it. `rules` is None if none were ever read.

    `skipped` is the service that the rules name for it, if the router may not invoke
    that one.
    """

    event: Node
    context: Any
    source: Source
    route: Route | None
    service: str
    rules: Rules | None
    began: float
    skipped: str | None = None
    trust: bool | str = True

    def units(self) -> Sequence[Node]:
        """The parts to decide for; what has none is decided for as a whole."""
        return self.source.units(self.event) or (self.event,)

    def beside(self) -> Token | None:
        """The decision that came beside a batch, for all of it."""
        found = carriers.from_client_context(self.context)
        if found is not None or not decision.has(self.event):
            return found
        return decision.inside(self.event)

    def cleaned(self) -> Arrival:
        """Without decisions that nobody may believe; as it is if there are none.

        None counts at public sources, nor where a route says `trust: false`. What
        holds for all of a batch has been read, and goes on with each unit.
        """
        if self.trust is False or (self.source.public and not self.source.cleans):
            from router.sources.untrusted import cleaned  # noqa: PLC0415 - few routes

            event = cleaned(self.event, self.units())
        elif self.source.batch and decision.has(self.event):
            from router.sources.untrusted import without_key  # noqa: PLC0415 - fewer

            event = without_key(self.event)
        else:
            return self
        return self if event is self.event else replace(self, event=event)


class Decided(Record):
    """An event with the decision for each of its units, before anything is invoked.

    `brought` are the decisions that units came with, `carried` those that count.
    """

    arrival: Arrival
    brought: Sequence[Token | None]
    carried: Sequence[Token]
    chosen: list[Chosen]


class Router(Record):
    """Everything that the router needs, handed in by the composition root.

    `clock` measures durations in seconds, `now` is seconds since the epoch. Without a
    `lookout` no rollout is watched.
    """

    config: Config
    snapshot: Snapshot[Rules]
    trust: Trust
    recorder: Recorder
    begin: targets.Begin
    new_id: Callable[[], str]
    now: Callable[[], float]
    clock: Callable[[], float]
    lookout: Lookout | None = None
    colours: StableColours | None = None

    def handle(self, event: bytes, context: Any) -> bytes:
        """Route one event, which is JSON; returns or raises what the target does."""
        try:
            return self._handle(event, context)
        except Malformed as error:
            raise NotJson(error.at) from error

    def _handle(self, event: bytes, context: Any) -> bytes:
        refused = self.trust.refused.total()
        decided = self.decide(event, context)
        arrival, chosen = decided.arrival, decided.chosen
        witness = self.lookout.witness(arrival.service) if self.lookout else None
        invocations = Invocations(
            begin=witness.begin if witness else self.begin,
            clock=self.clock,
            service=arrival.service,
            aliases=self.config.targets[arrival.service],
            source=arrival.source,
            route=arrival.route,
            event=arrival.event,
            context=context,
            watched=witness is not None,
        )
        settled = invocations.run(chosen, self._meanwhile)
        try:
            return self._answer(arrival, settled)
        finally:
            refused = self.trust.refused.total() - refused
            passage = self._passage(arrival, settled, refused)
            self.recorder.record(passage)
            if witness:
                witness.saw(passage)

    def decide(self, event: bytes, context: Any) -> Decided:
        """What `handle` does before it invokes anything; raises what that raises."""
        arrival = self._arrival(event, context)
        units = arrival.units()
        beside = arrival.beside() if arrival.source.batch else None
        brought = [beside or arrival.source.inbound(unit, context) for unit in units]
        carried = [
            self._carried(arrival, unit, token)
            for unit, token in zip(units, brought, strict=True)
        ]
        # Read first: an override counts wherever it comes from.
        arrival = arrival.cleaned()
        chosen = self._decide(arrival, carried)
        return Decided(arrival=arrival, brought=brought, carried=carried, chosen=chosen)

    def _meanwhile(self) -> None:
        """What there is to do while the targets are at work."""
        self.snapshot.overlap()
        if self.lookout:
            self.lookout.meanwhile()

    def _arrival(self, event: bytes, context: Any) -> Arrival:
        """Find source, route and service; raises if no service can be named."""
        began = self.clock()
        held = self.snapshot.current()
        rules = held.rules if held else None
        node = Node.of(event)
        source = recognise(node)
        if rules is None and source.retries:
            problem = self.snapshot.problem or "the table is empty"
            msg = f"no rules were ever read ({problem}); deliver the event again"
            raise RulesUnavailable(msg)
        place = placed(rules, self.config, source, node)
        return Arrival(
            event=node,
            context=context,
            source=source,
            route=place.route,
            service=place.service,
            rules=rules,
            began=began,
            skipped=place.skipped,
            trust=place.trust,
        )

    def _decide(self, arrival: Arrival, carried: list[Token]) -> list[Chosen]:
        """A choice for each unit; units that belong together share the first's."""
        source, units = arrival.source, arrival.units()
        rules = self._caught_up(arrival, carried)
        carried = [self._possible(arrival, rules, token) for token in carried]
        first: dict[str, Choice] = {}
        chosen = []
        by_key = arrival.route is not None and arrival.route.by_key
        together = source.ordered if by_key else source.together
        for unit, token in zip(units, carried, strict=True):
            group = together(unit)
            if group is not None and group in first:
                choice = share(first[group], token)
            else:
                choice = self._choose(arrival, rules, unit, token)
            if group is not None:
                first.setdefault(group, choice)
            chosen.append(Chosen(unit=unit, choice=choice))
        return chosen

    def _carried(self, arrival: Arrival, unit: Node, token: Token | None) -> Token:
        """The decisions that a unit brings, as far as they count."""
        source, trust = arrival.source, arrival.trust
        if token is None:
            return Token()
        public = trust is False or (
            source.public and not (trust == "iam" and source.vouched(unit))
        )
        # Who is asking matters only to overrides, which are rare.
        sealed = any(member.seal for member in token.members)
        subject = self._subject(arrival, unit, token) if sealed else None
        return self.trust.admit(token, subject, public=public)

    def _subject(self, arrival: Arrival, unit: Node, carried: Token) -> str | None:
        """The targeting key, a known visitor's too."""
        key = self._asking(arrival, unit, carried).key()
        visitor = None if key else arrival.source.visitor(unit, lambda: "")
        return key or (visitor.key if visitor and not visitor.minted else None)

    def _asking(self, arrival: Arrival, unit: Node, carried: Token) -> Asking:
        return Asking(
            unit=unit,
            source=arrival.source,
            route=arrival.route,
            carried=carried,
            new_id=self.new_id,
            now=self.now(),
        )

    def _choose(
        self, arrival: Arrival, rules: Rules | None, unit: Node, carried: Token
    ) -> Choice:
        asking = self._asking(arrival, unit, carried)
        service, aliases = arrival.service, self.config.targets[arrival.service]
        rules, stable = self._known(rules, service)
        try:
            return choose(rules, service, aliases, stable, asking)
        except Exception as error:  # noqa: BLE001 - rules are untrusted input
            held = self._condemned(rules, error)
        try:
            return choose(held, service, aliases, stable, asking)
        except Exception:  # noqa: BLE001 - stable is always safe
            return choose(None, service, aliases, stable, asking)

    def _known(self, rules: Rules | None, service: str) -> tuple[Rules | None, str]:
        """The rules to choose by, and what is stable if they don't say it.

        Without rules of the table the stack's parameter knows what was promoted. Packed
        rules that say otherwise are of before that, and count for nothing.
        """
        default, held = self.config.stable_alias, self.snapshot.held
        if self.colours is None or (held is not None and held.version is not None):
            return rules, default
        colour = self.colours.of(service)
        if colour is None or colour not in self.config.targets[service]:
            return rules, default
        flag = rules.flags.release_of(service) if rules else None
        release = flag.release if flag else None
        agreed = release is not None and release.stable == colour
        return (rules if agreed else None), colour

    def _condemned(self, rules: Rules | None, error: Exception) -> Rules | None:
        """Refuse rules that raise in use; the ones to go on with."""
        held = self.snapshot.held
        if held is not None and held.rules is rules:
            # Not what it says: that may be a user's attribute.
            problem = f"the rules raised in use: {type(error).__name__}"
            self.snapshot.condemn(held.version, problem)
        return self.snapshot.held.rules if self.snapshot.held else None

    def _caught_up(self, arrival: Arrival, carried: list[Token]) -> Rules | None:
        """The rules for all units, read again if a decision rests on newer ones."""
        rules = arrival.rules
        flag = rules.flags.release_of(arrival.service) if rules else None
        if flag is None:
            return rules
        if not any(_unknown(rules, flag, token) for token in carried):
            return rules
        held = self.snapshot.catch_up()
        return held.rules if held else None

    def _possible(self, arrival: Arrival, rules: Rules | None, token: Token) -> Token:
        """The token without a decision by rules that there never were.

        Where the table answers, what is newer than its rules is made up, or another
        deployment's: in force now, it would be in force in every rollout to come.
        """
        flag = rules.flags.release_of(arrival.service) if rules else None
        if flag is None or self.snapshot.problem is not None:
            return token
        lineage = rules.flags.lineage if rules else 0
        impossible = is_newer(flag, token.get(flag.name), lineage)
        return token.without(flag.name) if impossible else token

    def _answer(self, arrival: Arrival, settled: list[Settled]) -> bytes:
        """One answer out of all; raises the error that the source is to see."""
        whole = arrival.route.whole if arrival.route else False
        answer = arrival.source.merge(
            arrival.event, [one.outcome for one in settled], whole=whole
        )
        for one in settled:
            for item in one.group:
                visitor = item.choice.visitor
                if visitor is not None and visitor.minted:
                    answer = self._marked(arrival, answer, item, visitor)
        return answer

    def _marked(
        self, arrival: Arrival, answer: bytes, item: Chosen, visitor: Visitor
    ) -> bytes:
        """The answer with the visitor's cookie, if there is a place for it."""
        try:
            marked = arrival.source.remember(answer, visitor, item.unit)
        except Malformed:
            return answer
        return marked if targets.fits(marked) else answer

    def _passage(
        self, arrival: Arrival, settled: list[Settled], refused: int
    ) -> Passage:
        """What became of the event."""
        waited = sum(one.waited for one in settled)
        return Passage(
            service=arrival.service,
            source=arrival.source.name,
            route=arrival.route.name if arrival.route else None,
            problem=self.snapshot.problem,
            overhead=max(0.0, self.clock() - arrival.began - waited),
            legs=[leg for one in settled for leg in one.legs],
            log=arrival.route.log if arrival.route else 100.0,
            dropped=sum(one.dropped for one in settled),
            refused=refused,
            keys=self.trust.problem,
            skipped=arrival.skipped,
            request_id=getattr(arrival.context, "aws_request_id", None),
        )


def _unknown(rules: Rules | None, flag: Flag, token: Token) -> bool:
    """Whether a decision was made by rules that these are not, nor came before."""
    lineage, carried = rules.flags.lineage if rules else 0, token.get(flag.name)
    return is_newer(flag, carried, lineage) or is_foreign(carried, lineage)
