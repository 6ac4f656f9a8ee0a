"""`explain`: contexts, times, and everything that may stand in the way of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flags.bucketing import bucket
from flags.codec import decode
from tests.unit.admin_cli.commands.test_explaining import result_of

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table

INSIDE = ("--at", "2025-06-01")


@pytest.mark.parametrize(
    ("argv", "rule"),
    [
        (("--id", "bo"), "testers"),
        (("--id", "kim", "-a", "email=kim@example.com"), "testers"),
        (("--id", "kim", "-a", "tenant.plan=pro"), "pro"),
        (("--id", "kim", "--context", '{"tenant": {"plan": "pro"}}'), "pro"),
        (("--context", '{"key": "bo"}'), "testers"),
        (("--id", "kim", "-a", "tenant.key=a", "-a", "tenant.plan=x"), None),
    ],
)
@pytest.mark.usefixtures("grown")
def test_who_is_asked_about_is_typed_in_many_ways(
    canary: Canary, argv: tuple[str, ...], rule: str | None
) -> None:
    """Ids, nested attributes and whole contexts; a segment's rules count."""
    result, _ = result_of(canary, "gift", *argv, *INSIDE)

    assert rule == result["rule"]


@pytest.mark.usefixtures("grown")
def test_text_that_no_terminal_takes_is_escaped(canary: Canary) -> None:
    """Half a character may come in as JSON, and goes out as JSON."""
    argv = ("explain", "gift", "-a", r'email="\ud800"')

    result = canary(*argv)

    assert 0 == result.code, result.err
    assert r'"email": "\ud800"' in result.out
    assert 0 == canary(*argv, "-o", "table").code


@pytest.mark.usefixtures("grown")
def test_every_gate_is_a_step(canary: Canary) -> None:
    """Prerequisites, schedule, groups and segments are walked through in order."""
    _, steps = result_of(canary, "gift", "--id", "bo", *INSIDE)

    assert ["requires search", "schedule", "group q4", "testers", "serve"] == [
        step["step"] for step in steps
    ]
    assert "in segment beta ('bo' is included)" in steps[3]["detail"]


@pytest.mark.parametrize(
    ("at", "seconds", "reason"),
    [
        ("2019-12-31T23:59:59Z", "2019-12-31T23:59:59Z", "SCHEDULE"),
        ("2020-01-01T01:00:00+01:00", "2020-01-01T00:00:00Z", "TARGETING_MATCH"),
        ("2029-12-31", "2029-12-31T00:00:00Z", "TARGETING_MATCH"),
        ("2030-01-01", "2030-01-01T00:00:00Z", "SCHEDULE"),
    ],
)
@pytest.mark.usefixtures("grown")
def test_a_decision_of_another_time_can_be_asked_for(
    canary: Canary, at: str, seconds: str, reason: str
) -> None:
    """--at takes a moment with an offset, or a date in UTC."""
    shown = canary("explain", "gift", "--id", "bo", "--at", at).data

    assert (seconds, reason) == (shown["at"], shown["result"]["reason"])


@pytest.mark.usefixtures("grown")
def test_a_split_by_tenant_shows_its_bucket(canary: Canary) -> None:
    """The key that is hashed is the tenant's."""
    argv = ("explain", "layout", "-a", "tenant=acme")

    shown = canary(*argv).data

    assert "SPLIT" == shown["result"]["reason"]
    salt = decode(canary("export", "--snapshot").out).flags["layout"].salt
    assert bucket(salt, "acme") == shown["result"]["bucket"]
    assert 2 == len(shown["ranges"])


def test_a_ramp_shows_the_ranges_of_the_time(canary: Canary, empty: Table) -> None:
    """Halfway between two steps of a linear ramp, half of them have moved."""
    file = """
flags:
  f:
    variants: {on: true, off: false}
    off: off
    serve:
      linear: true
      ramp:
        - {at: 2026-01-01T00:00:00Z, split: {on: 0, off: 100}}
        - {at: 2026-01-03T00:00:00Z, split: {on: 50, off: 50}}
"""
    assert 0 == canary("apply", "-f", "-", stdin=file).code
    assert 1 == empty.version("f")

    shown = canary("explain", "f", "--id", "u", "--at", "2026-01-02").data

    held = {row["variant"]: row["to"] - row["from"] + 1 for row in shown["ranges"]}
    assert 25_000 == held["on"]


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        (("--at", "soon"), "--at: 'soon' is no time such as 2026-12-24T18:00:00+01:00"),
        (("--context", "[]"), "--context: no JSON object such as "),
        (("--context", "{"), "--context: no JSON object such as "),
        (("-a", "a=1", "-a", "a.b=2"), "--attribute: a.b: a part of it is a value"),
        (("-a", "a.b=1", "-a", "a=2"), "--attribute: a: a part of it is a value"),
    ],
)
@pytest.mark.usefixtures("table")
def test_what_can_not_be_asked_is_bad_input(
    canary: Canary, argv: tuple[str, ...], error: str
) -> None:
    """A question that makes no sense exits with 2."""
    result = canary("explain", "search", *argv)

    assert (2, "") == (result.code, result.out)
    assert f"canary: error: {error}" in result.err
