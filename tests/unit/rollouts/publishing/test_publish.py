"""A train published and pointed, whole or in several goes."""

from __future__ import annotations

import pytest

from flags.errors import InvalidDocument
from rollouts.publishing import publish
from rollouts.publishing.failures import Conflict
from rollouts.publishing.functions import Functions
from rollouts.publishing.train import Train, notes
from tests.unit.rollouts.publishing.lambdas import Account, Wire

SERVICES = ("shop", "mail")


@pytest.fixture
def functions(aws: Account) -> Functions:
    """Two functions, each with both aliases on version 1."""
    for service in SERVICES:
        aws.make(service)
    return Functions(client=aws.client, pause=lambda _: None)


def look(functions: Functions) -> Train:
    """The train beside blue."""
    return publish.look(functions, SERVICES, "blue", "green")


def deploy(functions: Functions) -> list[str]:
    """Publish and point; returns what was told."""
    told: list[str] = []
    train = look(functions)
    versions = publish.publish(functions, train, "", told.append)
    publish.point(functions, train, "green", versions, told.append)
    return told


def test_only_what_changed_gets_a_version(functions: Functions, aws: Account) -> None:
    """One service of two is published, and the other's idle alias stays at stable's."""
    aws.code("shop", "second")

    told = deploy(functions)

    assert ["shop: version 2 is published", "shop:green is on version 2"] == told
    assert {"blue": "1", "green": "2"} == aws.aliases("shop")
    assert ["1"] == aws.versions("mail")


def test_again_it_does_nothing(functions: Functions, aws: Account, wire: Wire) -> None:
    """What is published and pointed is neither published nor pointed again."""
    aws.code("shop", "second")
    deploy(functions)
    wire.calls.clear()

    assert [] == deploy(functions)
    assert [] == [*wire.sent("PublishVersion"), *wire.sent("UpdateAlias")]


def test_a_configuration_is_a_change(functions: Functions, aws: Account) -> None:
    """More memory with the same code is another version."""
    aws.client.update_function_configuration(FunctionName="shop", MemorySize=256)

    train = look(functions)

    assert [("MemorySize",), ()] == [car.changed for car in train.cars]


def test_the_same_code_again_is_none(functions: Functions, aws: Account) -> None:
    """The same bytes uploaded once more change nothing."""
    aws.code("shop", "first")

    assert () == look(functions).changed


def test_the_train_is_whole(functions: Functions, aws: Account) -> None:
    """An unchanged service that has an older version on idle goes back to stable's."""
    aws.code("mail", "second")
    deploy(functions)
    aws.code("mail", "first")
    aws.code("shop", "second")

    deploy(functions)

    assert {"blue": "1", "green": "1"} == aws.aliases("mail")
    assert {"blue": "1", "green": "2"} == aws.aliases("shop")


def test_after_a_break_it_goes_on(functions: Functions, aws: Account) -> None:
    """Published and not pointed: the version is found by Lambda and used."""
    aws.code("shop", "second")
    publish.publish(functions, look(functions), "", lambda _: None)

    deploy(functions)

    assert ["1", "2"] == aws.versions("shop")
    assert "2" == aws.aliases("shop")["green"]


def test_another_revision_of_the_same_is_tried_again(
    functions: Functions, aws: Account, wire: Wire
) -> None:
    """Lambda's own change of the revision is no conflict."""
    aws.code("shop", "second")
    wire.fail("PublishVersion", "PreconditionFailedException")

    deploy(functions)

    assert "2" == aws.aliases("shop")["green"]


def test_somebody_else_s_change_is_a_conflict(
    functions: Functions, aws: Account, wire: Wire
) -> None:
    """A function that changed since it was looked at is not published."""
    aws.code("shop", "second")
    train = look(functions)
    aws.client.update_function_configuration(FunctionName="shop", MemorySize=256)
    wire.fail("PublishVersion", "PreconditionFailedException")

    with pytest.raises(Conflict) as caught:
        publish.publish(functions, train, "", lambda _: None)

    assert (
        "shop: somebody changed MemorySize since it was looked at; no version was "
        "published of it; try again once that update is what you mean"
    ) == str(caught.value)
    assert ["1"] == aws.versions("shop")


def test_what_never_agrees_is_a_conflict(functions: Functions, wire: Wire) -> None:
    """It is tried three times, not for ever."""
    functions.client.update_function_configuration(FunctionName="shop", MemorySize=256)
    wire.fail("PublishVersion", "PreconditionFailedException", times=9)
    wire.calls.clear()

    with pytest.raises(Conflict):
        deploy(functions)

    assert 3 == len(wire.sent("PublishVersion"))


def test_all_that_is_wrong_with_stable_is_told(
    functions: Functions, aws: Account
) -> None:
    """Stable on $LATEST, shared, or missing: refused for all services at once."""
    aws.client.update_alias(FunctionName="shop", Name="blue", FunctionVersion="$LATEST")
    aws.client.delete_alias(FunctionName="mail", Name="blue")

    with pytest.raises(InvalidDocument) as caught:
        look(functions)

    first, second = caught.value.problems
    assert "shop:blue" == first.path
    assert first.message.startswith("stable is on $LATEST, so every update of the code")
    assert "mail:blue" == second.path
    assert second.message.startswith("there is no such alias, so nothing is stable")


def test_weights_of_stable_are_somebody_else_s(
    functions: Functions, aws: Account
) -> None:
    """Stable that shares its users with another version is refused, not mended."""
    aws.client.update_alias(
        FunctionName="shop",
        Name="blue",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
    )

    with pytest.raises(InvalidDocument, match=r"other versions \(2: 10%\)"):
        look(functions)


def test_weights_of_the_idle_alias_are_removed(
    functions: Functions, aws: Account
) -> None:
    """A leftover of a weighted alias is told, and gone after."""
    aws.client.update_alias(
        FunctionName="shop",
        Name="green",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
    )
    aws.code("mail", "second")
    car, _ = look(functions).cars

    assert [
        (
            "shop:green sent 10% to version 2; that weight is removed, since the "
            "router shares users out"
        )
    ] == list(notes(car, "green"))
    deploy(functions)
    assert {} == functions.aliases("shop")["green"].weights


def test_an_idle_alias_on_latest_gets_a_version(
    functions: Functions, aws: Account
) -> None:
    """Nobody's alias may be $LATEST after a deployment, even if its code is that."""
    aws.client.update_alias(
        FunctionName="shop", Name="green", FunctionVersion="$LATEST"
    )
    aws.code("shop", "second")

    deploy(functions)

    assert "2" == aws.aliases("shop")["green"]


def test_a_missing_idle_alias_is_made(functions: Functions, aws: Account) -> None:
    """The first deployment may find stable alone."""
    aws.client.delete_alias(FunctionName="shop", Name="green")
    aws.code("shop", "second")
    car, _ = look(functions).cars

    assert ["shop has no alias green yet; it is made"] == list(notes(car, "green"))
    deploy(functions)
    assert "2" == aws.aliases("shop")["green"]
