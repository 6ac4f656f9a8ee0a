"""The provider, run by OpenFeature's own client."""
# ruff: noqa: ARG002 - the signatures of hooks are OpenFeature's

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import (
    FlagEvaluationDetails,
    FlagEvaluationOptions,
    Reason,
)
from openfeature.hook import Hook, HookContext, HookHints
from openfeature.track import TrackingEventDetails
from openfeature.transaction_context import (
    ContextVarsTransactionContextPropagator,
)

from flags import Context, Flags
from flags.openfeature import CanaryProvider
from flags.openfeature.values import context_of
from flags.testing import flags_from, override

ON_OFF = {"variants": {"on": True, "off": False}, "off": "off"}
RULES: dict[str, Any] = {
    "flags": {
        "on": ON_OFF | {"serve": "on"},
        "disabled": ON_OFF | {"enabled": False, "serve": "on"},
        "text": {"variants": {"v": "blue"}, "off": "v", "serve": "v"},
        "whole": {"variants": {"v": 7}, "off": "v", "serve": "v"},
        "round": {"variants": {"v": 7.0}, "off": "v", "serve": "v"},
        "half": {"variants": {"v": 0.5}, "off": "v", "serve": "v"},
        "zero": {"variants": {"v": 0}, "off": "v", "serve": "v"},
        "empty": {"variants": {"v": ""}, "off": "v", "serve": "v"},
        "object": {"variants": {"v": {"tea": [1]}}, "off": "v", "serve": "v"},
        "array": {"variants": {"v": [1, 2]}, "off": "v", "serve": "v"},
        "split": ON_OFF | {"serve": {"on": 50, "off": 50}},
        "gold": ON_OFF
        | {
            "rules": [
                {
                    "name": "payers",
                    "when": {"attribute": "plan", "equals": "gold"},
                    "serve": "on",
                }
            ],
            "serve": "off",
        },
    }
}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """OpenFeature keeps everything in the process; leave nothing to the next test."""
    yield
    api.shutdown()


@pytest.fixture(scope="module")
def features() -> Flags:
    """All the flags above."""
    return flags_from(RULES)


@pytest.fixture
def client(features: Flags) -> OpenFeatureClient:
    """A client with the provider."""
    api.set_provider_and_wait(CanaryProvider(features))
    return api.get_client()


def test_all_five_types(client: OpenFeatureClient) -> None:
    """Each method gives a flag of its type, the values that look like nothing too."""
    assert client.get_boolean_value("on", default_value=False) is True
    assert client.get_boolean_value("disabled", default_value=True) is False
    assert "blue" == client.get_string_value("text", "red")
    assert "" == client.get_string_value("empty", "red")
    assert 7 == client.get_integer_value("whole", 1)
    assert 0 == client.get_integer_value("zero", 1)
    assert 0.5 == client.get_float_value("half", 1.0)
    assert {"tea": [1]} == client.get_object_value("object", {})
    assert [1, 2] == client.get_object_value("array", [])


def test_numbers_are_what_the_caller_asks_for(client: OpenFeatureClient) -> None:
    """A whole number is an integer and a float, however it was written."""
    for name in ("whole", "round"):
        integer = client.get_integer_value(name, 1)
        number = client.get_float_value(name, 1.0)

        assert (7, int) == (integer, type(integer))
        assert (7.0, float) == (number, type(number))


@pytest.mark.parametrize(
    ("kind", "name", "default"),
    [
        ("boolean", "whole", True),
        ("boolean", "text", True),
        ("string", "on", "mine"),
        ("string", "object", "mine"),
        ("integer", "on", 3),
        ("integer", "half", 3),
        ("integer", "text", 3),
        ("float", "on", 3.5),
        ("float", "array", 3.5),
        ("object", "text", {"mine": 1}),
        ("object", "zero", [3]),
    ],
)
def test_other_types(
    client: OpenFeatureClient, kind: str, name: str, default: Any
) -> None:
    """A flag of another type is the default and TYPE_MISMATCH, booleans included."""
    details = getattr(client, f"get_{kind}_details")(name, default)

    assert default == details.value
    assert ErrorCode.TYPE_MISMATCH == details.error_code
    assert Reason.ERROR == details.reason
    assert name in details.error_message


def test_a_number_that_no_float_holds(features: Flags) -> None:
    """It is an error, not an exception."""
    with override(features, {"huge": 10**400}):
        details = CanaryProvider(features).resolve_float_details("huge", 1.5)

    assert (1.5, ErrorCode.GENERAL) == (details.value, details.error_code)


def test_missing(client: OpenFeatureClient) -> None:
    """A flag that isn't there is the default and FLAG_NOT_FOUND."""
    details = client.get_string_details("nobody", "mine")

    assert ("mine", Reason.ERROR, ErrorCode.FLAG_NOT_FOUND) == (
        details.value,
        details.reason,
        details.error_code,
    )
    assert "no flag is named 'nobody'" == details.error_message


@pytest.mark.parametrize(
    ("name", "context", "expected"),
    [
        ("on", EvaluationContext("ann"), ("on", Reason.STATIC, {"version": 1})),
        ("disabled", None, ("off", Reason.DISABLED, {"version": 1})),
        ("gold", None, ("off", Reason.DEFAULT, {"version": 1})),
        (
            "gold",
            EvaluationContext(attributes={"plan": "gold"}),
            ("on", Reason.TARGETING_MATCH, {"version": 1, "rule": "payers"}),
        ),
        # Ours, which OpenFeature has no word for.
        ("split", None, ("off", "NO_IDENTITY", {"version": 1})),
    ],
)
def test_details(
    client: OpenFeatureClient,
    name: str,
    context: EvaluationContext | None,
    expected: tuple[str, str, dict[str, Any]],
) -> None:
    """Variant, reason and metadata come through."""
    details = client.get_boolean_details(
        name, default_value=False, evaluation_context=context
    )
    variant, reason, metadata = expected

    assert (variant, reason) == (details.variant, details.reason)
    assert metadata | {"stale": False} == details.flag_metadata
    assert details.error_code is None


def test_split(client: OpenFeatureClient) -> None:
    """The targeting key decides, and the bucket is told."""
    found = [
        client.get_boolean_details(
            "split", default_value=False, evaluation_context=EvaluationContext(f"u{n}")
        )
        for n in range(40)
    ]

    assert {True, False} == {details.value for details in found}
    assert {Reason.SPLIT} == {details.reason for details in found}
    assert all(0 <= details.flag_metadata["bucket"] < 100_000 for details in found)  # type: ignore[operator]


def test_async(client: OpenFeatureClient) -> None:
    """The awaited calls give what the others give."""

    async def ask() -> list[Any]:
        return [
            await client.get_boolean_value_async("on", default_value=False),
            await client.get_string_value_async("text", "red"),
            await client.get_integer_value_async("whole", 1),
            await client.get_float_value_async("half", 1.0),
            await client.get_object_value_async("array", []),
        ]

    assert [True, "blue", 7, 0.5, [1, 2]] == asyncio.run(ask())


def test_values_are_copies(client: OpenFeatureClient) -> None:
    """What a caller does to an object is not seen by the next caller."""
    found: Any = client.get_object_value("object", {})
    found["tea"].append("changed")

    assert {"tea": [1]} == client.get_object_value("object", {})


class Asking(Hook):
    """Adds an attribute before, and notes who is called in which order."""

    def __init__(self, name: str, calls: list[str], plan: str | None = None) -> None:
        self.name = name
        self.calls = calls
        self.plan = plan
        self.details: list[FlagEvaluationDetails[Any]] = []
        self.errors: list[Exception] = []
        self.seen: set[str] = set()

    def before(
        self, hook_context: HookContext, hints: HookHints
    ) -> EvaluationContext | None:
        """Run before."""
        self.calls.append(f"before {self.name}")
        return EvaluationContext(attributes={"plan": self.plan}) if self.plan else None

    def after(
        self,
        hook_context: HookContext,
        details: FlagEvaluationDetails[Any],
        hints: HookHints,
    ) -> None:
        """Run after a success."""
        self.calls.append(f"after {self.name}")
        self.details.append(details)

    def error(
        self, hook_context: HookContext, exception: Exception, hints: HookHints
    ) -> None:
        """Run after a failure."""
        self.calls.append(f"error {self.name}")
        self.errors.append(exception)

    def finally_after(
        self,
        hook_context: HookContext,
        details: FlagEvaluationDetails[Any],
        hints: HookHints,
    ) -> None:
        """Run at last."""
        self.seen |= set(hook_context.evaluation_context.attributes)
        self.calls.append(f"finally {self.name}")


def test_hooks_in_order(features: Flags) -> None:
    """Those of the API, the client, the call and the provider, and back."""
    calls: list[str] = []
    mine = Asking("provider", calls)
    api.set_provider_and_wait(CanaryProvider(features, hooks=[mine]))
    client = api.get_client()
    api.add_hooks([Asking("api", calls)])
    client.add_hooks([Asking("client", calls)])
    names = ["api", "client", "call", "provider"]

    client.get_boolean_value(
        "gold",
        default_value=False,
        flag_evaluation_options=FlagEvaluationOptions([Asking("call", calls)]),
    )

    assert [
        *(f"before {name}" for name in names),
        *(f"after {name}" for name in reversed(names)),
        *(f"finally {name}" for name in reversed(names)),
    ] == calls
    assert [1] == [details.flag_metadata["version"] for details in mine.details]


def test_hooks_hear_of_errors(features: Flags) -> None:
    """A flag that isn't there runs the error hooks."""
    calls: list[str] = []
    mine = Asking("provider", calls)
    api.set_provider_and_wait(CanaryProvider(features, hooks=[mine]))

    api.get_client().get_boolean_value("nobody", default_value=True)

    assert ["before provider", "error provider", "finally provider"] == calls
    assert ["FlagNotFoundError"] == [type(error).__name__ for error in mine.errors]


LEVELS = ("api", "transaction", "client", "call", "before")


@pytest.mark.parametrize("highest", range(len(LEVELS)))
def test_contexts_merge(features: Flags, highest: int) -> None:
    """The nearer level wins: API, transaction, client, call, and before hooks last."""
    provider = CanaryProvider(features)
    api.set_provider_and_wait(provider)
    api.set_transaction_context_propagator(ContextVarsTransactionContextPropagator())

    def context(level: int) -> EvaluationContext:
        plan = "gold" if level == highest else "silver"
        # Each level adds an attribute of its own as well.
        given = {"plan": plan} if level <= highest else {}
        return EvaluationContext(attributes=given | {LEVELS[level]: "here"})

    watching = Asking("x", [], plan="gold" if highest == 4 else None)
    api.set_evaluation_context(context(0))
    api.set_transaction_context(context(1))
    client = api.get_client()
    client.context = context(2)

    details = client.get_boolean_details(
        "gold",
        default_value=False,
        evaluation_context=context(3),
        flag_evaluation_options=FlagEvaluationOptions([watching]),
    )
    api.set_transaction_context(EvaluationContext())

    assert details.value is True
    assert {*LEVELS[:4]} <= watching.seen


def test_targeting_key_is_the_key(features: Flags) -> None:
    """The key of the nearest level that has one is hashed."""
    api.set_provider_and_wait(CanaryProvider(features))
    client = api.get_client()
    client.context = EvaluationContext(targeting_key="u1")

    for key in ("u2", "u7"):
        details = client.get_boolean_details(
            "split", default_value=False, evaluation_context=EvaluationContext(key)
        )
        ours = features.details("split", False, key=key)  # noqa: FBT003
        assert ours.bucket == details.flag_metadata["bucket"]
    ours = features.details("split", False, key="u1")  # noqa: FBT003
    details = client.get_boolean_details("split", default_value=False)
    assert ours.bucket == details.flag_metadata["bucket"]


def test_domains() -> None:
    """Clients of several domains see their own flags; the others the default ones."""
    for domain, value in ((None, "default"), ("shop", "shop"), ("staff", "staff")):
        rules = {"flags": {"x": {"variants": {"v": value}, "off": "v", "serve": "v"}}}
        api.set_provider_and_wait(CanaryProvider(flags_from(rules)), domain)

    found = [
        api.get_client(domain).get_string_value("x", "none")
        for domain in (None, "shop", "staff", "unbound")
    ]

    assert ["default", "shop", "staff", "default"] == found


def test_context_values() -> None:
    """Values go through as they are: the engine knows what times count as."""
    moment = datetime(2030, 1, 31, 12, tzinfo=UTC)
    given = EvaluationContext("ann", {"at": moment, "plan": "gold"})

    expected = Context(key="ann", attributes={"at": moment, "plan": "gold"})
    assert expected == context_of(given)
    assert Context() == context_of(None)


@pytest.mark.parametrize("key", [7, "", "\ud800", ["x"], object()])
@pytest.mark.parametrize("name", ["on", "split", "gold", "", None, 7, ["x"]])
def test_never_raises(features: Flags, name: Any, key: Any) -> None:
    """Whatever is passed in by mistake, the provider answers."""
    provider = CanaryProvider(features)
    context = EvaluationContext(key, {"plan": key})

    for kind in ("boolean", "string", "integer", "float", "object"):
        resolve = getattr(provider, f"resolve_{kind}_details")
        assert resolve(name, "mine", context) is not None
    assert provider.resolve_boolean_details("on", False, 7).error_code  # type: ignore[arg-type]  # noqa: FBT003


def test_one_provider_for_two_domains(features: Flags) -> None:
    """It is initialised once."""
    provider = CanaryProvider(features)

    for domain in ("shop", "staff"):
        api.set_provider_and_wait(provider, domain)
        client = api.get_client(domain)
        assert client.get_boolean_value("on", default_value=False) is True


def test_tracking(features: Flags) -> None:
    """An event goes to `on_track`, with the merged context as ours."""
    seen: list[Any] = []
    provider = CanaryProvider(features, on_track=lambda *args: seen.append(args))
    api.set_provider_and_wait(provider)
    client = api.get_client()
    client.context = EvaluationContext("ann", {"plan": "gold"})
    details = TrackingEventDetails(value=9.5)

    client.track("bought", EvaluationContext(attributes={"shop": 1}), details)
    client.track("left")

    context = Context(key="ann", attributes={"plan": "gold"})
    both = Context(key="ann", attributes={"plan": "gold", "shop": 1})
    assert [("bought", both, details), ("left", context, None)] == seen


def test_tracking_that_fails(features: Flags, caplog: pytest.LogCaptureFixture) -> None:
    """A failure is logged: whoever tracks is about to answer a user."""

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    api.set_provider_and_wait(CanaryProvider(features, on_track=fail))

    api.get_client().track("bought")

    assert ["tracking bought failed"] == caplog.messages


def test_tracking_is_optional(client: OpenFeatureClient) -> None:
    """Without `on_track` nothing happens."""
    client.track("bought")
