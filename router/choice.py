"""Which alias of a service one unit of an event goes to, and the token it takes along.

Laws
1. Total: whatever is missing (rules, release, identity, alias), stable is the answer,
   and `reason` says why.
2. Pure: rules, unit, time and the source of visitor ids come in as arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flags.engine.identity import identity
from flags.hints import Any
from flags.lineage import stamped
from flags.model import Context, Decision, Flag, Reason, Ruleset
from flags.record import Record, replace
from flags.release import decide, is_foreign
from flags.token import Carried, Token
from router.document import Node
from router.routing import Route, Rules
from router.sources.source import Asked, Source, Visitor
from router.sources.unknown import UNKNOWN

# Reasons of the router itself, beside those of `flags.model.Reason`.
NO_RELEASE = "NO_RELEASE"
NO_RULES = "NO_RULES"
NO_ALIAS = "NO_ALIAS"
UNKNOWN_EVENT = "UNKNOWN_EVENT"
# The canary did not run, or failed where the route says that this may be repeated.
FALLBACK = "FALLBACK"
# A shard of many users would have taken too many invocations in turn (`router.waves`).
ORDER_LIMIT = "ORDER_LIMIT"


class Choice(Record):
    """The alias for one unit. `release` and `generation` are None without a release.

    `subject` is a number for the user, where a rollout is watched and whoever it is was
    drawn by lot (`router.sentinel.subjects`).
    """

    service: str
    alias: str
    reason: str
    token: Token
    stable: str
    release: str | None = None
    generation: int | None = None
    visitor: Visitor | None = None
    subject: int | None = None
    # Of the rules that it was made by: its decision is written with it.
    lineage: int = 0
    # Whether a decision of another lineage was brought, which counts for nothing.
    foreign: bool = False


class Asking(Record):
    """One unit with what it takes to decide for it."""

    unit: Node
    source: Source
    route: Route | None
    carried: Token
    new_id: Callable[[], str]
    now: float

    def key(self) -> str | None:
        """The identity, from the first place that has one."""
        places = self.route.identity if self.route else ()
        places = places or self.source.identity
        found = (self.find(asked) for asked in places)
        return next(filter(None, map(identity, found)), None)

    def context(self) -> Context:
        """The identity and the attributes."""
        key = self.key()
        if self.route is None:
            return Context(key=key)
        attributes = {
            name: value
            for name, asked in self.route.attributes
            if (value := self.find(asked)) is not None
        }
        return Context(key=key, attributes=attributes)

    def find(self, asked: Asked) -> Any:
        """What stands at a place, or None."""
        try:
            return self.source.find(self.unit, asked)
        except Exception:  # noqa: BLE001 - an event's fault, not the rules'
            return None


def choose(
    rules: Rules | None,
    service: str,
    aliases: Mapping[str, str],
    default: str,
    asking: Asking,
) -> Choice:
    """Choose an alias out of `aliases`, which maps alias names on ARNs.

    `default` is the alias that counts as stable where no release says otherwise.
    """
    flag = rules.flags.release_of(service) if rules else None
    if rules is not None:
        # Also of a service whose release is gone: nobody moves because it went.
        colour = rules.flags.stable.get(service)
        default = colour if colour is not None and colour in aliases else default
    if rules is None or flag is None or flag.release is None:
        reason = NO_RELEASE if rules else NO_RULES
        token = asking.carried
        return Choice(
            service=service, alias=default, reason=reason, token=token, stable=default
        )
    lineage = rules.flags.lineage
    if asking.source.name == UNKNOWN and asking.route is None:
        return _on_stable(service, flag, asking.carried, UNKNOWN_EVENT, lineage)
    decision, visitor, context = _decide(rules.flags, flag, asking)
    if decision.variant not in aliases:
        return _on_stable(service, flag, asking.carried, NO_ALIAS, lineage)
    alias, reason, version = decision.variant, decision.reason.value, decision.version
    return Choice(
        service=service,
        alias=alias,
        reason=reason,
        token=_joined(
            asking.carried, flag.name, alias, stamped(version, lineage), reason
        ),
        stable=flag.release.stable,
        release=flag.name,
        generation=version,
        visitor=visitor,
        subject=_subject(rules.flags, flag, context, decision, asking.now),
        lineage=lineage,
        foreign=is_foreign(asking.carried.get(flag.name), lineage),
    )


def share(choice: Choice, carried: Token) -> Choice:
    """The choice for a unit that carries these decisions: it joins them."""
    if choice.release is None or choice.generation is None:
        return replace(choice, token=carried)
    generation = stamped(choice.generation, choice.lineage)
    token = _joined(carried, choice.release, choice.alias, generation, choice.reason)
    return replace(choice, token=token)


def _joined(
    carried: Token, release: str, alias: str, generation: int, reason: str
) -> Token:
    """The decisions that a unit carries, with this one among them."""
    decided = Carried(release=release, variant=alias, generation=generation)
    # An override that does not rule here (off, no such alias) goes no further.
    rules = reason == Reason.OVERRIDE.value
    lift = not rules or carried.variant(release) != alias
    return carried.with_decision(decided, lift=lift)


def fall_back(choice: Choice, reason: str) -> Choice:
    """The choice for stable, when it turns out that the canary can't serve."""
    stable = replace(choice, alias=choice.stable, reason=reason)
    return share(stable, choice.token)


def _decide(
    rules: Ruleset, flag: Flag, asking: Asking
) -> tuple[Decision, Visitor | None, Context]:
    """Decide; an anonymous visitor gets an identity only where one is hashed."""
    context, carried = asking.context(), asking.carried.get(flag.name)
    decision = decide(rules, flag, context, carried, asking.now)
    if decision.reason is not Reason.NO_IDENTITY:
        return decision, None, context
    visitor = asking.source.visitor(asking.unit, asking.new_id)
    if visitor is None:
        return decision, None, context
    context = Context(key=visitor.key, attributes=context.attributes)
    return decide(rules, flag, context, carried, asking.now), visitor, context


def _subject(
    rules: Ruleset, flag: Flag, context: Context, decision: Decision, now: float
) -> int | None:
    if flag.release is None or flag.release.watch is None:
        return None
    try:
        from router.sentinel.subjects import subject_of  # noqa: PLC0415 - watched only

        return subject_of(rules, flag, context, decision, now)
    except Exception:  # noqa: BLE001 - to be watched changes no choice
        return None


def _on_stable(
    service: str, flag: Flag, carried: Token, reason: str, lineage: int
) -> Choice:
    stable = flag.release.stable if flag.release else flag.off
    return Choice(
        service=service,
        alias=stable,
        reason=reason,
        token=_joined(
            carried, flag.name, stable, stamped(flag.version, lineage), reason
        ),
        stable=stable,
        release=flag.name,
        generation=flag.version,
        lineage=lineage,
    )
