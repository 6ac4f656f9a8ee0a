"""`deploy`: publish, point, warm, start; broken off and gone on with."""

# A test names its fixtures, and some need all of them.
# ruff: noqa: PLR0913, PLR0917

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from moto.core.config import default_user_config

from tests.unit.admin_cli.conftest import TABLE
from tests.unit.rollouts.publishing.lambdas import Account, Wire, account, wired

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.admin_cli.conftest import Canary, Result, Table

SERVICES = ("shop-checkout", "shop-email")
WATCH = "canary: look on with `canary rollout status shop --watch`\n"


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Every request to Lambda."""
    monkeypatch.setitem(default_user_config, "lambda", {"use_docker": False})
    with wired(monkeypatch) as seen:
        yield seen


@pytest.fixture
def lambdas(wire: Wire, table: Table) -> Account:
    """Both services of the release `shop`, with both aliases on version 1."""
    del wire, table
    made = account()
    for service in SERVICES:
        made.make(service)
    return made


def deploy(canary: Canary, *options: str) -> Result:
    """Deploy the checkout."""
    return canary("deploy", "shop-checkout", *options)


def writes(wire: Wire) -> list[str]:
    """The requests to Lambda that change something."""
    changing = ("PublishVersion", "UpdateAlias", "CreateAlias", "Invoke")
    return [name for name, _ in wire.calls if name in changing]


def test_a_change_is_published_pointed_and_started(
    canary: Canary, table: Table, lambdas: Account
) -> None:
    """The idle colour gets the version, and a rollout begins at weight 0."""
    lambdas.code("shop-checkout", "second")

    result = deploy(canary, "--author", "ana", "--reason", "v2", "--plan", "fast")

    assert 0 == result.code
    assert (
        "canary: shop-checkout: version 2 is published\n"
        "canary: shop-checkout:green is on version 2\n" + WATCH
    ) == result.err
    assert {"blue": "1", "green": "2"} == lambdas.aliases("shop-checkout")
    assert {"blue": "1", "green": "1"} == lambdas.aliases("shop-email")
    body = table.body("shop")
    assert 0 == body["weight"]
    assert "pending" == body["rollout"]["phase"]
    assert {
        "stable": "1",
        "canary": "shop-checkout:2, shop-email:1",
    } == body["rollout"]["versions"]
    (entry,) = table.store.history("shop", 1)
    assert ("ana", "v2", "rollout-start") == (entry.author, entry.reason, entry.action)


def test_what_it_prints_is_data(canary: Canary, lambdas: Account) -> None:
    """JSON names each service with its versions and what changed, without values."""
    lambdas.client.update_function_configuration(
        FunctionName="shop-checkout", Environment={"Variables": {"KEY": "secret"}}
    )

    result = deploy(canary)

    data = result.data
    assert ("shop", "green", False) == (
        data["release"],
        data["colour"],
        data["dry_run"],
    )
    assert [
        {
            "name": "shop-checkout",
            "stable": "1",
            "canary": "2",
            "changed": ["Environment.Variables.KEY"],
        },
        {"name": "shop-email", "stable": "1", "canary": "1", "changed": []},
    ] == data["services"]
    assert ["shop"] == [change["name"] for change in data["changes"]]
    assert "secret" not in result.out + result.err


def test_a_person_reads_lines(canary: Canary, lambdas: Account) -> None:
    """On a terminal each service has a line."""
    lambdas.code("shop-checkout", "second")

    out = canary.terminal("deploy", "shop-checkout").out

    assert (
        "shop-checkout: stable on version 1, green on 2; changed: CodeSha256\n"
        "shop-email: stable on version 1, green on 1; changed: nothing\n"
        "shop: version 1 -> 2\n"
    ) in out


def test_nothing_changed_writes_nothing(
    canary: Canary, table: Table, lambdas: Account, wire: Wire
) -> None:
    """The same code again is no deployment, and no error."""
    lambdas.code("shop-checkout", "first")
    before = table.items()
    wire.calls.clear()

    result = deploy(canary)

    assert 0 == result.code
    assert (
        "canary: all services of shop run as stable does; nothing was published or "
        "written\n"
    ) == result.err
    assert [] == writes(wire)
    assert before == table.items()


def test_a_dry_run_writes_nothing(
    canary: Canary, table: Table, lambdas: Account, wire: Wire
) -> None:
    """It tells what would be published, and neither Lambda nor the table changes."""
    lambdas.code("shop-checkout", "second")
    before = table.items()
    wire.calls.clear()

    result = deploy(canary, "--dry-run", "--warm", "2")

    assert (0, True) == (result.code, result.data["dry_run"])
    assert None is result.data["services"][0]["canary"]
    assert "canary: a dry run: nothing was published or written\n" in result.err
    assert [] == writes(wire)
    assert before == table.items()


def test_without_a_start_the_release_stays(
    canary: Canary, table: Table, lambdas: Account
) -> None:
    """`--no-start` publishes and points, and says what starts it."""
    lambdas.code("shop-checkout", "second")
    before = table.items()

    result = deploy(canary, "--no-start")

    assert "canary: start the rollout with `canary rollout start shop`\n" in result.err
    assert "2" == lambdas.aliases("shop-checkout")["green"]
    assert before == table.items()


def test_what_else_changed_is_asked_about(
    canary: Canary, lambdas: Account, table: Table
) -> None:
    """The train takes all that changed along: a person agrees, or `--yes` does."""
    lambdas.code("shop-checkout", "second")
    lambdas.code("shop-email", "second")

    refused = deploy(canary)

    assert 2 == refused.code
    assert (
        "canary: error: --yes: deploy shop-email too, changed as well? Say so with "
        "--yes, or look first with --dry-run\n"
    ) in refused.err
    assert "1" == lambdas.aliases("shop-checkout")["green"]
    assert 0 == canary.asked("y\n", "deploy", "shop-checkout").code
    assert "2" == lambdas.aliases("shop-email")["green"]
    assert 0 == table.body("shop")["weight"]


def test_all_that_is_named_is_not_asked_about(canary: Canary, lambdas: Account) -> None:
    """Who names every service that changed is asked nothing."""
    lambdas.code("shop-checkout", "second")
    lambdas.code("shop-email", "second")

    assert 0 == canary("deploy", *SERVICES).code


def test_one_that_did_not_change_goes_along(canary: Canary, lambdas: Account) -> None:
    """A service that is named and the same is told."""
    lambdas.code("shop-email", "second")

    result = deploy(canary, "--yes")

    assert (
        "canary: shop-checkout runs as stable does, and goes along unchanged\n"
    ) in result.err


def test_a_rollout_under_way_is_left_alone(
    canary: Canary, table: Table, lambdas: Account, wire: Wire
) -> None:
    """While the idle colour may have users, nothing moves: exit code 4."""
    lambdas.code("shop-checkout", "second")
    deploy(canary)
    lambdas.code("shop-checkout", "third")
    before = table.items()
    wire.calls.clear()

    result = deploy(canary)

    assert 4 == result.code
    assert "shop has a rollout under way (pending, at 0 %)" in result.err
    assert [] == writes(wire)
    assert before == table.items()


def test_so_is_one_set_by_hand(canary: Canary, lambdas: Account) -> None:
    """A weight without a plan has users too."""
    lambdas.code("shop-checkout", "second")
    canary("set-weight", "shop", "10")

    result = deploy(canary)

    assert 4 == result.code
    assert "(set by hand, at 10 %)" in result.err


def test_in_place_of_it_its_users_leave_first(
    canary: Canary, table: Table, lambdas: Account, wire: Wire
) -> None:
    """`--replace` aborts, waits, and only then moves the alias."""
    lambdas.code("shop-checkout", "second")
    deploy(canary)
    lambdas.code("shop-checkout", "third")
    wire.calls.clear()

    result = deploy(canary, "--replace", "--settle", "0", "--yes")

    assert 0 == result.code, result.err
    assert (
        "canary: shop-checkout: version 3 is published\n"
        "canary: the rollout of shop that ran is aborted\n"
        "canary: routers have 0 s to read that it is over\n"
        "canary: shop-checkout:green is on version 3\n" + WATCH
    ) == result.err
    actions = [entry.action for entry in table.store.history("shop", 3)]
    assert ["rollout-start", "rollout-abort", "rollout-start"] == actions
    canaries = table.body("shop")["rollout"]["versions"]["canary"]
    assert "shop-checkout:3, shop-email:1" == canaries


@pytest.mark.parametrize("abort", [("abort", "shop"), ("rollout", "abort", "shop")])
def test_users_of_an_aborted_canary_leave_first(
    canary: Canary, lambdas: Account, abort: tuple[str, ...]
) -> None:
    """Routers that haven't read of the abort would take them to the new version."""
    lambdas.code("shop-checkout", "second")
    deploy(canary)
    lambdas.code("shop-checkout", "third")
    canary(*abort)

    result = deploy(canary, "--settle", "2")

    assert 0 == result.code, result.err
    assert re.search(r"canary: routers have [\d.]+ s to read that", result.err)


def test_in_place_of_it_is_asked_about(canary: Canary, lambdas: Account) -> None:
    """Nobody gives a rollout up by accident."""
    lambdas.code("shop-checkout", "second")
    deploy(canary)
    lambdas.code("shop-checkout", "third")

    result = deploy(canary, "--replace")

    assert 2 == result.code
    assert "--yes: abort the rollout of shop under way? Say so" in result.err


def test_while_it_drains_the_version_before_stays(
    canary: Canary, table: Table, lambdas: Account
) -> None:
    """After a promotion `undo` needs the other colour: refused unless replaced."""
    lambdas.code("shop-checkout", "second")
    deploy(canary)
    canary("rollout", "promote", "shop", "--full", "--yes")
    assert "draining" == table.body("shop")["rollout"]["phase"]
    lambdas.code("shop-checkout", "third")

    refused = deploy(canary)
    done = deploy(canary, "--replace", "--yes")

    assert 4 == refused.code
    assert "shop was just promoted, and blue keeps the version before" in refused.err
    assert 0 == done.code, done.err
    assert {"blue": "3", "green": "2"} == lambdas.aliases("shop-checkout")
    body = table.body("shop")
    assert ("green", 0) == (body["release"]["stable"], body["weight"])


def test_a_version_that_was_rolled_back_is_told(
    canary: Canary, table: Table, lambdas: Account, wire: Wire
) -> None:
    """The same code once more is allowed, needs no version, and comes with a word."""
    lambdas.code("shop-checkout", "second")
    deploy(canary)
    canary("rollout", "abort", "shop", "--reason", "errors")
    wire.calls.clear()

    result = deploy(canary)

    assert 0 == result.code
    why = table.store.history("shop", 2)[1].after["rollout"]["why"]
    told = f"canary: shop-checkout: version 2 was rolled back: {why}\n"
    assert told in result.err
    assert [] == writes(wire)
    assert 0 == table.body("shop")["weight"]


@pytest.mark.parametrize(
    ("operation", "done"),
    [
        ("PublishVersion", []),
        ("UpdateAlias", ["shop-checkout: version 2 is published"]),
    ],
)
def test_what_breaks_off_goes_on(
    canary: Canary,
    table: Table,
    lambdas: Account,
    wire: Wire,
    operation: str,
    done: list[str],
) -> None:
    """Nobody is on the canary, the error tells what was done, and again goes on."""
    lambdas.code("shop-checkout", "second")
    before = table.items()
    wire.fail(operation, "ServiceException")

    broken = deploy(canary)

    assert 5 == broken.code
    subject = "shop-checkout:green" if done else "shop-checkout"
    assert broken.err.endswith(
        f"canary: error: {subject}: Lambda answered ServiceException: said so\n"
        + "".join(f"  done: {text}\n" for text in done)
        + "  nobody was sent to green; the same command again goes on from here\n"
    )
    assert before == table.items()
    assert 0 == deploy(canary).code
    assert ["1", "2"] == lambdas.versions("shop-checkout")
    assert 0 == table.body("shop")["weight"]


def test_a_release_that_moved_meanwhile_is_a_conflict(
    canary: Canary, table: Table, lambdas: Account, wire: Wire
) -> None:
    """Somebody who starts a rollout by hand comes first: no alias moves under it."""
    lambdas.code("shop-checkout", "second")

    def meanwhile(_: dict[str, Any]) -> dict[str, Any]:
        wire.answers.pop("PublishVersion")
        canary("set-weight", "shop", "10")
        return dict(lambdas.client.publish_version(FunctionName="shop-checkout"))

    wire.answers["PublishVersion"] = meanwhile

    result = deploy(canary)

    assert 4 == result.code
    assert "1" == lambdas.aliases("shop-checkout")["green"]
    assert 10 == table.body("shop")["weight"]


def test_warm_versions_start(canary: Canary, lambdas: Account, wire: Wire) -> None:
    """Only what is new is invoked, before the rollout starts."""
    lambdas.code("shop-checkout", "second")
    wire.answers["Invoke"] = lambda _: {"Payload": io.BytesIO(b"{}")}

    result = deploy(canary, "--warm", "3", "--warm-payload", '{"ping": 1}')

    assert 0 == result.code
    assert (
        "canary: shop-checkout:green answered 3 of 3 warm-up invocations\n"
    ) in result.err
    assert [
        {
            "FunctionName": "shop-checkout",
            "Qualifier": "green",
            "Payload": b'{"ping": 1}',
        }
    ] * 3 == wire.sent("Invoke")


def test_a_version_that_fails_warm_is_seen_by_nobody(
    canary: Canary, table: Table, lambdas: Account, wire: Wire
) -> None:
    """A failed warm-up stops before the start, unless a person says otherwise."""
    lambdas.code("shop-checkout", "second")
    before = table.items()
    wire.answers["Invoke"] = lambda _: {
        "FunctionError": "Unhandled",
        "Payload": io.BytesIO(b'{"errorType": "KeyError", "errorMessage": "id"}'),
    }

    stopped = deploy(canary, "--warm", "1")

    assert 23 == stopped.code
    assert "failed 1 of 1 warm-up invocations, the first with KeyError" in stopped.err
    assert before == table.items()
    assert 0 == deploy(canary, "--warm", "1", "--no-warm-check").code
    assert 0 == table.body("shop")["weight"]


def test_provisioned_concurrency_is_told(
    canary: Canary, lambdas: Account, wire: Wire
) -> None:
    """An alias that keeps environments warm is cold for a while."""
    lambdas.code("shop-checkout", "second")
    arn = "arn:aws:lambda:eu-west-1:1:function:shop-checkout:green"
    wire.answers["ListProvisionedConcurrencyConfigs"] = lambda _: {
        "ProvisionedConcurrencyConfigs": [
            {"FunctionArn": arn, "RequestedProvisionedConcurrentExecutions": 4}
        ]
    }

    assert "shop-checkout:green keeps 4 environments warm;" in deploy(canary).err


def test_what_is_only_told_stops_nothing(
    canary: Canary, lambdas: Account, wire: Wire
) -> None:
    """Who may not ask about provisioned concurrency can deploy all the same."""
    lambdas.code("shop-checkout", "second")
    wire.fail("ListProvisionedConcurrencyConfigs", "AccessDeniedException", times=9)

    result = deploy(canary)

    assert 0 == result.code
    assert "nobody knows whether shop-checkout:green keeps" in result.err


@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (("shop-chekout",), 3, "no release covers 'shop-chekout'; did you mean shop-"),
        (("shop-checkout", "--release", "nope"), 3, "no flag is named 'nope'"),
        (("shop-checkout", "--release", "search"), 2, "belongs to the release shop"),
        (("shop-checkout", "--plan", "nope"), 2, "--plan"),
        (("shop-checkout", "--warm-payload", "{"), 2, "--warm-payload: no JSON: "),
        (("shop-checkout", "--warm-payload", "NaN"), 2, "NaN is no number in JSON"),
        (("shop-checkout", "--replace", "--settle", "inf"), 2, "'--settle'"),
        (("shop-checkout", "--replace", "--settle", "nan"), 2, "'--settle'"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_done(
    canary: Canary,
    lambdas: Account,
    wire: Wire,
    argv: tuple[str, ...],
    code: int,
    error: str,
) -> None:
    """Bad input is refused with nothing published."""
    lambdas.code("shop-checkout", "second")
    wire.calls.clear()

    result = canary("deploy", *argv)

    assert code == result.code
    assert error in result.err
    assert [] == wire.calls


def test_a_disabled_release_is_not_deployed(
    canary: Canary, lambdas: Account, wire: Wire
) -> None:
    """A rollout that could not start is refused before anything is published."""
    off = "flags: {shop: {enabled: false, release: {services: [shop-checkout]}}}"
    canary("apply", "-f", "-", stdin=off)
    lambdas.code("shop-checkout", "second")
    wire.calls.clear()

    assert 2 == deploy(canary).code
    assert [] == writes(wire)


def test_a_record_that_is_damaged_is_a_rollout_under_way(
    canary: Canary, table: Table, lambdas: Account, wire: Wire
) -> None:
    """Nobody knows what it was, so nothing moves until it is put away."""
    lambdas.code("shop-checkout", "second")
    canary("set-weight", "shop", "10")
    body = json.dumps({**table.body("shop"), "rollout": "junk"})
    table.client.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "flags"}, "sk": {"S": "shop"}},
        UpdateExpression="SET document = :it",
        ExpressionAttributeValues={":it": {"S": body}},
    )
    wire.calls.clear()

    refused = deploy(canary)

    assert (4, []) == (refused.code, writes(wire))
    assert "shop has a rollout under way" in refused.err


def test_a_function_that_is_not_there_is_not_found(
    canary: Canary, table: Table, wire: Wire
) -> None:
    """A release may cover a function that nobody deployed yet."""
    del table, wire

    result = deploy(canary)

    assert 3 == result.code
    assert result.err.startswith("canary: error: shop-checkout: ")
