"""Plans as they are carried out."""

from __future__ import annotations

import json

import pytest

from flags.store.checks import read_document
from flags.store.plans import READY, canonical, seconds, spelled, watch_settings
from flags.store.plans.measures import USUAL
from flags.store.plans.numbers import BAD_ODDS
from rollouts.judge import Settings, settings_from

TOPIC = "arn:aws:sns:eu-west-1:123456789012:rollouts"
BUS = "arn:aws:events:eu-west-1:123456789012:event-bus/default"
FULL = {
    "steps": [
        {"groups": ["testers"], "bake": "10m"},
        {
            "weight": 5.0,
            "bake": "15m",
            "before": [{"invoke": "smoke:live", "payload": {"deep": None}}],
            "during": [{"invoke": "synthetic", "timeout": "10s"}],
        },
        {"gate": {"approvers": ["alice"]}},
        {"gate": None, "weight": 100, "bake": "30m"},
        {"gate": {"timeout": "4h"}},
    ],
    "guards": {"errors": {"alpha": 0.01}, "latency": ["800ms", "2s"], "alarms": ["a"]},
    "notify": [TOPIC, BUS],
}


def test_everything_is_written_out() -> None:
    """Defaults are there, and nothing is that says nothing."""
    assert {
        "steps": [
            {"groups": ["testers"], "bake": "10m", "before": [], "during": []},
            {
                "weight": 5,
                "bake": "15m",
                "before": [
                    {
                        "invoke": "smoke:live",
                        "payload": {"deep": None},
                        "timeout": "30s",
                    }
                ],
                "during": [
                    {
                        "invoke": "synthetic",
                        "payload": {},
                        "timeout": "10s",
                        "every": "1m",
                    }
                ],
            },
            {"gate": {"approvers": ["alice"], "timeout": "24h"}},
            {"weight": 100, "bake": "30m", "before": [], "during": []},
            {"gate": {"timeout": "4h"}},
        ],
        "guards": {
            "errors": {
                "alpha": 0.01,
                "tolerance": 1.25,
                "floor": {"users": 5, "share": 50},
            },
            "latency": ["800ms", "2s"],
            "alarms": ["a"],
        },
        "inconclusive": "advance",
        "deadline": "24h",
        "ceiling": 100,
        "drain": "15m",
        "notify": [TOPIC, BUS],
    } == canonical(FULL)


@pytest.mark.parametrize("name", READY)
def test_ready_made(name: str) -> None:
    """Each ready-made plan is good, judged, and ends with everyone on the canary."""
    plan = canonical(name)

    assert plan == READY[name] == canonical(plan)
    assert 100 == plan["steps"][-1]["weight"]
    assert watch_settings(plan)
    assert json.loads(json.dumps(plan)) == plan


def test_a_payload_of_nothing() -> None:
    """A key without a value is a key that is not there; within a payload it is."""
    checks = [{"invoke": "a", "payload": None}, {"invoke": "a", "payload": [None]}]
    step = {"weight": 5, "bake": "1m", "before": checks}
    before = canonical({"steps": [step]})["steps"][0]["before"]

    assert [{}, [None]] == [check["payload"] for check in before]


def test_ready_made_plans_are_nobodys() -> None:
    """What a caller does to a plan stays with the caller."""
    canonical("standard")["steps"].clear()

    assert READY["standard"]["steps"]


@pytest.mark.parametrize(
    ("name", "weights", "bakes"),
    [
        ("AllAtOnce", [100], ["1m"]),
        ("LambdaCanary10Percent15Minutes", [10, 100], ["15m", "1m"]),
        ("Linear10PercentEvery2Minutes", range(10, 110, 10), [*["2m"] * 9, "1m"]),
        ("standard", [1, 5, 25, 50, 100], ["5m", "10m", "15m", "15m", "15m"]),
    ],
)
def test_names_say_what_they_do(
    name: str, weights: list[int], bakes: list[str]
) -> None:
    """CodeDeploy's names mean what they mean there."""
    steps = READY[name]["steps"]

    assert [*weights] == [step["weight"] for step in steps]
    assert [*bakes] == [step["bake"] for step in steps]


def test_a_release_keeps_its_plan_as_it_was_written() -> None:
    """A stored plan is no longer than what people wrote."""
    plan = {"steps": [{"weight": 5.0, "bake": "10m"}], "inconclusive": "advance"}
    body = {"release": {"services": ["web"]}, "plan": plan}

    assert {"steps": [{"weight": 5, "bake": "10m"}]} == (
        read_document("shop", body).body()["plan"]
    )
    assert "fast" == read_document("shop", body | {"plan": "fast"}).body()["plan"]


@pytest.mark.parametrize(
    ("text", "length"),
    [("800ms", 0.8), ("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400)],
)
def test_lengths(text: str, length: float) -> None:
    """Lengths are read in seconds, and spelled in the largest unit that fits."""
    assert length == seconds(text)
    assert text == spelled(length)


@pytest.mark.parametrize("text", ["", "10", "m", "1.5h", "-1m", "1 m", "1M", "1m "])
def test_no_lengths(text: str) -> None:
    """Whatever else there is has no length."""
    with pytest.raises(ValueError, match="no length of time"):
        seconds(text)


def test_what_the_judge_is_asked() -> None:
    """Errors first, then latency; what the judge takes for granted isn't said."""
    plain = canonical("standard")
    slow = canonical({**FULL, "guards": {"errors": False, "latency": ["1s"]}})
    none = canonical({**FULL, "guards": {"errors": False, "alarms": ["a"]}})
    floor = {"users": 7, "share": 40}
    own = canonical({**FULL, "guards": {"errors": {"tolerance": 2, "floor": floor}}})

    assert {"measures": [["errors"]]} == watch_settings(plain)
    assert {"measures": [["errors"], ["slow:800", "slow:2000"]], "alpha": 0.01} == (
        watch_settings(canonical(FULL))
    )
    # Half of the users may well be slow: without errors there is no hard floor.
    assert {"measures": [["slow:1000"]], "floor_users": 2**31} == watch_settings(slow)
    assert None is watch_settings(none)
    assert {
        "measures": [["errors"]],
        "tolerance": 2,
        "floor_users": 7,
        "floor_share": 0.4,
    } == watch_settings(own)


@pytest.mark.parametrize("plan", [FULL, "standard", "cautious"])
def test_the_judge_understands(plan: object) -> None:
    """What is asked is what the judge reads."""
    settings = settings_from(watch_settings(canonical(plan)) or {})  # type: ignore[arg-type]

    assert "errors" == settings.names[0]


def test_the_judges_defaults() -> None:
    """What is left out is what the judge does by itself; bad begins at its margin."""
    usual = Settings()

    assert {name: getattr(usual, name) for name in USUAL} == USUAL
    assert usual.margin == BAD_ODDS
