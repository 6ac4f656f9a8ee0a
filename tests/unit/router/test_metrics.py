"""What the meter tells CloudWatch, and when."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (
    AmazonCloudWatchEMFProvider,
)

from router.metrics import Meter
from router.passage import Leg
from tests.unit.router.emf import measured, parse
from tests.unit.router.passages import choice, leg, passage

NOW = 1_900_000_000.25


def totals(lines: list[str]) -> dict[tuple[str, ...], float]:
    """Sums of the values by what they were measured at, as (value, …, metric)."""
    sums: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for where, name, value in measured(lines):
        sums[(*(text for _, text in where), name)] += value
    return dict(sums)


def test_a_plain_request_is_one_line() -> None:
    """All that there is to tell of one request fits one line."""
    (line,) = Meter(10).add(passage(), NOW)

    assert totals([line]) == {
        ("checkout", "Overhead"): 0.4,
        ("checkout", "blue", "Invocations"): 1,
        ("checkout", "blue", "Errors"): 0,
        ("checkout", "blue", "Latency"): 12.3,
        ("checkout", "SPLIT", "Decisions"): 1,
    }
    assert parse(line)["_aws"]["Timestamp"] == 1_900_000_000_250


def test_the_shape_is_that_of_powertools() -> None:
    """Another writer of the format says the same in the same members."""
    (line,) = Meter(10).add(passage(), NOW)
    ours = parse(line)
    theirs = AmazonCloudWatchEMFProvider(namespace="Canary")
    theirs.add_dimension("Service", "checkout")
    theirs.add_dimension("Variant", "blue")
    theirs.add_metric("Invocations", MetricUnit.Count, 1)
    theirs.add_metric("Errors", MetricUnit.Count, 0)
    theirs.add_metric("Latency", MetricUnit.Milliseconds, 12.3)
    expected: dict[str, Any] = json.loads(json.dumps(theirs.serialize_metric_set()))
    meta = expected.pop("_aws")
    (directive,) = meta["CloudWatchMetrics"]

    assert ours["_aws"].keys() == meta.keys()
    assert directive in ours["_aws"]["CloudWatchMetrics"]
    for name, value in expected.items():
        alone = ours[name] if isinstance(ours[name], list | str) else [ours[name]]
        assert alone == value


def test_errors_are_told_of_the_alias_that_had_them() -> None:
    """An alarm on the canary's errors sees nothing of stable's."""
    lines = Meter(10).add(passage(leg("blue"), leg("green", error=ValueError())), NOW)

    found = totals(lines)
    assert found["checkout", "blue", "Errors"] == 0
    assert found["checkout", "green", "Errors"] == 1


def test_a_fallback_is_told_of_the_alias_that_was_left() -> None:
    """Both invocations count; the unit counts once, by its last reason."""
    lines = Meter(10).add(
        passage(
            leg("green", error=ValueError(), fallback=True),
            leg("blue", reason="NO_ALIAS"),
        ),
        NOW,
    )

    found = totals(lines)
    assert found["checkout", "green", "Invocations"] == 1
    assert found["checkout", "green", "Errors"] == 1
    assert found["checkout", "green", "Fallbacks"] == 1
    assert found["checkout", "blue", "Invocations"] == 1
    assert ("checkout", "blue", "Fallbacks") not in found
    assert found["checkout", "NO_ALIAS", "Decisions"] == 1
    assert ("checkout", "SPLIT", "Decisions") not in found


def test_what_was_never_sent_has_no_latency() -> None:
    """A refusal of our own is an error and no time of the target."""
    lines = Meter(10).add(passage(leg(seconds=None, error=ValueError())), NOW)

    assert ("checkout", "blue", "Latency") not in totals(lines)


def test_troubles_of_the_router_are_told_by_service() -> None:
    """Stale rules, lost decisions and refused overrides, each with its number."""
    lines = Meter(10).add(
        passage(problem="gone", dropped=3, refused=2, skipped="crat"), NOW
    )

    found = totals(lines)
    assert found["checkout", "StaleRules"] == 1
    assert found["checkout", "DroppedDecisions"] == 3
    assert found["checkout", "RefusedOverrides"] == 2
    assert found["checkout", "SkippedRoutes"] == 1


def test_decisions_of_another_table_are_told_by_service() -> None:
    """Each is counted once, whatever was decided instead of it."""
    chosen = [choice(), choice(foreign=True), choice(foreign=True)]
    lines = Meter(10).add(passage(Leg(alias="blue", choices=chosen, seconds=0.1)), NOW)

    assert totals(lines)["checkout", "ForeignDecisions"] == 2
    lines = Meter(10).add(passage(leg()), NOW)
    assert ("checkout", "ForeignDecisions") not in totals(lines)


def test_decisions_are_counted_by_unit_and_reason() -> None:
    """A batch of three is three decisions and one invocation."""
    chosen = [choice(reason=reason) for reason in ("SPLIT", "CARRIED", "SPLIT")]
    lines = Meter(10).add(passage(Leg(alias="blue", choices=chosen, seconds=0.1)), NOW)

    found = totals(lines)
    assert found["checkout", "SPLIT", "Decisions"] == 2
    assert found["checkout", "CARRIED", "Decisions"] == 1
    assert found["checkout", "blue", "Invocations"] == 1


def test_services_have_lines_of_their_own() -> None:
    """Two services in one container do not mix."""
    meter = Meter(10)
    meter.add(passage(), NOW)
    meter.add(passage(), NOW + 1)
    meter.add(passage(service="email"), NOW + 2)
    found = totals(meter.flush())

    assert found["checkout", "blue", "Invocations"] == 1
    assert found["email", "blue", "Invocations"] == 1


def test_the_first_request_of_a_container_is_told_at_once() -> None:
    """A container that serves one request in its life loses nothing."""
    assert Meter(300).add(passage(), NOW)


def test_later_ones_wait_for_the_time_to_pass() -> None:
    """Within ten seconds there is silence; the next request tells of all."""
    meter = Meter(10)
    meter.add(passage(), NOW)
    silent = [meter.add(passage(), NOW + at) for at in (1, 5, 9.9)]

    assert silent == [[], [], []]
    found = totals(meter.add(passage(), NOW + 10))
    assert found["checkout", "blue", "Invocations"] == 4


def test_zero_seconds_tell_of_every_request() -> None:
    """Who wants no window has none."""
    meter = Meter(0)

    assert [len(meter.add(passage(), NOW)) for _ in range(3)] == [1, 1, 1]


@pytest.mark.parametrize("trouble", [{"error": ValueError()}, {"fallback": True}])
def test_trouble_is_told_at_once(trouble: dict[str, Any]) -> None:
    """An error or a fallback takes all that waited along."""
    meter = Meter(10)
    meter.add(passage(), NOW)
    meter.add(passage(), NOW + 1)
    found = totals(meter.add(passage(leg(**trouble)), NOW + 2))

    assert found["checkout", "blue", "Invocations"] == 2


def test_a_hundred_values_are_told_at_once() -> None:
    """No list outgrows what the format allows."""
    meter = Meter(10)
    meter.add(passage(), NOW)
    lines = [meter.add(passage(), NOW) for _ in range(100)]

    assert [len(line) for line in lines] == [0] * 99 + [1]
    assert len(parse(lines[-1][0])["Latency"]) == 100


def test_one_event_with_more_values_takes_more_lines() -> None:
    """250 invocations for one event are three lists, and counted once."""
    lines = Meter(10).add(passage(*[leg(seconds=0.001)] * 250), NOW)

    found = totals(lines)
    assert [len(parse(line)["Latency"]) for line in lines] == [100, 100, 50]
    assert found["checkout", "blue", "Invocations"] == 250
    assert found["checkout", "blue", "Latency"] == 250


def test_values_keep_their_time() -> None:
    """What an hour of frost kept back is not told as of now."""
    meter = Meter(10)
    meter.add(passage(), NOW)
    meter.add(passage(), NOW + 1)
    lines = meter.add(passage(), NOW + 3600)

    stamps = [parse(line)["_aws"]["Timestamp"] for line in lines]
    assert stamps == [int((NOW + 1) * 1000), int((NOW + 3600) * 1000)]


def test_a_clock_set_back_stops_nothing() -> None:
    """A container whose clock jumps tells on, without waiting for the old time."""
    meter = Meter(10)
    meter.add(passage(), NOW)

    assert meter.add(passage(), NOW - 3600)
    assert meter.add(passage(), NOW - 3590)


def test_nothing_is_told_twice() -> None:
    """After a flush there is nothing left."""
    meter = Meter(10)
    meter.add(passage(), NOW)

    assert meter.flush() == []
