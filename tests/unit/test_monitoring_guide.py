"""What `docs/monitoring.md` names is what router and controller write."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from flags.store.changes import Entry
from flags.store.plans import canonical
from rollouts.controller import measuring
from rollouts.controller.announcing import told_of
from rollouts.controller.attending import Outcome
from rollouts.judge import Settings, begin, verdict
from rollouts.machine import moves
from router import journal
from router.metrics import NAMESPACE, Meter
from router.passage import Leg
from tests.unit.router.emf import measured
from tests.unit.router.passages import choice, leg, passage

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
# An event with everything that can go wrong.
TROUBLE = passage(
    leg("green", error=ValueError(), fallback=True),
    Leg(
        alias="blue",
        choices=[choice(reason="FALLBACK", foreign=True)],
        seconds=0.1,
    ),
    problem="the table is out of reach",
    dropped=1,
    refused=1,
    keys="the keys are out of reach",
    skipped="crat",
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


def template() -> Any:
    """The template, short forms of functions as their text."""

    class Loader(yaml.SafeLoader):
        """Takes `!Ref X` for X."""

    Loader.add_multi_constructor("!", lambda loader, _, node: _plain(loader, node))
    return yaml.load((ROOT / "template.yaml").read_text("utf-8"), Loader)  # noqa: S506 - a SafeLoader


def _plain(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


def controllers(capsys: pytest.CaptureFixture[str]) -> set[tuple[str, str, str]]:
    """The metrics of the controller: name, dimensions and unit."""
    body = {"release": {"services": ["shop"]}}
    started = moves.start(
        "shop", body, canonical("fast"), id="shop0000", now=1e9, by="ana"
    )
    outcome = Outcome(
        name="shop", body=started, version=1, verdict=verdict(begin(Settings()))
    )
    ticking = dict.fromkeys(
        ("ControllerErrors", "StableNotInForce", "TicksLate", "DamagedRows"), 0
    )
    measuring.write("canary-controller", ticking, [outcome])
    found = set()
    for line in capsys.readouterr().out.splitlines():
        for directive in json.loads(line)["_aws"]["CloudWatchMetrics"]:
            assert directive["Namespace"] == NAMESPACE
            where = ", ".join(directive["Dimensions"][0])
            found |= {(it["Name"], where, it["Unit"]) for it in directive["Metrics"]}
    return found


def test_every_metric_of_the_controller_is_explained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Names, dimensions and units are those of the table."""
    found = controllers(capsys)
    rows = {f"| `{name}` | {where} | {unit} |" for name, where, unit in found}

    assert cells("of the controller", GUIDE) == {name for name, _, _ in found}
    assert [row for row in rows if row not in GUIDE] == []


def test_what_is_told_of_a_rollout_is_explained() -> None:
    """The example and the table have the members of what is told."""
    body = {"release": {"services": ["shop"]}}
    started = moves.start(
        "shop", body, canonical("fast"), id="shop0000", now=1e9, by="ana"
    )
    row = Entry(
        name="shop",
        version=2,
        at="2026-12-24T18:00:00Z",
        author="ana",
        reason="",
        action="rollout-start",
        before=body,
        after=started,
    )
    told = told_of("shop", row)
    (shown,) = re.findall(r'^\{"id".*$', GUIDE, re.MULTILINE)

    assert told is not None
    assert list(told) == list(json.loads(shown))
    assert cells("told", GUIDE) == set(told)


def test_every_alarm_of_the_template_is_explained() -> None:
    """The table has the template's alarms, and nothing else."""
    alarms = {
        name
        for name, it in template()["Resources"].items()
        if it["Type"] == "AWS::CloudWatch::Alarm"
    }

    assert cells("alarm", GUIDE) == alarms


def test_the_dashboard_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """It is JSON, and every metric of ours in it is written by somebody."""
    text = template()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]
    widgets = json.loads(text)["widgets"]
    written = {
        (name, ",".join(dimension for dimension, _ in where))
        for where, name, _ in measured(Meter(10).add(TROUBLE, 1e9))
    } | {(name, where.replace(", ", ",")) for name, where, _ in controllers(capsys)}
    searched, named = set(), set()
    for widget in widgets:
        for metric in widget["properties"]["metrics"]:
            if isinstance(metric[0], dict):
                searched |= set(
                    re.findall(
                        r"\{Canary,([\w,]+)\}.* MetricName=\"(\w+)\"",
                        metric[0]["expression"],
                    )
                )
            elif metric[0] == NAMESPACE:
                named.add((metric[1], metric[2]))

    assert len(widgets) == 12
    assert len(searched) > 10
    assert {(name, where) for where, name in searched} | named <= written


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
