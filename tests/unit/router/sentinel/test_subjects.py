"""Whom a choice counts for."""

from __future__ import annotations

import pytest

from flags.bucketing import BUCKETS
from flags.model import (
    Clause,
    Context,
    Decision,
    Flag,
    Reason,
    Release,
    Rule,
    Ruleset,
    Split,
)
from flags.record import replace
from flags.release import decide
from flags.token import Carried, Seal
from router.sentinel.subjects import salted, subject_of

SEAL = Seal(kid="k", expires=1, subject="", mac="")
SPLIT = Split(ends=(50_000, BUCKETS), variants=("green", "blue"))
FLAG = Flag(
    name="shop",
    version=7,
    enabled=True,
    variants={"blue": "blue", "green": "green"},
    off="blue",
    salt="salt",
    targets={"tester": "green"},
    rules=(
        Rule(
            name="staff",
            when=Clause(attribute="staff", operator="equals", operand=True),
            serve=SPLIT,
        ),
    ),
    serve=SPLIT,
    release=Release(
        services=("checkout",), stable="blue", canary="green", since=5, watch={}
    ),
)


def subject(
    key: str | None,
    carried: Carried | None = None,
    flag: Flag = FLAG,
    **attributes: object,
) -> int | None:
    """The user of a request."""
    rules = Ruleset(version=1, flags={"shop": flag})
    context = Context(key=key, attributes=attributes)
    decision: Decision = decide(rules, flag, context, carried, 0.0)
    return subject_of(rules, flag, context, decision, 0.0)


def test_who_was_drawn_is_somebody() -> None:
    """The same in every container, and another one in every rollout."""
    ann = subject("ann")
    later = replace(FLAG, release=replace(FLAG.release, since=6))  # type: ignore[type-var]

    assert ann == subject("ann") == salted("salt", 5, "ann")
    assert ann is not None
    assert 0 <= ann < 2**64
    assert subject("bob") != ann
    assert subject("ann", flag=later) != ann
    assert subject("ann", flag=replace(FLAG, salt="pepper")) != ann


def test_who_was_let_in_is_nobody() -> None:
    """By name, by a rule that draws otherwise, or without an identity."""
    assert subject("tester") is None
    assert subject("ann", staff=True) is None
    assert subject(None) is None
    assert subject("ann", flag=replace(FLAG, enabled=False)) is None
    assert subject("ann", flag=replace(FLAG, serve="green")) is None


@pytest.mark.parametrize("variant", ["green", "blue"])
def test_a_carried_decision_counts_for_whom_the_split_would_draw(variant: str) -> None:
    """Testers carry decisions too, and don't count."""
    carried = Carried(release="shop", variant=variant, generation=6)

    assert subject("ann", carried) == subject("ann")
    assert subject("tester", carried) is None


def test_healed_and_overridden_are_nobody() -> None:
    """They were drawn in another rollout, or not at all."""
    healed = Carried(release="shop", variant="green", generation=4)
    override = Carried(release="shop", variant="green", generation=0, seal=SEAL)

    assert subject("ann", healed) is None
    assert subject("ann", override) is None


def test_a_split_may_hash_something_else() -> None:
    """Then that is who is counted: it is what was drawn."""
    by_tenant = replace(FLAG, serve=replace(SPLIT, by="tenant"))

    assert subject("ann", flag=by_tenant, tenant="acme") == salted("salt", 5, "acme")
    assert subject("ann", flag=by_tenant) is None
    assert Reason.SPLIT == "SPLIT"


def test_odd_identities_are_hashed() -> None:
    """JSON may hold half of a surrogate pair."""
    assert subject("\ud800") is not None
