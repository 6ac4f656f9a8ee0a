"""What is stable where no rules of the table are at hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from flags.record import replace
from flags.snapshot import Snapshot
from router.routing import build
from router.stable import AGAIN, StableColours
from tests.unit.router.conftest import RULES, Bench, event


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


class Parameter:
    """A parameter that counts how often it is read, and can be away."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.reads = 0

    def __call__(self) -> str:
        """Its text."""
        self.reads += 1
        if self.value is None:
            raise TimeoutError
        return json.dumps(self.value)


def test_read_once_in_a_while() -> None:
    """One read serves for a while, also if it failed; what was read stays."""
    clock, parameter = Clock(), Parameter({"green": ["cart"]})
    colours = StableColours(parameter, clock)

    assert ("green", None) == (colours.of("cart"), colours.of("mail"))
    assert 1 == parameter.reads
    parameter.value = None
    clock.now += AGAIN
    assert ("green", "green") == (colours.of("cart"), colours.of("cart"))
    assert 2 == parameter.reads
    parameter.value = {"blue": ["cart"]}
    clock.now -= 5_000  # set back
    assert colours.of("cart") == "blue"


def test_without_a_parameter() -> None:
    """Nothing is known, and nothing is asked."""
    assert StableColours(None, Clock()).of("cart") is None


@pytest.fixture
def packed() -> Callable[[Any], Bench]:
    """A router with rules that were packed with it, and a parameter."""

    def make(parameter: Any) -> Bench:
        bench = Bench()
        bench.apply(deepcopy(RULES))
        body = bench.store.body()
        assert body is not None
        snapshot = Snapshot(
            bench.store,
            build,
            now=lambda: bench.now,
            random=lambda: 0.5,
            bootstrap=body.text,
        )
        snapshot._tried, snapshot._backoff = bench.now, 1e9  # noqa: SLF001 - it is away
        bench.router = replace(
            bench.router,
            snapshot=snapshot,
            colours=StableColours(Parameter(parameter), lambda: bench.now),
        )
        return bench

    return make


@pytest.mark.parametrize(
    ("parameter", "alias", "reason"),
    [
        ({"green": ["shop-checkout"]}, "green", "NO_RULES"),
        ({"blue": ["shop-checkout"]}, "blue", "SPLIT"),
        ({"green": ["other"]}, "blue", "SPLIT"),
        ({"purple": ["shop-checkout"]}, "blue", "SPLIT"),
        (None, "blue", "SPLIT"),
    ],
)
def test_packed_rules(
    packed: Callable[[Any], Bench], parameter: Any, alias: str, reason: str
) -> None:
    """Packed rules that the parameter contradicts are of before a promotion."""
    bench = packed(parameter)
    bench.handle(event("http"))

    assert alias == bench.last.alias
    assert (reason == "NO_RULES") is (bench.lines[0]["reason"] == "NO_RULES")


def test_service_without_a_release() -> None:
    """A service whose release was archived stays where it was promoted to."""
    bench = Bench()
    bench.apply(deepcopy(RULES))
    bench.weight(50)
    bench.promote()
    stored = bench.store.load().documents["shop"].body
    bench._write(lambda _: {"shop": {**stored, "archived": True}}, "archive")  # noqa: SLF001
    bench.handle(event("http"))

    assert bench.last.alias == "green"
    assert bench.lines[-1]["reason"] == "NO_RELEASE"
