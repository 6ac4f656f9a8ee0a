"""The provider's events, as OpenFeature's clients hear them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from openfeature import _event_support, api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.event import EventDetails, ProviderEvent
from openfeature.exception import ErrorCode, ProviderNotReadyError
from openfeature.flag_evaluation import FlagEvaluationDetails, Reason
from openfeature.provider import ProviderStatus

from flags import Flags
from flags.aborts import mark, marked
from flags.codec import decode
from flags.errors import StoreUnavailable
from flags.openfeature import CanaryProvider
from flags.snapshot import Body, Snapshot, Version
from flags.store.changes import Edit, Signature, State
from flags.store.checks import read_file
from flags.store.writer import Writer
from flags.testing import FakeClock, MemoryStore

ON_OFF: dict[str, Any] = {"variants": {"on": True, "off": False}, "off": "off"}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """OpenFeature keeps everything in the process; leave nothing to the next test."""
    yield
    api.shutdown()


class Table(MemoryStore):
    """A table that can be changed, and that can be down."""

    def __init__(self, documents: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.down = False
        if documents:
            self.apply(documents)

    def version(self, *, consistent: bool = False) -> Version | None:
        """The snapshot's version."""
        if self.down:
            raise StoreUnavailable("the table is down")
        return super().version(consistent=consistent)

    def body(self, *, consistent: bool = False) -> Body | None:
        """The snapshot."""
        if self.down:
            raise StoreUnavailable("the table is down")
        return super().body(consistent=consistent)

    def apply(self, documents: Mapping[str, Any]) -> None:
        """As `canary apply`."""
        found = read_file(documents).documents()

        def edits(state: State) -> list[Edit]:
            return [
                Edit(
                    name=name,
                    body=document.body(),
                    based_on=state.version(name),
                    action="apply",
                )
                for name, document in found.items()
            ]

        writer = Writer(store=self, timestamp=lambda: "t", salt=lambda: "s")
        writer.write(edits, Signature(author="ann"))


class Heard:
    """Notes the events of a client."""

    def __init__(self, client: OpenFeatureClient) -> None:
        self.events: list[tuple[ProviderEvent, EventDetails]] = []
        for event in ProviderEvent:
            client.add_handler(event, self._noting(event))

    def _noting(self, event: ProviderEvent) -> Any:
        return lambda details: self.events.append((event, details))

    def new(self) -> list[tuple[ProviderEvent, EventDetails]]:
        """The events since the last call; waits until all handlers have run."""
        _event_support._event_executor.submit(int).result()  # noqa: SLF001
        found, self.events = self.events, []
        return found

    def names(self) -> list[ProviderEvent]:
        """The kinds of those events."""
        return [event for event, _ in self.new()]


class Stage:
    """A provider of a table, with a clock and somebody who listens."""

    def __init__(self, documents: Mapping[str, Any] | None = None) -> None:
        self.clock = FakeClock()
        self.table = Table(documents)
        snapshot = Snapshot(
            self.table,
            decode,
            now=self.clock,
            random=lambda: 0.5,
            refresh=5,
            marked=marked,
        )
        self.provider = CanaryProvider(Flags(snapshot, now=self.clock))
        self.client = api.get_client()
        self.heard = Heard(self.client)

    def later(self, seconds: float = 5) -> FlagEvaluationDetails[bool]:
        """Evaluate after some time."""
        self.clock.advance(seconds)
        return self.client.get_boolean_details("gift", default_value=False)


@pytest.fixture(autouse=True)
def in_order(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Handlers run one by one, so that a test can wait for them."""
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(_event_support, "_event_executor", pool)
        yield


def gift(serve: str) -> dict[str, Any]:
    """A file with one flag."""
    return {"flags": {"gift": ON_OFF | {"serve": serve}}}


READY = ProviderEvent.PROVIDER_READY
CHANGED = ProviderEvent.PROVIDER_CONFIGURATION_CHANGED
STALE = ProviderEvent.PROVIDER_STALE
ERROR = ProviderEvent.PROVIDER_ERROR


def test_ready() -> None:
    """With rules the provider is ready, and evaluations are no news."""
    stage = Stage(gift("on"))
    stage.heard.new()  # of the provider before

    api.set_provider_and_wait(stage.provider)
    stage.later()

    assert [READY] == stage.heard.names()
    assert ProviderStatus.READY == stage.client.get_provider_status()


def test_a_change_is_told_once() -> None:
    """The first evaluation by newer rules tells which flags have changed."""
    old = ON_OFF | {"serve": "on"}
    stage = Stage({"flags": {**gift("on")["flags"], "old": old}})
    api.set_provider_and_wait(stage.provider)
    stage.later()
    stage.heard.new()
    stage.table.apply({"flags": {**gift("off")["flags"], "new": old}})

    assert stage.later(1).value is True
    assert [] == stage.heard.new()
    assert stage.later().value is False
    stage.later()

    ((event, details),) = stage.heard.new()
    assert CHANGED == event
    assert ["gift", "new"] == details.flags_changed
    assert "lambda-canary" == details.provider_name


def test_a_shared_change_names_no_flags() -> None:
    """Which flags a segment's change touches is not told."""
    stage = Stage(gift("on") | {"segments": {"beta": {"included": ["ann"]}}})
    api.set_provider_and_wait(stage.provider)
    stage.later()
    stage.heard.new()
    stage.table.apply({"segments": {"beta": {"included": ["bob"]}}})

    stage.later()

    ((event, details),) = stage.heard.new()
    assert (CHANGED, None) == (event, details.flags_changed)


def test_stale_and_back() -> None:
    """An outage is told once, and so is its end; the rules stay in use."""
    stage = Stage(gift("on"))
    api.set_provider_and_wait(stage.provider)
    stage.later()
    stage.heard.new()
    stage.table.down = True

    details = stage.later()
    stage.later()

    assert (True, Reason.STALE) == (details.value, details.reason)
    assert details.flag_metadata["stale"] is True
    ((event, told),) = stage.heard.new()
    assert (STALE, "the table is down") == (event, told.message)
    assert ProviderStatus.STALE == stage.client.get_provider_status()

    stage.table.down = False
    stage.later(60)
    stage.later()

    assert [READY] == stage.heard.names()
    assert ProviderStatus.READY == stage.client.get_provider_status()


@pytest.mark.parametrize("down", [True, False])
def test_no_rules(*, down: bool) -> None:
    """Without rules the provider is in error, of use, and ready once there are some."""
    stage = Stage()
    stage.table.down = down
    stage.heard.new()
    problem = "the table is down" if down else "the table holds no rules yet"

    with pytest.raises(ProviderNotReadyError) as caught:
        api.set_provider_and_wait(stage.provider)

    assert problem == caught.value.error_message
    ((event, told),) = stage.heard.new()
    assert (ERROR, ErrorCode.PROVIDER_NOT_READY) == (event, told.error_code)
    details = stage.later()
    assert (False, ErrorCode.PROVIDER_NOT_READY) == (details.value, details.error_code)
    assert problem == details.error_message
    assert [] == stage.heard.new()

    stage.table.down = False
    stage.table.apply(gift("on"))
    assert stage.later(60).value is True
    assert [READY] == stage.heard.names()


def test_not_raising_provider() -> None:
    """Set without waiting, a provider without rules raises nothing at all."""
    stage = Stage()
    api.set_provider(stage.provider)

    assert stage.later().value is False


def test_a_mark_is_a_change() -> None:
    """A rollout that a router aborts is told as a change of its release."""
    shop = {"release": {"services": ["web"]}, "weight": 100}
    ann = EvaluationContext("ann")
    stage = Stage({"flags": {"shop": shop, **gift("on")["flags"]}})
    api.set_provider_and_wait(stage.provider)
    assert "green" == stage.client.get_string_value("shop", "none", ann)
    stage.heard.new()
    assert stage.table.mark(mark("shop", 1))

    stage.later()

    ((event, details),) = stage.heard.new()
    assert (CHANGED, ["shop"]) == (event, details.flags_changed)
    assert "blue" == stage.client.get_string_value("shop", "none", ann)
