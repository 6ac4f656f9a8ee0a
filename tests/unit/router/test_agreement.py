"""What a function reads is what its router decided, wherever else a decision stands."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from flags import carriers
from flags.carriers import batches
from flags.token import Token
from router.errors import RouterError
from tests.fuzz.rig import Rig, Seen, corpus, releasing
from tests.golden.test_wire import WIRE
from tests.golden.test_wire_node import planted

TIMES = 20


@pytest.fixture(scope="module")
def rig() -> Rig:
    """A router with a release, that looks for identities everywhere."""
    return releasing(50)


def told(seen: Seen) -> Iterator[Token | None]:
    """What the function reads: of each record, or of the whole event."""
    event = json.loads(seen.payload)
    custom = json.loads(seen.context or "{}").get("custom")
    beside = SimpleNamespace(custom=custom)
    context = SimpleNamespace(client_context=beside)
    places = batches.places(event)
    if places is None or carriers.beside(event, context):
        yield carriers.from_event(event, context)
        return
    records = batches.records(places)
    # What is no object has no place for a decision.
    yield from (carriers.from_record(one) for one in records if isinstance(one, dict))


def check(rig: Rig, event: Any) -> None:
    """Each says the alias that it came to."""
    try:
        rig.handle(json.dumps(event).encode())
    except RouterError:
        return
    for seen in rig.seen:
        said = {token.variant("shop") if token else None for token in told(seen)}
        assert said <= {seen.alias}, seen


@pytest.mark.parametrize("name", sorted(corpus()))
def test_of_real_events(rig: Rig, name: str) -> None:
    """As they are, and with tokens put in anywhere."""
    draw = random.Random(name)  # noqa: S311 - no secret, and the same each time
    event = json.loads(corpus()[name], parse_float=str)
    check(rig, event)
    for _ in range(TIMES):
        check(rig, planted(event, draw))


@pytest.mark.parametrize("vector", WIRE["events"], ids=lambda vector: vector["why"])
def test_of_every_place_that_readers_know(rig: Rig, vector: dict[str, Any]) -> None:
    """The vectors of the wire format."""
    check(rig, vector["event"])
