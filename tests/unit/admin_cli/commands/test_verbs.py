"""`enable`, `disable`, `set`, `target`: a flag is changed without a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.admin_cli.conftest import Canary, Result, Table

EVERY = [
    ("disable", "search"),
    ("set", "search", "on"),
    ("set", "search", "on=50", "off=50"),
    ("set", "search", "off", "--rule", "grown-ups"),
    ("target", "search", "off", "--key", "bo"),
    ("target", "search", "on", "--key", "ana", "--remove"),
]


def test_the_kill_switch(canary: Canary, table: Table) -> None:
    """Off and on again, each a signed row of history."""
    off = canary("disable", "search", "--reason", "fire", "--author", "bo")

    assert 0 == off.code, off.err
    assert table.body("search")["enabled"] is False
    (entry,) = table.store.history("search", 1)
    assert ("disable", "bo", "fire") == (entry.action, entry.author, entry.reason)
    fields = off.data["changes"][0]["fields"]
    assert [{"path": "enabled", "old": None, "new": False}] == fields

    assert 0 == canary("enable", "search").code
    assert "enabled" not in table.body("search")


@pytest.mark.parametrize(
    ("argv", "serve"),
    [
        (("on",), "on"),
        (("on=50", "off=50"), {"on": 50, "off": 50}),
        (("on=12.5%", "off=87.5"), {"on": 12.5, "off": 87.5}),
        (
            ("on=10", "off=90", "--by", "tenant"),
            {"split": {"on": 10, "off": 90}, "by": "tenant"},
        ),
    ],
)
def test_what_everyone_else_gets(
    canary: Canary, table: Table, argv: tuple[str, ...], serve: Any
) -> None:
    """A variant, or percentages; targets and rules stay."""
    before = table.body("search")

    assert 0 == canary("set", "search", *argv).code

    assert {**before, "serve": serve} == table.body("search")


def test_percentages_keep_what_they_are_drawn_by(canary: Canary, grown: Table) -> None:
    """Or whole tenants would be torn apart."""
    canary("set", "layout", "new=60", "old=40")

    assert {"split": {"new": 60, "old": 40}, "by": "tenant"} == grown.body("layout")[
        "serve"
    ]


@pytest.mark.parametrize("rule", ["grown-ups", "0"])
def test_what_a_rule_serves(canary: Canary, table: Table, rule: str) -> None:
    """By its name or its place; what everyone else gets stays."""
    before = table.body("search")

    assert 0 == canary("set", "search", "on", "--rule", rule).code

    after = table.body("search")
    assert "on" == after["rules"][0]["serve"]
    assert before["serve"] == after["serve"]


def test_a_rule_of_a_release_is_set(canary: Canary, table: Table) -> None:
    """Its variants are roles."""
    assert 0 == canary("set", "shop", "stable", "--rule", "staff first").code
    assert "stable" == table.body("shop")["rules"][0]["serve"]


def test_users_are_named_and_taken_out(canary: Canary, table: Table) -> None:
    """Named for one variant they are named for no other."""
    canary("target", "search", "off", "--key", "ana", "--key", "bo", "--key", "bo")
    assert {"off": ["ana", "bo"]} == table.body("search")["targets"]

    canary("target", "search", "off", "--key", "ana", "--remove")
    assert {"off": ["bo"]} == table.body("search")["targets"]

    canary("target", "search", "off", "--key", "bo", "--remove")
    assert "targets" not in table.body("search")


def test_users_of_a_kind_are_named(canary: Canary, table: Table) -> None:
    """Beside those who are named by their targeting key."""
    canary("target", "search", "on", "--key", "acme", "--kind", "tenant")

    assert {"on": {"key": ["ana"], "tenant": ["acme"]}} == table.body("search")[
        "targets"
    ]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("enable", "search"), "search is enabled already; nothing changed"),
        (("set", "search", "off=80", "on=20"), "search serves this already"),
        (("target", "search", "on", "--key", "ana"), "search names all of them alr"),
        (("target", "search", "on", "--key", "x", "--remove"), "search names none of"),
    ],
)
def test_what_is_so_already_is_no_change(
    canary: Canary, table: Table, argv: tuple[str, ...], said: str
) -> None:
    """It says so, and leaves no history."""
    before = table.items()

    result = canary(*argv)

    assert (0, []) == (result.code, result.data["changes"])
    assert said in result.err
    assert before == table.items()


@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (("disable", "serch"), 3, "no flag is named 'serch'; did you mean search?"),
        (("disable", "routing"), 2, "is no flag; name a flag or a release"),
        (
            ("set", "search", "onn"),
            2,
            "VARIANT: no variant 'onn'; did you mean on? defined: on, off",
        ),
        (("set", "search", "on=50", "off"), 2, "SERVE: 'off' is not VARIANT=PERCENT"),
        (("set", "search", "on=50", "on=50"), 2, "SERVE: on is given twice"),
        (("set", "search", "on=50", "off=40"), 2, "flags.search.serve: "),
        (("set", "search", "on=x", "off=40"), 2, "PERCENT: 'x' is "),
        (("set", "search", "on", "--by", "tenant"), 2, "--by: goes with percentages"),
        (
            ("set", "search", "on", "--rule", "grown-up"),
            2,
            "--rule: search has no rule 'grown-up'; did you mean 'grown-ups'?",
        ),
        (("set", "search", "on", "--rule", "7"), 2, "--rule: search has no rule '7'"),
        (("set", "shop", "canary"), 2, "flags.shop: a release; `canary set-weight`"),
        (("set", "search"), 2, "Missing argument 'SERVE...'"),
        (("target", "search", "on"), 2, "Missing option '--key'"),
        (
            ("target", "search", "onn", "--key", "a"),
            2,
            "VARIANT: no variant 'onn'; did you mean on?",
        ),
        (("target", "search", "on", "--key", ""), 2, "flags.search.targets.on"),
        (
            ("disable", "search", "--if-version", "7"),
            4,
            "search is at version 1, not 7",
        ),
    ],
)
def test_what_is_refused(
    canary: Canary, table: Table, argv: tuple[str, ...], code: int, error: str
) -> None:
    """With its place and what was probably meant; nothing is written."""
    before = table.items()

    result = canary(*argv)

    assert (code, "") == (result.code, result.out)
    assert f"canary: error: {error}" in result.err or error in result.err
    assert before == table.items()


@pytest.mark.parametrize("argv", EVERY, ids=" ".join)
def test_every_verb_is_rehearsed_written_and_undone(
    canary: Canary, table: Table, argv: tuple[str, ...]
) -> None:
    """A dry run shows what the change is; undo takes it back."""
    before = table.body("search")

    rehearsed = canary(*argv, "--dry-run")
    assert before == table.body("search")
    done = canary(*argv)
    assert before != table.body("search")
    canary("undo", "search")

    assert (0, 0) == (rehearsed.code, done.code)
    fields = [one.data["changes"][0]["fields"] for one in (rehearsed, done)]
    assert fields[0] == fields[1]
    assert before == table.body("search")


def test_new_warnings_are_told(canary: Canary, table: Table) -> None:
    """As lint tells them; those that were there before are not new."""
    result = canary("set", "search", "on=100", "off=0")

    assert "flags.search.serve: a split with all in one variant; write on" in result.err
    assert "no-owner" not in result.err
    assert 2 == table.version("search")


@pytest.mark.usefixtures("table")
def test_a_switch_is_thrown_whatever_others_do(
    canary: Canary, meanwhile: Callable[..., list[Result]]
) -> None:
    """Somebody else's change of the same flag stands in no one's way."""
    others = meanwhile(("set", "search", "on"), ("set", "search", "off"))

    result = canary("disable", "search")

    assert [0, 0] == [other.code for other in others]
    assert 0 == result.code, result.err
