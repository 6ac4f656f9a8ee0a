"""Files and earlier versions of releases, while a rollout runs and after it."""

from __future__ import annotations

from typing import Any

import pytest

from admin_cli.files import bodies, export
from admin_cli.traffic import brought_back, held_against, kept_traffic, merge
from flags.store.changes import State, Stored
from flags.store.checks import read_file
from tests.unit.flags.store.plans.running import release
from tests.unit.flags.store.wrong import read_flag

FILE = {"release": {"services": ["web", "mail"]}}
LIVE = release(5)
DRAINING = release(None, phase="draining")
OVER = release(None, phase="aborted")


def state(body: dict[str, Any]) -> State:
    """A table that holds one release."""
    return State(documents={"shop": Stored(name="shop", version=3, body=body)})


@pytest.mark.parametrize("more", [{}, {"weight": 50}, {"weight": 0}])
@pytest.mark.parametrize("stored", [LIVE, DRAINING])
def test_a_running_rollout_decides(
    stored: dict[str, Any], more: dict[str, Any]
) -> None:
    """Whatever a file says, weight, colour and state stay; the rest is the file's."""
    document = {"release": {**FILE["release"], "stable": "green"}, **more}
    merged = merge(read_flag("shop", document), stored)

    assert {
        **stored,
        "release": {"services": ["web", "mail"], "stable": "blue"},
    } == merged


def test_a_rollout_that_is_over_decides_nothing() -> None:
    """Its state stays for `retry` and `undo`; traffic is the operator's again."""
    document = {"release": {**FILE["release"], "stable": "green"}, "weight": 7}
    merged = merge(read_flag("shop", document), OVER)

    assert OVER["rollout"] == merged["rollout"]
    assert ("green", 7) == (merged["release"]["stable"], merged["weight"])


@pytest.mark.parametrize(
    ("document", "stored", "told"),
    [
        ({}, LIVE, 0),
        ({"weight": 5}, LIVE, 0),
        ({"weight": 6}, LIVE, 1),
        ({"weight": 6}, DRAINING, 1),
        ({"weight": 6}, OVER, 0),
        ({"release": {"services": ["web"], "stable": "blue"}}, LIVE, 0),
        ({"release": {"services": ["web"], "stable": "green"}}, LIVE, 1),
    ],
)
def test_what_is_asked_in_vain_is_told(
    document: dict[str, Any], stored: dict[str, Any], told: int
) -> None:
    """A file that wants other traffic than the rollout's is told that it stays."""
    file = read_file({"flags": {"shop": {**FILE, **document}}})
    message = (
        "shop: a rollout runs, so weight and stable colour stay as they are; "
        "`canary abort shop` ends it"
    )

    assert [message] * told == held_against(file, lambda: state(stored))


def test_nobody_reads_the_table_for_nothing() -> None:
    """A file that says nothing of traffic needs no look at the table."""
    file = read_file({"flags": {"shop": FILE}})

    assert [] == held_against(file, lambda: pytest.fail("read"))


@pytest.mark.parametrize("stored", [LIVE, DRAINING, OVER])
def test_exports_leave_rollouts_out(stored: dict[str, Any]) -> None:
    """A file holds no state of a rollout, and applying it changes nothing."""
    exported = export(state(stored), [])
    ((_, _, body),) = bodies(read_file(exported), state(stored))

    assert {"version": 3, "release": stored["release"]} == exported["flags"]["shop"]
    assert stored == body


def test_a_weight_by_hand_is_exported() -> None:
    """Without a running rollout a weight is the operator's, and stands in files."""
    exported = export(state({**OVER, "weight": 7}), [])

    assert 7 == exported["flags"]["shop"]["weight"]


def test_going_back_keeps_the_rollout() -> None:
    """An earlier version brings neither its own rollout nor its weight."""
    earlier = release(1, id="zzzz9999") | {"description": "then"}
    earlier["release"] = {"services": ["web"], "stable": "green"}

    assert LIVE | {"description": "then"} == kept_traffic(earlier, LIVE)
    assert OVER | {"description": "then"} == kept_traffic(earlier, OVER)


def test_going_back_with_traffic_keeps_the_rollout() -> None:
    """Weight and colour of then, the state of now."""
    earlier = release(1, id="zzzz9999")

    assert OVER | {"weight": 1} == brought_back(earlier, OVER)
    assert {**FILE, "weight": 1} == brought_back({**earlier, **FILE}, FILE)


def test_going_back_to_a_release_from_a_flag() -> None:
    """A rollout of long ago doesn't come back to life."""
    plain = {"variants": {"on": True}, "off": "on", "serve": "on"}

    assert {"release": LIVE["release"]} == kept_traffic(LIVE, plain)
