"""What is looked at in AWS before a rollout is written."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from admin_cli.rollouts.beforehand import Looked, look
from flags.errors import InvalidDocument, StoreUnavailable
from flags.store.plans import canonical
from tests.unit.admin_cli.rollouts.account import alarm, function
from tests.unit.admin_cli.rollouts.examples import PLAN

COLOURS = {"stable": "blue", "canary": "green"}


def looked(plan: Any = "fast", *services: str) -> Looked:
    """A look at the simulated account."""
    return look(canonical(plan), services, COLOURS, boto3.client)


def guarded(*alarms: str) -> dict[str, Any]:
    """A plan with alarms."""
    steps = [{"weight": 5, "bake": "1m"}]
    return {"steps": steps, "guards": {"alarms": [*alarms]}}


def test_aliases_tell_the_versions() -> None:
    """What the aliases of all services point to is what is compared."""
    function("shop", "2", blue="1", green="2")

    found = looked("fast", "shop")

    assert {"stable": "1", "canary": "2"} == found.versions
    assert () == found.notes


def test_services_with_different_versions() -> None:
    """One number can't stand for two functions, so each is told."""
    function("shop", "2", "3", blue="1", green="2")
    function("email", "2", "3", blue="1", green="3")

    assert {"stable": "1", "canary": "shop:2, email:3"} == looked(
        "fast", "shop", "email"
    ).versions


def test_the_same_version_behind_both_aliases_is_told() -> None:
    """There is nothing to compare; it may be meant, so it is no problem."""
    function("shop", blue="1", green="1")

    assert (
        (
            "both aliases of shop are at version 1, so there is nothing to compare; "
            "`canary deploy shop` first"
        ),
    ) == looked("fast", "shop").notes


def test_a_service_that_goes_along_unchanged_is_not_told() -> None:
    """A deployment puts stable's version behind both of its aliases."""
    function("shop", "2", blue="1", green="2")
    function("email", blue="1", green="1")

    assert () == looked("fast", "shop", "email").notes


def test_all_that_is_missing_is_told_at_once() -> None:
    """Alarms, check functions and aliases, each with its place."""
    function("shop", blue="1")
    plan = PLAN | {"guards": {"alarms": ["gone"]}}

    with pytest.raises(InvalidDocument) as caught:
        looked(plan, "shop", "email")

    assert [
        "plan.guards.alarms[0]: there is no alarm 'gone'; create it, or take it out",
        (
            "plan.steps[1].before[0].invoke: there is no function 'shop-smoke:live'; "
            "deploy it, or take it out"
        ),
        (
            "plan.steps[1].during[0].invoke: there is no function 'shop-probe:live'; "
            "deploy it, or take it out"
        ),
        "aliases.shop: shop has no alias 'green'; make it, or deploy the service",
        (
            "aliases.email: there is no function 'email' in this account and region; "
            "deploy it, or take it out of the release's services"
        ),
    ] == [str(problem) for problem in caught.value.problems]


def test_alarms_that_are_red_are_ignored_and_told() -> None:
    """An alarm that rings already can't say what the canary did; silence is none."""
    alarm("fine")
    alarm("rings", "ALARM")
    alarm("young", "INSUFFICIENT_DATA")

    found = looked(guarded("fine", "rings", "young"))

    assert {"watched": ["fine", "young"], "ignored": ["rings"]} == found.alarms
    assert (
        "the alarm rings is red, so it is ignored until it is OK",
        "the alarm young has no data yet; it counts all the same",
    ) == found.notes


class Denied:
    """A client of somebody who may do nothing."""

    def __getattr__(self, name: str) -> Any:
        """Whatever is asked."""

        def refuse(**_: Any) -> Any:
            error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
            raise ClientError(error, name)  # type: ignore[arg-type]

        return refuse


def test_what_may_not_be_looked_at_is_told() -> None:
    """Who may start a rollout need not read functions; but alarms must be seen."""
    found = look(canonical("fast"), ["shop"], COLOURS, lambda _: Denied())

    assert found.versions is None
    assert [note[:41] for note in found.notes] == [
        "the alias shop:blue can't be looked at: A",
        "the alias shop:green can't be looked at: ",
    ]
    with pytest.raises(StoreUnavailable, match="the plan's alarms can't be looked at"):
        look(canonical(guarded("fine")), [], COLOURS, lambda _: Denied())
