"""Routing that is damaged in the table, wherever, fails no event of a warm router."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from flags.errors import InvalidSnapshot
from flags.snapshot import NO_LISTS, Body, Version
from flags.store.memory import MemoryStore
from router.routing import build
from tests.unit.router.conftest import RULES, Bench, event

ROUTE = {
    "name": "full",
    "service": "shop-checkout",
    "match": {
        "source": ["http"],
        "method": ["GET"],
        "path": "/checkout*",
        "event": {"a.b": ["1"]},
    },
    "identity": [{"header": "x-user-id"}, {"group": True}],
    "attributes": {"plan": {"body": "plan"}},
    "trust": False,
    "idempotent": True,
    "timeout": 3,
    "log": 50,
    "batch_failures": "whole",
    "order": "key",
}
ROUTING = {
    "default": "shop-checkout",
    "routes": [ROUTE, *RULES["routing"]["routes"]],
}
DAMAGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 5, 10**400, 0.5, "", "x", "nan", "inf", "*" * 50),
    *([], {}, ["x"], [[]], [{}], {"x": "y"}, {"x": []}, [None], [10**400]),
)
Path = tuple[str | int, ...]


class Table(MemoryStore):
    """A table whose snapshot somebody else wrote, once there is one."""

    written: Body | None = None

    def version(self, *, consistent: bool = False) -> Version | None:
        """The version of what was written."""
        if self.written is None:
            return super().version(consistent=consistent)
        return Version(self.written.version)

    def body(self, *, consistent: bool = False) -> Body | None:
        """What was written."""
        return self.written or super().body(consistent=consistent)


def nodes(value: Any, path: Path = ()) -> Iterator[Path]:
    """The places of all values in JSON, its own among them."""
    yield path
    keys: list[Any] = list(value) if isinstance(value, dict) else []
    for key in range(len(value)) if isinstance(value, list) else keys:
        yield from nodes(value[key], (*path, key))


def damaged(text: str, version: int, path: Path, damage: Any) -> str:
    """A snapshot of a later version with something else at a place of its routing."""
    data = json.loads(text)
    data["version"] = version
    at, steps = data, ("routing", *path)
    for step in steps[:-1]:
        at = at[step]
    at[steps[-1]] = copy.deepcopy(damage)
    return json.dumps(data)


@pytest.fixture(scope="module")
def table() -> Table:
    """A table with each key that a route may have."""
    made = Table()
    Bench(store=made).apply(RULES | {"routing": ROUTING})
    return made


# A whole routing, or a default, that is gone is sound: nothing is known to go there.
PLACES = [path for path in nodes(ROUTING) if path not in {(), ("default",)}]


@pytest.mark.parametrize("path", PLACES, ids=str)
def test_whatever_stands_at_a_place_no_event_fails(table: Table, path: Path) -> None:
    """Damage is refused, and the rules before it stay; or it routes all the same."""
    table.written = None
    good = table.body()
    assert good is not None
    bench = Bench(store=table)
    bench.handle(event("http"))
    for number, damage in enumerate(DAMAGE, start=good.version + 1):
        text = damaged(good.text, number, path, damage)
        table.written = Body(number, text, NO_LISTS)
        bench.now += 100
        for name in ("http", "sqs"):
            bench.handle(event(name))


@pytest.mark.parametrize(
    ("path", "damage"),
    [
        (("timeout",), 10**400),
        (("timeout",), "nan"),
        (("timeout",), True),
        (("log",), 10**400),
        (("log",), -1),
        (("service",), []),
        (("service",), ""),
        (("service",), None),
        (("name",), {}),
        (("match", "source"), "http"),
        (("match", "method"), "GET"),
        (("match", "path"), 5),
        (("match", "event", "a.b"), "1"),
        (("identity",), {"header": "x"}),
        (("identity", 0, "header"), []),
        (("trust",), 0),
        (("trust",), "no"),
        (("idempotent",), "false"),
        (("batch_failures",), "all"),
        (("order",), "keys"),
    ],
)
def test_a_field_of_a_wrong_type_is_refused(
    table: Table, path: Path, damage: Any
) -> None:
    """What would fail, or mean something else, at each event is not taken over."""
    table.written = None
    good = table.body()
    assert good is not None
    text = damaged(good.text, good.version, ("routes", 0, *path), damage)

    with pytest.raises(InvalidSnapshot):
        build(text, NO_LISTS)
