"""Invokes the aliases that an event's units were decided for, each once.

Laws
1. At most one invocation for each alias and wave (`router.waves`), with the units
   decided for it. Once a wave has failed, those after it are not invoked.
   There are `waves.MOST` waves at most, and no more than there is time for: units
   that come later go to stable in one go, in their order, and that is told.
2. All of a wave are under way before the first answer is waited for; `meanwhile`
   runs then, once.
3. Units go from the canary to stable only if the canary certainly did not run, or if
   the route says that the service is idempotent: once, and recorded. Nothing else is
   ever invoked a second time.
4. No invocation begins that can't finish: not with less time left than the route
   says the service needs, nor than the wave before took.
5. A decision that makes the payload too large travels beside it if all units of the
   invocation have the same, else not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flags.hints import Any
from flags.record import Record, replace
from flags.token import Token
from router import targets, waves
from router.choice import FALLBACK, NO_ALIAS, ORDER_LIMIT, Choice, fall_back
from router.document import Node
from router.errors import NotDeployed, NotRun, OutOfTime, stable_may_help
from router.passage import Leg
from router.routing import Route
from router.sources.client_context import merged
from router.sources.source import NotReached, Outcome, Part, Source


class Chosen(Record):
    """A unit of the event with its choice."""

    unit: Node
    choice: Choice


class Settled(Record):
    """What became of a group, and the choices by which it ran in the end.

    `legs` has an entry for each invocation, the one that answered last. `waited` is
    the seconds spent on nothing but waiting; `dropped` counts the decisions that
    found no room.
    """

    group: Sequence[Chosen]
    outcome: Outcome
    legs: tuple[Leg, ...] = ()
    waited: float = 0.0
    dropped: int = 0


class Started(Record):
    """An invocation under way, or the reason why it is not."""

    group: list[Chosen]
    pending: targets.Pending | Exception
    began: float
    dropped: int = 0


class Invocations(Record):
    """All invocations that one event leads to. `aliases` maps names on ARNs.

    `watched` says that somebody wants to know of each unit whether it failed; only
    then are answers read for it.
    """

    begin: targets.Begin
    clock: Callable[[], float]
    service: str
    aliases: Mapping[str, str]
    source: Source
    route: Route | None
    event: Node
    context: Any
    watched: bool = False

    def run(
        self, chosen: Sequence[Chosen], meanwhile: Callable[[], None]
    ) -> list[Settled]:
        """Invoke, and wait; what went wrong is in the outcomes."""
        planned = waves.plan(chosen, lambda item: item.choice.alias, self._lane)
        planned = waves.bounded(planned, waves.MOST, _on_stable)
        settled: list[Settled] = []
        needs = self.route.timeout if self.route else 0.0
        while planned:
            wave, *planned = planned
            under_way = [self._start(group, needs) for group in wave]
            if not settled:
                meanwhile()
            # Answers are waited for in turn, so how long another took isn't known.
            done = [self._finish(one, timed=one is under_way[0]) for one in under_way]
            settled += done
            # To know it, answers are parsed: not for nothing.
            if planned and any(map(self._failed, done)):
                return settled + [_not_reached(one) for wave in planned for one in wave]
            needs = max(needs, sum(one.waited for one in done))
            if targets.remaining(self.context) < needs * len(planned):
                planned = waves.bounded(planned, 1, _on_stable)
        return settled

    def _lane(self, item: Chosen) -> str | None:
        # By key there is nothing to wait for: a key's units are all on one alias.
        by_key = self.route is not None and self.route.by_key
        return None if by_key else self.source.lane(item.unit)

    @property
    def _whole(self) -> bool:
        """Whether a list of failures counts for nothing, since nobody reads it."""
        return self.route is not None and self.route.whole

    def _failed(self, settled: Settled) -> bool:
        outcome = settled.outcome
        return outcome.error is not None if self._whole else self.source.failed(outcome)

    def _failures(self, outcome: Outcome) -> tuple[bool | None, ...]:
        if not self.watched:
            return ()
        try:
            return self.source.failures(outcome, whole=self._whole)
        except Exception:  # noqa: BLE001 - to be watched never costs a request
            return (None,) * len(outcome.parts)

    def _start(self, group: list[Chosen], needs: float) -> Started:
        alias, began = group[0].choice.alias, self.clock()
        try:
            if alias not in self.aliases:
                name = f"{self.service}:{alias}"
                missing = NotDeployed(name, self.aliases.values())
                return Started(group=group, pending=missing, began=began)
            payload, beside, dropped = self._burden(_parts(group))
            call = targets.Call(
                arn=self.aliases[alias],
                payload=payload,
                client_context=beside,
                tenant_id=getattr(self.context, "tenant_id", None),
                timeout=targets.seconds_left(self.context, needs),
            )
            pending = targets.start(self.begin, call)
        except Exception as error:  # noqa: BLE001 - it is merged with the others
            return Started(group=group, pending=error, began=began)
        dropped += pending.dropped
        return Started(group=group, pending=pending, began=began, dropped=dropped)

    def _burden(self, parts: list[Part]) -> tuple[bytes, Mapping[str, Any], int]:
        """Payload and ClientContext, and how many decisions found no room."""
        payload = encode(self.source.carry(self.event, parts))
        beside = self.source.client_context(self.event, parts, self.context)
        if targets.fits(payload):
            return payload, beside, 0
        bare = [Part(unit=part.unit, token=Token()) for part in parts]
        payload = encode(self.source.carry(self.event, bare))
        if len({str(part.token) for part in parts}) == 1:
            return payload, merged(self.context, parts[0].token), 0
        return payload, beside, sum(1 for part in parts if part.token.members)

    def _finish(self, started: Started, *, timed: bool = True) -> Settled:
        group, pending, waits = started.group, started.pending, self.clock()
        answer, error = b"", pending if isinstance(pending, Exception) else None
        seconds = None
        if not isinstance(pending, Exception):
            try:
                answer = targets.finish(pending)
            except Exception as raised:  # noqa: BLE001 - merged with the others
                error = raised
            seconds = self.clock() - started.began if timed else None
        waited = self.clock() - waits
        outcome = Outcome(parts=_parts(group), answer=answer, error=error)
        settled = Settled(
            group=group,
            outcome=outcome,
            legs=(_leg(group, seconds, error, self._failures(outcome)),),
            waited=waited,
            dropped=started.dropped,
        )
        if error is not None and self._may_fall_back(group[0].choice, error):
            return self._again(settled, error)
        return settled

    def _may_fall_back(self, choice: Choice, error: Exception) -> bool:
        if choice.alias == choice.stable:
            return False
        idempotent = self.route is not None and self.route.idempotent
        return stable_may_help(error, idempotent=idempotent)

    def _again(self, failed: Settled, failure: Exception) -> Settled:
        gone = isinstance(failure, targets.AliasGone)
        reason = NO_ALIAS if gone else FALLBACK
        healed = [
            Chosen(unit=item.unit, choice=fall_back(item.choice, reason))
            for item in failed.group
        ]
        needs = self.route.timeout if self.route else 0.0
        settled = self._finish(self._start(healed, needs))
        outcome = settled.outcome
        if isinstance(outcome.error, NotRun | OutOfTime):
            # Stable has not run either, so what went wrong is what the canary said.
            outcome = replace(outcome, error=failure)
        return replace(
            settled,
            outcome=outcome,
            legs=(replace(failed.legs[0], fallback=True), *settled.legs),
            waited=failed.waited + settled.waited,
        )


def encode(text: str) -> bytes:
    """The payload: the bytes that came in, where nothing was changed."""
    return text.encode("latin-1")


def _on_stable(groups: list[list[Chosen]]) -> list[Chosen]:
    """All units of these groups as one group of stable's, in the event's order."""
    units = sorted((one for group in groups for one in group), key=_place)
    return [
        one
        if one.choice.alias == one.choice.stable
        else Chosen(unit=one.unit, choice=fall_back(one.choice, ORDER_LIMIT))
        for one in units
    ]


def _place(item: Chosen) -> int:
    return item.unit.start


def _leg(
    group: list[Chosen],
    seconds: float | None,
    error: Exception | None,
    failures: tuple[bool | None, ...],
) -> Leg:
    return Leg(
        alias=group[0].choice.alias,
        choices=[item.choice for item in group],
        seconds=seconds,
        error=error,
        limited=any(item.choice.reason == ORDER_LIMIT for item in group),
        failures=failures,
    )


def _not_reached(group: list[Chosen]) -> Settled:
    error = NotReached("not invoked: what came before it in the same order failed")
    return Settled(group=group, outcome=Outcome(parts=_parts(group), error=error))


def _parts(group: list[Chosen]) -> list[Part]:
    return [Part(unit=item.unit, token=item.choice.token) for item in group]
