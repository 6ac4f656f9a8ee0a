"""Moves of people while an alias names another version than the rollout is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from admin_cli import clock
from tests.unit.admin_cli.rollouts import account, steering

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table

SERVICES = ("shop-checkout", "shop-email")
CART = SERVICES[0]


@pytest.fixture
def rolling(canary: Canary, table: Table) -> Table:
    """A rollout of version 2 beside 1; version 3 of one of two services is there."""
    account.function(CART, "2", "3", blue="1", green="2")
    account.function(SERVICES[1], "2", blue="1", green="1")
    assert canary("rollout", "start", "shop", "--plan", "fast").code == 0
    return table


def point(colour: str, version: str, weights: dict[str, float] | None = None) -> None:
    """Move an alias as another tool does."""
    boto3.client("lambda").update_alias(
        FunctionName=CART,
        Name=colour,
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": weights or {}},
    )


def promoted(canary: Canary) -> None:
    """Everyone is on version 2."""
    assert canary("rollout", "promote", "shop", "--full", "--yes").code == 0


def test_undo_never_leads_to_a_version_that_nobody_judged(
    canary: Canary, rolling: Table
) -> None:
    """Both versions are named, and nothing is written; put right, it works."""
    promoted(canary)
    point("blue", "3")
    before = rolling.items()

    result = canary("rollout", "undo", "shop", "--yes")

    assert result.code == 2
    assert f"{CART}:blue names version 3, not 1" in result.err
    assert before == rolling.items()
    point("blue", "1")
    assert canary("rollout", "undo", "shop", "--yes").code == 0


@pytest.mark.usefixtures("rolling")
def test_undo_to_an_alias_that_is_gone_is_refused(canary: Canary) -> None:
    """Everyone would get errors."""
    promoted(canary)
    boto3.client("lambda").delete_alias(FunctionName=CART, Name="blue")

    result = canary("rollout", "undo", "shop", "--yes")

    assert (result.code, f"{CART}:blue is gone" in result.err) == (2, True)


@pytest.mark.usefixtures("rolling")
def test_an_undo_looks_only_where_it_goes(canary: Canary) -> None:
    """Of the version that is left nobody has to know anything."""
    promoted(canary)
    point("green", "3")

    assert canary("rollout", "undo", "shop", "--yes").code == 0


@pytest.mark.parametrize(
    "argv",
    [("promote", "shop", "--full", "--yes"), ("promote", "shop"), ("resume", "shop")],
)
def test_a_canary_that_moved_is_not_gone_on_with(
    canary: Canary, rolling: Table, argv: tuple[str, ...]
) -> None:
    """It may only be aborted, which never looks."""
    steering.stepped(rolling, 2)
    assert canary("rollout", "pause", "shop").code == 0
    point("green", "3")

    refused = canary("rollout", *argv)

    assert refused.code == 2
    assert f"{CART}:green names version 3, not 2" in refused.err
    assert canary("rollout", *argv, "--skip-checks").code == 0
    assert canary("rollout", "abort", "shop").code == 0


@pytest.mark.usefixtures("rolling")
def test_weights_are_looked_at_twice(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda sets them itself for a moment; those that stay are refused."""
    promoted(canary)
    point("blue", "1", {"3": 0.5})
    waits: list[float] = []
    monkeypatch.setattr(clock, "sleep", waits.append)

    refused = canary("rollout", "undo", "shop", "--yes")

    assert (refused.code, len(waits)) == (2, 1)
    assert "sends 50 % of its users to version 3" in refused.err
    monkeypatch.setattr(clock, "sleep", lambda _: point("blue", "1"))
    assert canary("rollout", "undo", "shop", "--yes").code == 0


def test_a_retry_is_of_the_same_versions(canary: Canary, rolling: Table) -> None:
    """A person who aborted isn't asked; a moved alias is refused."""
    assert canary("rollout", "abort", "shop").code == 0
    point("green", "3")
    refused = canary("rollout", "retry", "shop")
    assert (refused.code, "names version 3, not 2" in refused.err) == (2, True)
    point("green", "2")

    assert canary("rollout", "retry", "shop").code == 0
    versions = rolling.body("shop")["rollout"]["versions"]
    assert versions["canary"] == f"{CART}:2, {SERVICES[1]}:1"


def test_a_retry_of_what_was_judged_asks(canary: Canary, rolling: Table) -> None:
    """It names the version, and why it went back."""
    steering.stepped(rolling, 2)
    steering.stepped(rolling, verdict="REGRESSED")
    assert rolling.body("shop")["rollout"]["phase"] == "aborted"

    refused = canary("rollout", "retry", "shop")

    assert refused.code == 2
    assert f"{CART}:2, {SERVICES[1]}:1" in refused.err
    assert "fails more often than stable" in refused.err
    assert canary("rollout", "retry", "shop", "--yes").code == 0


def test_a_retry_keeps_the_versions_that_the_record_lacks(
    canary: Canary, rolling: Table
) -> None:
    """They are told, since nothing can be compared."""
    argv = ("--plan", "fast", "--replace", "--skip-checks")
    assert canary("rollout", "start", "shop", *argv).code == 0
    assert canary("rollout", "abort", "shop").code == 0

    retried = canary("rollout", "retry", "shop")

    assert retried.code == 0
    assert f"{CART}:green names version 2; the rollout's record has no" in retried.err
    assert rolling.body("shop")["rollout"]["versions"]["stable"] == "1"


def test_a_deployment_says_that_it_takes_the_way_back(
    canary: Canary, rolling: Table
) -> None:
    """The idle colour keeps the version before until then."""
    promoted(canary)
    steering.stepped(rolling)
    assert rolling.body("shop")["rollout"]["phase"] == "completed"

    told = canary("deploy", CART, "--no-start", "--yes")

    assert told.code == 0
    assert f"{CART}:blue leaves version 1, so `canary rollout undo shop`" in told.err


def test_status_says_what_the_aliases_name(canary: Canary, rolling: Table) -> None:
    """It is told beside what the rollout is about; a share of another version, too."""
    assert canary("rollout", "abort", "shop").code == 0
    point("green", "3")
    point("blue", "1", {"3": 0.25})

    shown = canary("rollout", "status", "shop").data

    assert (shown["canary"]["version"], shown["canary"]["recorded"]) == (
        f"{CART}:3, {SERVICES[1]}:1",
        f"{CART}:2, {SERVICES[1]}:1",
    )
    assert shown["stable"]["version"] == f"{CART}:1 + 25 % 3, {SERVICES[1]}:1"
    told = canary("rollout", "status", "shop", "-o", "table").out
    assert f"{CART}:3, {SERVICES[1]}:1, not {CART}:2" in told.replace("\n", " ")
    assert rolling.body("shop")["rollout"]["phase"] == "aborted"


@pytest.mark.usefixtures("rolling")
def test_status_after_a_weight_by_hand_says_so(canary: Canary) -> None:
    """The rollout before it is over, and its outcome is no news of this one."""
    assert canary("rollout", "abort", "shop").code == 0
    assert canary("set-weight", "shop", "10").code == 0

    result = canary("rollout", "status", "shop", "--exit-code")

    assert result.code == 2
    assert "a weight that was set by hand" in result.err
    told = canary("rollout", "status", "shop", "-o", "table").out
    assert "10 % on green, set by hand" in told


def by_hand(canary: Canary) -> None:
    """Version 2 at 50 % without a plan, and then promoted."""
    assert canary("rollout", "abort", "shop").code == 0
    assert canary("set-weight", "shop", "50").code == 0


@pytest.mark.parametrize("argv", [("promote",), ("rollout", "promote", "--yes")])
def test_there_is_a_way_back_from_a_promotion_by_hand(
    canary: Canary, rolling: Table, argv: tuple[str, ...]
) -> None:
    """It keeps the versions, as a plan's promotion does; a plan to retry it has not."""
    by_hand(canary)
    assert canary(*argv, "shop", "--author", "ana").code == 0

    status = canary("rollout", "status", "shop", "--exit-code")
    assert (status.code, status.data["outcome"]) == (0, "promoted")
    point("blue", "3")
    refused = canary("rollout", "undo", "shop", "--yes")
    assert (refused.code, "names version 3, not 1" in refused.err) == (2, True)
    point("blue", "1")
    assert canary("rollout", "undo", "shop", "--yes").code == 0

    assert rolling.body("shop")["release"]["stable"] == "blue"
    retried = canary("rollout", "retry", "shop", "--yes")
    assert (retried.code, "no plan to run again" in retried.err) == (2, True)


@pytest.mark.usefixtures("rolling")
def test_nobody_is_promoted_to_an_alias_that_is_gone(canary: Canary) -> None:
    """By hand neither."""
    by_hand(canary)
    boto3.client("lambda").delete_alias(FunctionName=CART, Name="green")

    refused = canary("promote", "shop")

    assert (refused.code, f"{CART}:green is gone" in refused.err) == (2, True)
    assert canary("promote", "shop", "--skip-checks").code == 0
