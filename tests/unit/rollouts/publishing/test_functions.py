"""Versions and aliases in a simulated Lambda."""

from __future__ import annotations

from typing import Any

import pytest

from flags.errors import FlagsError
from rollouts.publishing.alias import Alias
from rollouts.publishing.failures import (
    Conflict,
    LambdaUnavailable,
    NoFunction,
    NotReady,
    Throttled,
)
from rollouts.publishing.functions import Functions
from tests.unit.rollouts.publishing.lambdas import Account, Wire, refusal


@pytest.fixture
def functions(aws: Account) -> Functions:
    """Lambda, with a function of one version, and a clock that waits for nobody."""
    aws.make("shop")
    clock = [0.0]

    def pause(seconds: float) -> None:
        clock[0] += seconds

    return Functions(client=aws.client, pause=pause, now=lambda: clock[0])


def test_it_waits_until_an_update_is_over(functions: Functions, wire: Wire) -> None:
    """What is read of a function is read when no update is under way."""
    states = iter(["InProgress", "InProgress", "Successful"])
    wire.answers["GetFunctionConfiguration"] = lambda _: {
        "FunctionName": "shop",
        "Version": "$LATEST",
        "State": "Active",
        "LastUpdateStatus": next(states),
    }

    assert "Successful" == functions.settled("shop")["LastUpdateStatus"]
    assert 3 == len(wire.sent("GetFunctionConfiguration"))


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (
            {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no such subnet"},
            (
                "shop: the last update of version $LATEST failed (no such subnet); "
                "mend it, then try again"
            ),
        ),
        (
            {"State": "Pending"},
            (
                "shop: version $LATEST isn't ready after 900 s (Pending); look at it, "
                "then try again"
            ),
        ),
    ],
)
def test_an_update_that_fails_or_never_ends_is_an_error(
    functions: Functions, wire: Wire, told: dict[str, Any], error: str
) -> None:
    """Nobody waits for ever, and the reason that Lambda gives is told."""
    wire.answers["GetFunctionConfiguration"] = lambda _: {
        "FunctionName": "shop",
        "Version": "$LATEST",
        **told,
    }

    with pytest.raises(NotReady) as caught:
        functions.settled("shop")

    assert error == str(caught.value)


def test_it_publishes_what_was_looked_at(
    functions: Functions, aws: Account, wire: Wire
) -> None:
    """The request names the code and the revision, and the version can run."""
    aws.code("shop", "second")
    config = {**functions.config("shop"), "RevisionId": "r-7"}

    assert "2" == functions.publish("shop", config, "v2")
    (asked,) = wire.sent("PublishVersion")[1:]
    assert {
        "FunctionName": "shop",
        "CodeSha256": config["CodeSha256"],
        "RevisionId": "r-7",
        "Description": "v2",
    } == asked


def test_an_alias_is_moved_as_it_was_read(
    functions: Functions, aws: Account, wire: Wire
) -> None:
    """A move names the alias's revision, and takes weights away."""
    aws.code("shop", "second")
    functions.publish("shop", functions.config("shop"))
    green = functions.aliases("shop")["green"]

    functions.point("shop", green, "2")

    (asked,) = wire.sent("UpdateAlias")
    assert green.revision == asked["RevisionId"]
    assert {"AdditionalVersionWeights": {}} == asked["RoutingConfig"]
    assert {"blue": "1", "green": "2"} == aws.aliases("shop")


def test_an_alias_is_made_where_there_is_none(
    functions: Functions, aws: Account
) -> None:
    """By its name alone it is made; made again it is no error."""
    functions.point("shop", "purple", "1")
    functions.point("shop", "purple", "1")

    assert "1" == aws.aliases("shop")["purple"]


def test_an_alias_that_somebody_moved_is_a_conflict(
    functions: Functions, wire: Wire
) -> None:
    """Another revision than the one that was read is refused with code 4."""
    wire.fail("UpdateAlias", "PreconditionFailedException")
    green = Alias(name="green", version="1", revision="old")

    with pytest.raises(Conflict) as caught:
        functions.point("shop", green, "7")

    assert 4 == caught.value.exit_code
    assert ("shop:green: said so; look at what changed, then try again") == str(
        caught.value
    )


def test_an_alias_that_somebody_moved_there_is_none(
    functions: Functions, wire: Wire
) -> None:
    """Who lost a race to the same move has what they want."""
    wire.fail("UpdateAlias", "PreconditionFailedException")

    functions.point("shop", Alias(name="green", version="1", revision="old"), "1")


def test_mappings_of_versions_are_found(functions: Functions, wire: Wire) -> None:
    """Event sources are read of the whole account: a version is no function."""
    arn = "arn:aws:lambda:eu-west-1:1:function"
    wire.answers["ListEventSourceMappings"] = lambda _: {
        "EventSourceMappings": [
            {"FunctionArn": f"{arn}:shop:3"},
            {"FunctionArn": f"{arn}:shop"},
            {"FunctionArn": f"{arn}:other:4"},
        ]
    }

    assert {"3", "$LATEST"} == functions.sources("shop")
    assert [{}] == wire.sent("ListEventSourceMappings")


def test_provisioned_concurrency_is_told_by_alias(
    functions: Functions, wire: Wire
) -> None:
    """How many environments are kept warm, for each alias."""
    arn = "arn:aws:lambda:eu-west-1:1:function:shop:green"
    wire.answers["ListProvisionedConcurrencyConfigs"] = lambda _: {
        "ProvisionedConcurrencyConfigs": [
            {"FunctionArn": arn, "RequestedProvisionedConcurrentExecutions": 4}
        ]
    }

    assert {"green": 4} == functions.provisioned("shop")


def test_the_function_itself_is_never_deleted(functions: Functions, wire: Wire) -> None:
    """`$LATEST` or an alias in place of a version would be the whole function."""
    for version in ("$LATEST", "", "blue"):
        with pytest.raises(ValueError, match="no published version"):
            functions.delete("shop", version)

    assert [] == wire.sent("DeleteFunction")


def test_a_version_is_deleted_once(functions: Functions, aws: Account) -> None:
    """A version that has gone already is no error."""
    aws.code("shop", "second")
    functions.publish("shop", functions.config("shop"))

    functions.delete("shop", "2")
    functions.delete("shop", "2")

    assert ["1"] == aws.versions("shop")


@pytest.mark.parametrize(
    ("code", "kind", "exit_code"),
    [
        ("ResourceNotFoundException", NoFunction, 3),
        ("ResourceConflictException", Conflict, 4),
        ("TooManyRequestsException", Throttled, 5),
        ("AccessDeniedException", LambdaUnavailable, 5),
        ("ExpiredTokenException", LambdaUnavailable, 5),
        ("ServiceException", LambdaUnavailable, 5),
    ],
)
def test_refusals_are_errors_of_ours(
    functions: Functions, wire: Wire, code: str, kind: type[FlagsError], exit_code: int
) -> None:
    """Whatever Lambda refuses says what to do, and has an exit code."""

    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise refusal(code, "ListAliases")

    wire.answers["ListAliases"] = refuse

    with pytest.raises(kind) as caught:
        functions.aliases("shop")

    assert exit_code == caught.value.exit_code
