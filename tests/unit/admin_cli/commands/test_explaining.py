"""`explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from flags.aborts import mark
from flags.bucketing import bucket
from flags.codec import decode
from flags.lineage import stamped
from tests.contracts.store_contract import abort
from tests.unit.admin_cli.conftest import TABLE

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table


def result_of(canary: Canary, *argv: str) -> tuple[dict[str, Any], list[Any]]:
    """The result and the steps of an explanation."""
    shown = canary("explain", *argv)
    assert 0 == shown.code, shown.err
    return shown.data["result"], shown.data["steps"]


@pytest.mark.usefixtures("table")
def test_a_split_shows_bucket_and_ranges(canary: Canary) -> None:
    """A share is explained with the bucket and who owns which range."""
    shown = canary("explain", "search", "--id", "user-1").data

    salt = decode(canary("export", "--snapshot").out).flags["search"].salt
    number = bucket(salt, "user-1")
    assert "SPLIT" == shown["result"]["reason"]
    assert number == shown["result"]["bucket"]
    assert shown["ranges"] == [
        {"from": 0, "to": 19_999, "variant": "on"},
        {"from": 20_000, "to": 99_999, "variant": "off"},
    ]
    assert ("on" if number < 20_000 else "off") == shown["result"]["variant"]
    assert ["targets", "grown-ups", "split"] == [s["step"] for s in shown["steps"]]


@pytest.mark.usefixtures("table")
def test_a_named_user_is_a_target(canary: Canary) -> None:
    """Those named one by one come before the rules."""
    result, steps = result_of(canary, "search", "--id", "ana")

    assert ("on", True, "TARGETING_MATCH", "targets") == (
        result["variant"],
        result["value"],
        result["reason"],
        result["rule"],
    )
    assert [True] == [step["matched"] for step in steps]


@pytest.mark.usefixtures("table")
def test_a_rule_shows_the_values_compared(canary: Canary) -> None:
    """Attributes that look like JSON are numbers, and the rest is text."""
    argv = ("search", "--id", "bo", "-a", "country=DE", "-a", "age=40")

    result, steps = result_of(canary, *argv)

    assert ("SPLIT", "grown-ups") == (result["reason"], result["rule"])
    detail = "country ('DE') in ['DE', 'AT']; age (40) greater_than 17"
    assert detail in steps[1]["detail"]


@pytest.mark.usefixtures("table")
def test_a_rule_that_does_not_match_says_why(canary: Canary) -> None:
    """A missing attribute and a wrong value both stand in the step."""
    _, steps = result_of(canary, "search", "--id", "bo", "-a", 'age="40"')

    assert steps[1]["matched"] is False
    assert "country (missing)" in steps[1]["detail"]
    assert "age ('40')" in steps[1]["detail"]


@pytest.mark.usefixtures("table")
def test_an_attribute_without_a_value_is_bad_input(canary: Canary) -> None:
    """All malformed attributes are listed."""
    result = canary("explain", "search", "-a", "age", "-a", "=5")

    assert 2 == result.code
    assert [
        "canary: error: --attribute: 'age' is not NAME=VALUE",
        "canary: error: --attribute: '=5' is not NAME=VALUE",
    ] == result.err.splitlines()


@pytest.mark.usefixtures("table")
def test_nobody_known_gets_the_off_variant(canary: Canary) -> None:
    """Without an identity there is nothing to hash."""
    result, _ = result_of(canary, "search")

    assert ("off", "NO_IDENTITY") == (result["variant"], result["reason"])


@pytest.mark.usefixtures("table")
def test_the_off_switch_comes_first(canary: Canary) -> None:
    """A disabled release is stable, whatever the request carries."""
    off = "flags: {shop: {enabled: false, release: {services: [shop-checkout]}}}"
    canary("apply", "-f", "-", stdin=off)

    result, steps = result_of(canary, "shop", "--token", "v1~shop.green.1")

    assert ("blue", "stable", "DISABLED") == (
        result["variant"],
        result["role"],
        result["reason"],
    )
    assert ["the off switch comes first", "the flag is disabled"] == [
        step["detail"] for step in steps
    ]


def test_a_release_without_a_rollout_is_stable(canary: Canary, table: Table) -> None:
    """Everyone is on stable, and the token says of which version."""
    result, _ = result_of(canary, "shop", "--id", "user-1")

    generation = stamped(1, table.store.load().lineage.number)
    assert ("STATIC", "blue", f"v1~shop.blue.{generation}") == (
        result["reason"],
        result["variant"],
        result["token"],
    )


@pytest.mark.usefixtures("table")
def test_a_carried_decision_is_honoured(canary: Canary) -> None:
    """While its rollout is live, what was decided is not decided again."""
    canary("set-weight", "shop", "0")

    result, steps = result_of(
        canary, "shop", "--id", "user-1", "--token", "v1~shop.green.2"
    )

    assert ("CARRIED", "green", "canary") == (
        result["reason"],
        result["variant"],
        result["role"],
    )
    assert ["green of version 2; rollout began at 2"] == [s["detail"] for s in steps]


@pytest.mark.usefixtures("table")
def test_a_decision_of_a_finished_rollout_heals(canary: Canary) -> None:
    """After an abort a late message is put on stable."""
    canary("set-weight", "shop", "50")
    canary("abort", "shop")

    result, steps = result_of(canary, "shop", "--token", "v1~shop.green.2")

    assert ("HEALED", "blue", "stable") == (
        result["reason"],
        result["variant"],
        result["role"],
    )
    assert (
        "green of version 2; no rollout is live; "
        "no longer in force, so healed to stable" == steps[0]["detail"]
    )


@pytest.mark.parametrize(
    ("name", "token", "detail"),
    [
        ("shop", "v2~shop.green.1", "malformed, so read as absent"),
        ("shop", "v1~other.green.1", "names no decision about shop"),
        ("search", "v1~a.b.1", "not a release, so nothing is carried about it"),
    ],
)
@pytest.mark.usefixtures("table")
def test_a_token_that_does_not_count_says_why(
    canary: Canary, name: str, token: str, detail: str
) -> None:
    """A token without an effect is a step, too."""
    _, steps = result_of(canary, name, "--id", "u", "--token", token)

    assert ("carried", False, detail) == tuple(steps[0].values())


@pytest.mark.usefixtures("table")
def test_a_token_from_newer_rules_says_so(canary: Canary) -> None:
    """A router would read the rules again before it decides."""
    canary("set-weight", "shop", "50")

    _, steps = result_of(canary, "shop", "--token", "v1~shop.green.9")

    assert "newer than the rules, version 2, so nobody's" in steps[0]["detail"]


SEAL = f"o.k1.1900000000.{'0a' * 8}.{'1b' * 16}"
IN_TIME, TOO_LATE = ("--at", "2030-03-17T00:00Z"), ("--at", "2030-03-18T00:00Z")


@pytest.mark.usefixtures("table")
def test_an_override_is_above_the_rules(canary: Canary) -> None:
    """It is taken as verified, and goes on as it came."""
    token = f"v1~shop.green.{SEAL}"

    result, steps = result_of(
        canary, "shop", "--id", "user-1", "--token", token, *IN_TIME
    )

    assert ("OVERRIDE", "green", "canary", token) == (
        result["reason"],
        result["variant"],
        result["role"],
        result["token"],
    )
    detail = (
        "green until 2030-03-17T17:46:40Z; taken as verified: "
        "`canary token check` looks at the seal"
    )
    assert [("override", True, detail)] == [tuple(step.values()) for step in steps]


@pytest.mark.parametrize(
    ("variant", "at", "why"),
    [
        ("purple", IN_TIME, "the release has no such variant, so it is read as absent"),
        ("green", TOO_LATE, "over, so routers drop it"),
    ],
)
@pytest.mark.usefixtures("table")
def test_an_override_without_effect_says_why(
    canary: Canary, variant: str, at: tuple[str, str], why: str
) -> None:
    """The walk goes on through the rules."""
    token = f"v1~shop.{variant}.{SEAL}"

    result, steps = result_of(canary, "shop", "--token", token, *at)

    assert ("STATIC", "blue") == (result["reason"], result["variant"])
    assert not steps[0]["matched"]
    assert f"{variant} until 2030-03-17T17:46:40Z; {why}" == steps[0]["detail"]


def test_people_get_a_table_of_steps(canary: Canary, table: Table) -> None:
    """On a terminal the steps are rows, and the result follows."""
    assert 1 == table.version("search")

    lines = canary.terminal("explain", "search", "--id", "ana").out.splitlines()

    assert ["#", "STEP", "MATCHED", "DETAIL"] == lines[0].split()
    assert lines[1].startswith("1  targets  yes")
    assert "variant: on" in lines
    assert "reason: TARGETING_MATCH" in lines


@pytest.mark.usefixtures("grown")
def test_an_archived_flag_is_not_explained(canary: Canary) -> None:
    """It is there, and nobody is served by it: that is said."""
    canary("archive", "layout")

    result = canary("explain", "layout")

    assert (2, "") == (result.code, result.out)
    assert (
        "canary: error: flags.layout: archived; `canary restore layout` brings it "
        "back\n" == result.err
    )


@pytest.mark.usefixtures("grown")
def test_a_segment_is_no_flag(canary: Canary) -> None:
    """It has no decision to be explained."""
    result = canary("explain", "segment:beta")

    assert 2 == result.code
    assert "segment:beta: is no flag; name a flag or a release" in result.err


@pytest.mark.parametrize("at", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
@pytest.mark.usefixtures("grown")
def test_no_time_is_beyond_the_calendar(canary: Canary, at: str) -> None:
    """One sentence, and the exit code of bad input."""
    result = canary("explain", "layout", "--at", at)

    assert (2, "") == (result.code, result.out)
    assert f"--at: {at} is out of reach" in result.err


def test_a_rollout_that_a_router_aborted(canary: Canary, table: Table) -> None:
    """While a mark isn't settled people are told what routers do, and why."""
    canary("set-weight", "shop", "100")
    carried = ("--token", f"v1~shop.green.{table.version('shop')}")
    result, _ = result_of(canary, "shop", "--id", "ann")
    assert "canary" == result["role"]

    assert abort(table.client, mark("shop", 2), TABLE)

    result, steps = result_of(canary, "shop", "--id", "ann")
    assert ("stable", "blue") == (result["role"], result["variant"])
    assert {
        "step": "aborted",
        "matched": True,
        "detail": "rollout began at 2; aborted by a router, not yet settled",
    } == steps[0]
    result, steps = result_of(canary, "shop", "--id", "ann", *carried)
    assert ("stable", "HEALED") == (result["role"], result["reason"])
    assert ["aborted", "carried"] == [step["step"] for step in steps]
