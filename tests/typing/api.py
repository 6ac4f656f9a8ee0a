"""The public API as type checkers see it. Never run: mypy reads it."""
# ruff: noqa: FBT003 - flags have values

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, assert_type

from aws_lambda_powertools.utilities.feature_flags import FeatureFlags
from openfeature import api
from openfeature.flag_evaluation import FlagResolutionDetails

import flags
from flags import (
    Context,
    Details,
    ErrorCode,
    Flags,
    FlagsError,
    Reason,
    Token,
)
from flags.model import Decision, Ruleset
from flags.openfeature import CanaryProvider
from flags.powertools import CanaryStore
from flags.snapshot import Snapshot
from flags.store.changes import Store
from flags.testing import (
    FakeClock,
    MemoryStore,
    StoreContract,
    flags_from,
    override,
)
from flags.token import Carried


def values(features: Flags) -> None:
    """Each typed call gives its type, by default, key, context and attributes."""
    assert_type(Flags.from_env(), Flags)
    assert_type(Flags.from_env({"CANARY_TABLE": "t"}), Flags)
    assert_type(features.boolean("gift", False), bool)
    assert_type(features.boolean("gift", default=False, key="ann", plan="gold"), bool)
    assert_type(features.string("theme", "light", key="ann"), str)
    assert_type(features.number("limit", 1.5, tenant={"key": "acme"}), float)
    assert_type(features.json("menu", {"tea": 1}), dict[str, Any])
    assert_type(features.json("list", [1]), list[Any])
    context = Context(key="ann", attributes={"plan": "gold"})
    assert_type(features.boolean("gift", False, context), bool)
    bound = features.bind("ann", plan="gold")
    assert_type(bound.boolean("gift", False), bool)
    assert_type(bound.string("theme", "light"), str)
    assert_type(bound.number("limit", 1), float)
    assert_type(bound.json("menu", {"tea": 1}), dict[str, Any])


def wrong_values(features: Flags) -> None:
    """What is wrong is found before it runs."""
    features.boolean("gift", "no")  # type: ignore[arg-type]
    features.boolean("gift")  # type: ignore[call-arg]
    features.string("theme", 1)  # type: ignore[arg-type]
    features.number("limit", "1")  # type: ignore[arg-type]
    features.json("menu", "{}")  # type: ignore[type-var]
    features.boolean(name="gift", default=False)  # type: ignore[call-arg]
    Context("ann")  # type: ignore[call-arg]


def answers(features: Flags) -> None:
    """Details say where a value is from."""
    found = features.details("gift", False, key="ann", plan="gold")
    assert_type(found, Details)
    assert_type(features.details("gift"), Details)
    assert_type(features.evaluate("gift", False, Context(key="ann")), Details)
    assert_type(found.flag, str)
    assert_type(found.value, Any)
    assert_type(found.variant, str | None)
    assert_type(found.reason, Reason)
    assert_type(found.error, ErrorCode | None)
    assert_type(found.message, str | None)
    assert_type(found.rule, str | None)
    assert_type(found.bucket, int | None)
    assert_type(found.version, int | None)
    assert_type(found.stale, bool)


def housekeeping(features: Flags) -> None:
    """What goes on around the answers."""
    assert_type(features.refresh(), None)
    assert_type(features.snapshot, Snapshot[Ruleset])
    assert_type(features.used, set[str])
    assert_type(features.problem, str | None)
    assert_type(features.condemn(ValueError(), None), bool)


def decided(event: Mapping[str, Any], context: object, decision: Decision) -> None:
    """What was decided up the chain."""
    token = flags.read(event, context)
    assert_type(token, Token)
    assert_type(flags.current(), Token)
    assert_type(token.variant("shop"), str | None)
    assert_type(token.members, tuple[Carried, ...])
    assert_type(flags.records(event), Iterator[Any])
    assert_type(flags.records(event, context), Iterator[Any])
    with flags.carrying(token) as inside:
        assert_type(inside, Token)
    assert_type(decision.variant, str)
    assert_type(decision.reason, Reason)
    assert_type(decision.version, int)


@flags.handler
def decorated(event: dict[str, Any], context: object) -> str | None:
    """A handler keeps its type."""
    return str(event) if context else None


@flags.handler
async def decorated_async(event: dict[str, Any], context: object) -> int:
    """A coroutine keeps its type too."""
    return len(event) if context else 0


async def handled(event: dict[str, Any]) -> None:
    """What decorated handlers give."""
    assert_type(decorated(event, None), str | None)
    assert_type(await decorated_async(event, None), int)


def tests(features: Flags, given: Callable[..., None]) -> None:
    """Aids for tests."""
    clock = FakeClock()
    assert_type(clock(), float)
    assert_type(clock.advance(60), None)
    block: AbstractContextManager[None] = override(features, {"gift": True}, keep=True)
    with block as nothing:
        assert_type(nothing, None)
    assert_type(flags_from({"flags": {}}), Flags)
    assert_type(flags_from(Path("rules.yaml"), now=clock), Flags)
    assert_type(given(features, {"gift": True}), None)


class TestStore(StoreContract):
    """A store that somebody wrote."""

    def empty(self) -> Store:
        """Make one."""
        return MemoryStore()


def openfeature(features: Flags) -> None:
    """The provider is one to OpenFeature."""
    provider = CanaryProvider(features, on_track=lambda _name, _who, _what: None)
    api.set_provider_and_wait(provider)
    assert_type(
        provider.resolve_boolean_details("gift", False), FlagResolutionDetails[bool]
    )
    assert_type(provider.resolve_integer_details("n", 1), FlagResolutionDetails[int])
    assert_type(provider.resolve_float_details("n", 1.0), FlagResolutionDetails[float])
    assert_type(provider.resolve_string_details("s", ""), FlagResolutionDetails[str])


def powertools(features: Flags) -> None:
    """The store is one to Powertools."""
    store = CanaryStore(features)
    FeatureFlags(store)
    assert_type(store.get_configuration(), dict[str, Any])
    assert_type(store.left_out, Mapping[str, str])


def errors() -> None:
    """One root for all."""
    try:
        flags_from({})
    except FlagsError as error:
        assert_type(error.exit_code, int)
