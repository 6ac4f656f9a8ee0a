"""The store, read by Powertools' own FeatureFlags."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from aws_lambda_powertools.utilities.feature_flags import FeatureFlags, SchemaValidator
from aws_lambda_powertools.utilities.feature_flags.exceptions import (
    ConfigurationStoreError,
)

from flags import Flags
from flags.codec import decode
from flags.model import Flag
from flags.powertools import CanaryStore
from flags.powertools.lines import Line, Lines
from flags.snapshot import Snapshot
from flags.testing import FakeClock, MemoryStore, flags_from, override

ON_OFF = {"variants": {"on": True, "off": False}, "off": "off"}


def rule(when: dict[str, Any], serve: Any = "on", **more: Any) -> dict[str, Any]:
    """A flag with one rule."""
    rules = [{"name": "mine", "when": when, "serve": serve}]
    return ON_OFF | {"rules": rules, "serve": "off"} | more


def store(flags: dict[str, Any], **parts: Any) -> CanaryStore:
    """A store of these flags."""
    return CanaryStore(flags_from({"flags": flags, **parts}))


def equals(attribute: str, value: Any, **more: Any) -> dict[str, Any]:
    """A comparison."""
    return {"attribute": attribute, "equals": value, **more}


def test_schema() -> None:
    """What Powertools is given reads as if somebody had written it."""
    found = store(
        {
            "gift": rule({"all": [equals("plan", "gold"), equals("country", "NL")]}),
            "plain": ON_OFF | {"serve": "on"},
            "theme": {
                "variants": {"d": "dark", "l": "light"},
                "off": "l",
                "targets": {"d": ["ann", "bob"]},
                "serve": "l",
            },
            "dead": rule(equals("plan", "gold"), enabled=False),
        }
    ).get_configuration()

    expected = {
        "gift": {
            "default": False,
            "rules": {
                "mine": {
                    "when_match": True,
                    "conditions": [
                        {"action": "EQUALS", "key": "plan", "value": "gold"},
                        {"action": "EQUALS", "key": "country", "value": "NL"},
                    ],
                }
            },
        },
        "plain": {"default": True},
        "theme": {
            "default": "light",
            "boolean_type": False,
            "rules": {
                "targets": {
                    "when_match": "dark",
                    "conditions": [
                        {
                            "action": "KEY_IN_VALUE",
                            "key": "key",
                            "value": ["ann", "bob"],
                        }
                    ],
                }
            },
        },
        "dead": {"default": False},
    }
    assert expected == found
    SchemaValidator(found).validate()


def test_any_is_several_rules() -> None:
    """Powertools' conditions are joined by "and" alone; "or" becomes rules in a row."""
    when = {"any": [equals("plan", "gold"), equals("staff", "yes")]}
    features = FeatureFlags(store({"gift": rule(when)}))

    found = features.get_configuration()["gift"]["rules"]
    answers = [
        features.evaluate(name="gift", context=context, default=None)
        for context in ({"plan": "gold"}, {"staff": "yes"}, {"plan": "free"}, {})
    ]

    assert ["mine", "mine (2)"] == list(found)
    assert [True, True, False, False] == answers


def test_not_covers_what_is_missing() -> None:
    """To Powertools a missing attribute fits nothing; to us it is not gold."""
    features = FeatureFlags(
        store({"gift": rule(equals("plan", "gold") | {"not": True})})
    )

    answers = [
        features.evaluate(name="gift", context=context, default=None)
        for context in ({"plan": "gold"}, {"plan": "free"}, {})
    ]

    assert [False, True, True] == answers


def test_segments_and_prerequisites() -> None:
    """Both are written out."""
    features = FeatureFlags(
        store(
            {
                "cart": rule(equals("plan", "gold")),
                "gift": rule(
                    {"segment": "beta"}, requires=[{"flag": "cart", "variant": "on"}]
                ),
            },
            segments={"beta": {"included": ["ann"], "excluded": ["bob"]}},
        )
    )

    answers = [
        features.evaluate(name="gift", context=context, default=None)
        for context in (
            {"key": "ann", "plan": "gold"},
            {"key": "ann"},
            {"key": "bob", "plan": "gold"},
        )
    ]

    assert [True, False, False] == answers


def test_a_finished_rollout() -> None:
    """All users on one variant need no hash, but still a key."""
    features = FeatureFlags(store({"gift": ON_OFF | {"serve": {"on": 100}}}))

    answers = [
        features.evaluate(name="gift", context=context, default=None)
        for context in ({"key": "ann"}, {})
    ]

    assert [True, False] == answers


SPLIT = {"on": 50, "off": 50}


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        (ON_OFF | {"serve": SPLIT}, "it splits users by a hash"),
        (rule(equals("plan", "gold"), SPLIT), "it splits users by a hash"),
        (
            rule({"attribute": "v", "version_in": ">=1"}),
            "it compares by version_in",
        ),
        (rule({"attribute": "v", "matches": "a+"}), "it compares by matches"),
        (rule({"attribute": "ip", "in_network": "10.0.0.0/8"}), "by in_network"),
        (rule(equals("plan", "gold", ignore_case=True)), "it ignores case"),
        (
            rule({"attribute": "since", "after": "2030-01-01"}),
            "it compares by after",
        ),
        (
            rule({"attribute": "now", "greater_than": 5}),
            "it compares the time by greater_than",
        ),
        (
            ON_OFF | {"serve": "on", "targets": {"on": [f"u{n}" for n in range(1001)]}},
            "it lists more than 1000 ids",
        ),
        (
            rule(
                {
                    "all": [
                        {"any": [equals(f"{letter}{n}", "x") for n in range(5)]}
                        for letter in "abcd"
                    ]
                }
            ),
            "it takes more than 100 rules",
        ),
    ],
)
def test_left_out(flag: dict[str, Any], why: str) -> None:
    """What has no words in the schema gives the caller's default, and says why."""
    found = store({"gift": flag, "plain": ON_OFF | {"serve": "on"}})
    features = FeatureFlags(found)

    assert "mine" == features.evaluate(name="gift", context={}, default="mine")
    assert features.evaluate(name="plain", context={}, default="mine") is True
    assert ["gift"] == list(found.left_out)
    assert why in found.left_out["gift"]


def test_left_out_for_others() -> None:
    """Nor has a flag words that requires such a one, or is in a group."""
    found = store(
        {
            "half": ON_OFF | {"serve": SPLIT},
            "gift": ON_OFF
            | {"serve": "on", "requires": [{"flag": "half", "variant": "on"}]},
            "test": ON_OFF | {"serve": "on"},
        },
        groups={"q4": {"holdout": 5, "flags": ["test"]}},
    )
    found.get_configuration()

    assert {
        "half": "it splits users by a hash",
        "gift": "it requires half: it splits users by a hash",
        "test": "it is in the group q4",
    } == dict(found.left_out)


def test_warned_once(caplog: pytest.LogCaptureFixture) -> None:
    """One warning for a version of the rules; releases go without saying."""
    release = {"release": {"services": ["shop-web"]}}
    found = store({"gift": ON_OFF | {"serve": SPLIT}, "shop": release})

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            found.get_configuration()

    assert ["Powertools gets no rules for gift: it splits users by a hash"] == (
        caplog.messages
    )
    assert "it is a release" == found.left_out["shop"]


def test_the_same_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Powertools validates what it has not seen; the same rules it has."""
    validated = []
    original = SchemaValidator.validate

    def validate(self: SchemaValidator) -> None:
        validated.append(self)
        original(self)

    monkeypatch.setattr(SchemaValidator, "validate", validate)
    features = flags_from({"flags": {"gift": ON_OFF | {"serve": "on"}}})
    found = CanaryStore(features)
    powertools = FeatureFlags(found)
    for _ in range(3):
        powertools.evaluate(name="gift", context={}, default=None)

    assert 1 == len(validated)
    assert found.get_raw_configuration is found.get_configuration()
    with override(features, {"gift": False}):
        assert powertools.evaluate(name="gift", context={}, default=None) is False
    assert 2 == len(validated)


def test_no_rules() -> None:
    """Without a table FeatureFlags gives its caller's default."""
    clock = FakeClock()
    snapshot = Snapshot(MemoryStore(), decode, now=clock, random=lambda: 0.5)
    found = CanaryStore(Flags(snapshot, now=clock))

    with pytest.raises(ConfigurationStoreError, match="the table holds no rules yet"):
        found.get_configuration()
    assert "mine" == FeatureFlags(found).evaluate(name="x", default="mine")


def test_values_are_copies() -> None:
    """What Powertools' callers do to a value doesn't reach our own."""
    flag = {"variants": {"v": {"tea": [1]}}, "off": "v", "serve": "v"}
    features = flags_from({"flags": {"menu": flag}})
    powertools = FeatureFlags(CanaryStore(features))

    found: Any = powertools.evaluate(name="menu", context={}, default=None)
    found["tea"].append("changed")

    assert {"tea": [1]} == features.json("menu", default={})


def test_enabled_features() -> None:
    """Powertools' list of what is on works too."""
    features = FeatureFlags(
        store({"gift": rule(equals("plan", "gold")), "plain": ON_OFF | {"serve": "on"}})
    )

    assert ["plain"] == features.get_enabled_features(context={})
    assert ["gift", "plain"] == features.get_enabled_features(context={"plan": "gold"})


def test_one_flag_never_costs_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw leaves out a flag, not the schema."""

    def fail(_rules: object, flag: Flag) -> Lines:
        if flag.name == "gift":
            raise ZeroDivisionError("by zero")
        return (Line((), "on", ""),)

    monkeypatch.setattr("flags.powertools.store.lines_of", fail)
    found = store({"gift": ON_OFF | {"serve": "on"}, "plain": ON_OFF | {"serve": "on"}})

    assert {"plain": {"default": True}} == found.get_configuration()
    assert {"gift": "ZeroDivisionError: by zero"} == dict(found.left_out)
