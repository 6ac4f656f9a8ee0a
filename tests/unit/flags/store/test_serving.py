"""What can be served: shares, splits and ramps, good and wrong."""

from __future__ import annotations

from typing import Any

import pytest

from flags.store.serving import RampDocument, SplitDocument, form
from tests.unit.flags.store.wrong import (
    CLAUSE,
    GIFT,
    PERCENT,
    SHOP,
    UNKNOWN,
    problems,
    read_flag,
)

RAMP = {
    "ramp": [
        {"at": "2026-12-01T09:00:00Z", "split": {"on": 5, "off": 95}},
        {"at": "2026-12-02", "split": {"on": 50, "off": 50}},
    ]
}


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        ("on", "variant"),
        ({"on": 50}, "shares"),
        ({"split": 50, "x": 50}, "shares"),
        ({"ramp": 50, "split": 50}, "shares"),
        ({"split": {"a": 100}}, "split"),
        ({"split": "x"}, "split"),
        ({"split": True}, "split"),
        (RAMP, "ramp"),
        ({"ramp": {}}, "ramp"),
        (None, "variant"),
        ([1], "variant"),
    ],
)
def test_form(serve: object, expected: str) -> None:
    """A number tells a variant that is called `split` from a split."""
    assert expected == form(serve)


def test_forms() -> None:
    """All forms are read, and written as they were read."""
    split = {"split": {"on": 50, "off": 50}, "by": "tenant"}
    ramp = {**RAMP, "linear": True, "by": "tenant"}

    for serve, model in ((split, SplitDocument), (ramp, RampDocument)):
        flag = read_flag("gift", {**GIFT, "serve": serve})
        assert isinstance(flag.serve, model)
        assert serve == flag.body()["serve"]


def test_variants_called_split_and_ramp() -> None:
    """The words of the grammar are good names for variants."""
    flag = {"variants": {"split": 1, "ramp": 2}, "off": "ramp"}
    serve = {"split": 50, "ramp": 50}

    assert serve == read_flag("gift", {**flag, "serve": serve}).serve


def ramp(*stages: tuple[Any, dict[str, Any]]) -> dict[str, Any]:
    """A ramp of these stages."""
    return {"ramp": [{"at": at, "split": split} for at, split in stages]}


ALL = {"on": 100}
TIME = "give a time like 2026-12-01T09:00:00+01:00, or a date"


@pytest.mark.parametrize(
    ("serve", "place", "message"),
    [
        ({"split": {"on": 1}}, ".split", "the percentages add up to 1, not 100"),
        ({"split": {"on": 101}}, ".split.on", PERCENT),
        ({"split": {}}, ".split", "the percentages add up to 0, not 100"),
        (
            {"split": {"oh": 100}},
            ".split.oh",
            "no variant 'oh'; defined: on, off, $default",
        ),
        ({"split": ALL, "bye": "x"}, ".bye", UNKNOWN),
        (
            {"split": ALL, "by": "now"},
            ".by",
            "the time is nobody's identity; name an attribute that stays",
        ),
        ({"split": "on"}, ".split", "input should be a valid dictionary"),
        ({"ramp": {}}, ".ramp", "input should be a valid list"),
        (
            {"ramp": []},
            ".ramp",
            "list should have at least 1 item after validation, not 0",
        ),
        (ramp(("noon", ALL)), ".ramp[0].at", TIME),
        (ramp(("2026-12-01T09:00:00", ALL)), ".ramp[0].at", TIME),
        (ramp(("1969-12-31", ALL)), ".ramp[0].at", TIME),
        (ramp((1_800_000_000, ALL)), ".ramp[0].at", TIME),
        (
            ramp(("2026-12-02", ALL), ("2026-12-02T01:00:00+02:00", ALL)),
            ".ramp[1].at",
            "not after the stage before; put the stages in order of time",
        ),
        (
            ramp(("2026-12-02", ALL), ("2026-12-03", {"on": 1})),
            ".ramp[1].split",
            "the percentages add up to 1, not 100",
        ),
    ],
)
def test_wrong(serve: Any, place: str, message: str) -> None:
    """A wrong serve is one line with its place, at the flag and in its rules."""
    rules = [{"name": "a", "when": CLAUSE, "serve": serve}]

    assert [f"flags.gift.serve{place}: {message}"] == problems(
        {"flags": {"gift": {**GIFT, "serve": serve}}}
    )
    assert [f"flags.gift.rules[0].serve{place}: {message}"] == problems(
        {"flags": {"gift": {**GIFT, "rules": rules}}}
    )


@pytest.mark.parametrize("serve", [{"split": ALL, "by": "tenant"}, RAMP])
def test_names(serve: Any) -> None:
    """A rule that draws users is named, whatever form its percentages have."""
    rules = [{"when": CLAUSE, "serve": serve}]

    assert [
        (
            "flags.gift.rules[0].name: missing; a rule with percentages needs one, "
            "to keep its users"
        ),
    ] == problems({"flags": {"gift": {**GIFT, "rules": rules}}})


def test_releases_have_no_ramps() -> None:
    """An operator moves a release, no calendar."""
    stages = ramp(("2026-12-02", {"canary": 100}))
    rules = [{"name": "a", "when": CLAUSE, "serve": stages}]

    assert [
        (
            "flags.shop.rules[0].serve: a release has no ramps; move its weight with "
            "`canary set-weight`"
        ),
    ] == problems({"flags": {"shop": {**SHOP, "rules": rules}}})
