"""Which colour a request gets: every row of the precedence."""

from __future__ import annotations

import pytest

from flags import release
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
from flags.release import is_newer
from flags.token import Carried, Seal

LIVE = Flag(
    name="shop",
    version=14,
    enabled=True,
    variants={"blue": "blue", "green": "green"},
    off="blue",
    salt="salt",
    targets={"tester": "green", "vip": "blue"},
    rules=(
        Rule(
            name="staff",
            when=Clause(attribute="staff", operator="equals", operand=True),
            serve="green",
        ),
    ),
    serve=Split(ends=(10_000, BUCKETS), variants=("green", "blue")),
    release=Release(services=("web",), stable="blue", canary="green", since=12),
)
RESTING = replace(LIVE, targets={}, rules=(), serve="blue")


def decide(flag: Flag, context: Context, token: Carried | None) -> Decision:
    """What is decided by rules that hold just this release."""
    rules = Ruleset(version=1, flags={flag.name: flag})
    return release.decide(rules, flag, context, token, 1_800_000_000.0)


def ended(flag: Flag, stable: str, version: int) -> Flag:
    """The flag after an abort or a promotion: all on stable, nothing live."""
    canary = "green" if stable == "blue" else "blue"
    over = Release(services=("web",), stable=stable, canary=canary, since=None)
    return replace(
        flag,
        version=version,
        off=stable,
        targets={},
        rules=(),
        serve=stable,
        release=over,
    )


ABORTED = ended(LIVE, "blue", 15)
PROMOTED = ended(LIVE, "green", 15)
# After the promotion a new version goes to blue, in a rollout since 16.
SWAPPED = replace(
    LIVE,
    version=17,
    off="green",
    targets={},
    rules=(),
    serve=Split(ends=(10_000, BUCKETS), variants=("blue", "green")),
    release=Release(services=("web",), stable="green", canary="blue", since=16),
)
# After an abort the same colour is tried again, in a rollout since 16.
AGAIN = replace(
    LIVE,
    version=17,
    release=Release(services=("web",), stable="blue", canary="green", since=16),
)
KILLED = replace(LIVE, enabled=False)


def carried(variant: str, generation: int) -> Carried:
    """A decision about this release."""
    return Carried(release="shop", variant=variant, generation=generation)


@pytest.mark.parametrize(
    ("flag", "token", "variant", "reason"),
    [
        # The off switch is above everything.
        (KILLED, None, "blue", Reason.DISABLED),
        (KILLED, carried("green", 13), "blue", Reason.DISABLED),
        # What is carried is above names, rules and buckets, both ways.
        (LIVE, carried("green", 12), "green", Reason.CARRIED),
        (LIVE, carried("green", 14), "green", Reason.CARRIED),
        (LIVE, carried("blue", 13), "blue", Reason.CARRIED),
        # A canary from before this rollout began is over; stable is stable.
        (LIVE, carried("green", 11), "blue", Reason.HEALED),
        (LIVE, carried("blue", 1), "blue", Reason.CARRIED),
        # Newer than these rules: it holds, for lack of better knowledge.
        (LIVE, carried("green", 99), "green", Reason.CARRIED),
        (LIVE, carried("purple", 13), "blue", Reason.HEALED),
        # Aborted: whoever was on the canary is healed, late messages too.
        (ABORTED, carried("green", 13), "blue", Reason.HEALED),
        (ABORTED, carried("green", 99), "blue", Reason.HEALED),
        (ABORTED, carried("blue", 13), "blue", Reason.CARRIED),
        (ABORTED, None, "blue", Reason.STATIC),
        # Promoted: the canary's colour is stable; the old stable is over.
        (PROMOTED, carried("green", 13), "green", Reason.CARRIED),
        (PROMOTED, carried("blue", 13), "green", Reason.HEALED),
        # A new rollout with swapped colours.
        (SWAPPED, carried("blue", 13), "green", Reason.HEALED),
        (SWAPPED, carried("green", 13), "green", Reason.CARRIED),
        (SWAPPED, carried("blue", 16), "blue", Reason.CARRIED),
        # A new rollout of the same colour: the old one's users are not in it.
        (AGAIN, carried("green", 13), "blue", Reason.HEALED),
        (AGAIN, carried("green", 16), "green", Reason.CARRIED),
    ],
)
def test_carried(
    flag: Flag, token: Carried | None, variant: str, reason: Reason
) -> None:
    """A canary decision lives as long as its rollout; stable always holds."""
    decision = decide(flag, Context(key="user-1"), token)

    assert (variant, reason) == (decision.variant, decision.reason)
    assert variant == decision.value


@pytest.mark.parametrize(
    ("context", "variant", "reason"),
    [
        (Context(key="tester"), "green", Reason.TARGETING_MATCH),
        (Context(key="vip", attributes={"staff": True}), "blue", None),
        (Context(key="user-2", attributes={"staff": True}), "green", None),
        (Context(key="user-2"), "blue", Reason.SPLIT),
        (Context(key="user-1"), "green", Reason.SPLIT),
        (Context(), "blue", Reason.NO_IDENTITY),
    ],
)
def test_nothing_carried(context: Context, variant: str, reason: Reason | None) -> None:
    """Named user, rule, bucket, stable: in this order."""
    decision = decide(LIVE, context, None)

    assert variant == decision.variant
    assert reason in {decision.reason, None}


@pytest.mark.parametrize("context", [Context(key="tester"), Context(key="user-1")])
def test_carried_beats_named(context: Context) -> None:
    """Whoever is decided stays decided, a named tester too."""
    assert "blue" == decide(LIVE, context, carried("blue", 13)).variant
    assert "green" == decide(LIVE, Context(key="vip"), carried("green", 13)).variant


def test_generations() -> None:
    """What is carried keeps its generation; what is healed gets this one."""
    kept = decide(LIVE, Context(key="user-1"), carried("green", 12))
    healed = decide(ABORTED, Context(key="user-1"), carried("green", 12))

    assert (12, 15) == (kept.version, healed.version)
    assert kept == Decision(
        flag="shop", variant="green", value="green", reason=Reason.CARRIED, version=12
    )


def override(variant: str) -> Carried:
    """An override that the router has verified."""
    seal = Seal(kid="k1", expires=1_900_000_000, subject="0" * 16, mac="0" * 32)
    return Carried(release="shop", variant=variant, generation=0, seal=seal)


@pytest.mark.parametrize("flag", [LIVE, RESTING, ABORTED, PROMOTED, SWAPPED, AGAIN])
@pytest.mark.parametrize("variant", ["blue", "green"])
@pytest.mark.parametrize("key", [None, "tester", "vip", "user-1", "user-2"])
def test_override(flag: Flag, variant: str, key: str | None) -> None:
    """It is above names, rules and buckets, whether a rollout is live or not."""
    context = Context(key=key, attributes={"staff": True})

    decision = decide(flag, context, override(variant))

    assert decision == Decision(
        flag="shop",
        variant=variant,
        value=variant,
        reason=Reason.OVERRIDE,
        version=flag.version,
    )


def test_the_off_switch_beats_an_override() -> None:
    """Nobody is on a canary that was switched off."""
    decision = decide(KILLED, Context(key="tester"), override("green"))

    assert ("blue", Reason.DISABLED) == (decision.variant, decision.reason)


@pytest.mark.parametrize("context", [Context(key="tester"), Context(key="user-2")])
def test_an_override_for_no_variant_counts_as_absent(context: Context) -> None:
    """It decides nothing, and heals nothing either."""
    decision = decide(LIVE, context, override("purple"))

    assert decide(LIVE, context, None) == decision


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (None, False),
        (override("green"), False),
        (carried("green", 14), False),
        (carried("green", 15), True),
    ],
)
def test_is_newer(*, token: Carried | None, expected: bool) -> None:
    """A decision from the future says that these rules are old."""
    assert expected is is_newer(LIVE, token)
