"""What `docs/monitoring.md` names is what the router writes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from router import journal
from router.metrics import NAMESPACE, Meter
from tests.unit.router.emf import measured
from tests.unit.router.passages import leg, passage

GUIDE = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text("utf-8")
# An event with everything that can go wrong.
TROUBLE = passage(
    leg("green", error=ValueError(), fallback=True),
    leg("blue", reason="FALLBACK"),
    problem="the table is out of reach",
    dropped=1,
    refused=1,
    keys="the keys are out of reach",
    request_id="f7f1c0de",
)


def cells(column: str, text: str) -> set[str]:
    """Names in the first cells of the table whose first column is called so."""
    table = text.partition(f"| {column} |")[2].partition("\n\n")[0]
    firsts = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    return {name for cell in firsts for name in re.findall(r"`(\w+)`", cell)}


def test_every_member_of_a_decision_is_explained() -> None:
    """The table has what the lines have, and nothing else."""
    lines = journal.lines(TROUBLE, float)

    assert cells("member", GUIDE) == {
        name for line in lines for name in json.loads(line)
    }


def test_every_metric_is_explained() -> None:
    """Metrics with their dimensions and units are those of the table."""
    lines = Meter(10).add(TROUBLE, 1e9)
    rows = {
        f"| `{name}` | {', '.join(dimension for dimension, _ in where)} |"
        for where, name, _ in measured(lines)
    }
    units = {
        (metric["Name"], metric["Unit"])
        for line in lines
        for directive in json.loads(line)["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    }

    assert cells("metric", GUIDE) == {name for name, _ in units}
    assert [row for row in rows if row not in GUIDE] == []
    assert [
        name
        for name, unit in units
        if not re.search(rf"\| `{name}` \| [^|]+ \| {unit} \|", GUIDE)
    ] == []


def test_the_example_of_a_decision_is_one() -> None:
    """The line shown has the members of a plain one, in their order."""
    shown = json.loads(re.findall(r"^\{.*$", GUIDE, re.MULTILINE)[0])
    (line,) = journal.lines(passage(request_id="f7f1c0de"), float)

    assert list(shown) == list(json.loads(line))


def test_the_alarm_watches_metrics_that_there_are() -> None:
    """Namespace, names and dimensions of the alarm are those of the lines."""
    block = next(
        it for it in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if "Alarm" in it
    )
    alarm = yaml.safe_load(block)["CanaryErrors"]["Properties"]
    watched = [
        it["MetricStat"]["Metric"] for it in alarm["Metrics"] if "MetricStat" in it
    ]
    written = {
        (name, tuple(dimension for dimension, _ in where))
        for where, name, _ in measured(Meter(10).add(TROUBLE, 1e9))
    }

    assert {it["Namespace"] for it in watched} == {NAMESPACE}
    assert {
        (it["MetricName"], tuple(one["Name"] for one in it["Dimensions"]))
        for it in watched
    } <= written
