"""`versions list` and `versions prune`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.rollouts.publishing.lambdas import (
    Account,
    Wire,
    account,
    refusal,
    wired,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.admin_cli.conftest import Canary, Table

CHECKOUT = "shop-checkout"


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Every request to Lambda."""
    with wired(monkeypatch) as seen:
        yield seen


@pytest.fixture
def lambdas(wire: Wire, table: Table) -> Account:
    """A service with versions 1 to 8; blue is on 2 and green on 8."""
    del wire, table
    made = account()
    made.make(CHECKOUT)
    for number in range(2, 9):
        made.code(CHECKOUT, str(number))
        made.client.publish_version(FunctionName=CHECKOUT, Description=f"v{number}")
    for alias, version in (("blue", "2"), ("green", "8")):
        made.client.update_alias(
            FunctionName=CHECKOUT, Name=alias, FunctionVersion=version
        )
    return made


def fates(data: list[dict[str, Any]]) -> dict[str, str]:
    """What became of each version."""
    return {row["version"]: row["fate"] for row in data}


def test_versions_are_listed(canary: Canary, lambdas: Account) -> None:
    """The latest first, with what names each."""
    del lambdas
    rows = canary("versions", "list", CHECKOUT).data

    assert list("87654321") == [row["version"] for row in rows]
    assert ["alias green"] == rows[0]["named_by"]
    assert "v8" == rows[0]["description"]
    assert ["alias blue"] == rows[6]["named_by"]
    assert 8 == len({row["fingerprint"] for row in rows})


def test_what_nothing_names_is_deleted(canary: Canary, lambdas: Account) -> None:
    """The latest and what an alias names stay, and each row says why."""
    result = canary("versions", "prune", CHECKOUT, "--keep", "2", "--yes")

    assert 0 == result.code
    assert ["2", "7", "8"] == lambdas.versions(CHECKOUT)
    rows = {row["version"]: row for row in result.data}
    assert ["alias blue"] == rows["2"]["reasons"]
    assert ["alias green", "one of the last 2"] == rows["8"]["reasons"]
    assert ("deleted", []) == (rows["3"]["fate"], rows["3"]["reasons"])


def test_a_dry_run_deletes_nothing(canary: Canary, lambdas: Account) -> None:
    """It tells what would go, and asks nothing."""
    result = canary("versions", "prune", CHECKOUT, "--dry-run")

    assert 0 == result.code
    assert {"1": "would go", "2": "kept", "3": "would go"} == {
        version: fate for version, fate in fates(result.data).items() if version < "4"
    }
    assert "canary: a dry run: nothing was deleted\n" == result.err
    assert 8 == len(lambdas.versions(CHECKOUT))


def test_a_person_is_asked(canary: Canary, lambdas: Account) -> None:
    """Nothing is deleted where nobody says yes."""
    argv = ("versions", "prune", CHECKOUT)

    assert 2 == canary(*argv).code
    assert 2 == canary.asked("n\n", *argv).code
    assert 8 == len(lambdas.versions(CHECKOUT))
    asked = canary.asked("y\n", *argv)
    assert "canary: delete for ever: shop-checkout 1, 3? [y/N] " in asked.err
    assert 6 == len(lambdas.versions(CHECKOUT))


def test_what_a_rollout_names_stays(
    canary: Canary, lambdas: Account, table: Table
) -> None:
    """Both versions of a release's rollout are kept, with the release's name."""
    del table
    lambdas.make("shop-email")
    lambdas.client.update_alias(
        FunctionName=CHECKOUT, Name="green", FunctionVersion="3"
    )
    lambdas.code(CHECKOUT, "3")
    assert 0 == canary("deploy", CHECKOUT).code
    lambdas.client.update_alias(
        FunctionName=CHECKOUT, Name="green", FunctionVersion="8"
    )

    rows = canary("versions", "prune", CHECKOUT, "--keep", "0", "--yes").data

    (row,) = [row for row in rows if row["version"] == "3"]
    assert ["canary of shop's rollout (pending)"] == row["reasons"]


def test_a_version_that_somebody_may_invoke_stays(
    canary: Canary, lambdas: Account, wire: Wire
) -> None:
    """A resource policy of its own says that it is called by its number."""
    del lambdas

    def policy(asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Qualifier"] == "3":
            return {"Policy": "{}"}
        raise refusal("ResourceNotFoundException", "GetPolicy")

    wire.answers["GetPolicy"] = policy

    result = canary("versions", "prune", CHECKOUT, "--yes")

    assert {"1": "deleted", "2": "kept", "3": "kept"} == {
        version: fate for version, fate in fates(result.data).items() if version < "4"
    }


@pytest.mark.parametrize(
    "operation",
    [
        "GetPolicy",
        "ListAliases",
        "ListEventSourceMappings",
        "ListFunctionUrlConfigs",
        "ListProvisionedConcurrencyConfigs",
    ],
)
def test_what_may_not_be_looked_at_deletes_nothing(
    canary: Canary, lambdas: Account, wire: Wire, operation: str
) -> None:
    """Where nobody knows what names a version, it stays."""
    wire.fail(operation, "AccessDeniedException", times=99)

    result = canary("versions", "prune", CHECKOUT, "--yes")

    assert (5, "") == (result.code, result.out)
    assert "or --profile (docs/publishing.md lists what it takes)" in result.err
    assert [] == wire.sent("DeleteFunction")
    assert (
        8
        == len(
            lambdas.client.list_versions_by_function(FunctionName=CHECKOUT)["Versions"]
        )
        - 1
    )


@pytest.mark.parametrize(
    "code", ["TooManyRequestsException", "ResourceConflictException"]
)
def test_what_lambda_keeps_is_told_and_the_rest_goes(
    canary: Canary, lambdas: Account, wire: Wire, code: str
) -> None:
    """A version that is throttled or in use doesn't stop the others."""
    wire.fail("DeleteFunction", code)

    result = canary("versions", "prune", CHECKOUT, "--keep", "1", "--yes")

    assert 5 == result.code
    found = fates(result.data)
    assert "failed" == found["1"]
    assert ["1", "2", "8"] == lambdas.versions(CHECKOUT)
    assert result.err.endswith("canary: 1 could not be deleted; run it again later\n")
    (row,) = [row for row in result.data if row["error"]]
    assert "said so" in row["error"]


def test_nothing_to_delete_is_no_error(canary: Canary, lambdas: Account) -> None:
    """Where all versions are named or recent, it says so and asks nothing."""
    del lambdas
    result = canary("versions", "prune", CHECKOUT, "--keep", "50")

    assert 0 == result.code
    assert "canary: something names every version; nothing to delete\n" == result.err


def test_a_person_reads_a_table(canary: Canary, lambdas: Account) -> None:
    """On a terminal each version has a row with its fate and why."""
    del lambdas
    out = canary.terminal("versions", "prune", CHECKOUT, "--dry-run").out

    assert "shop-checkout  1        would go  nothing names it" in out
    assert "shop-checkout  2        kept      alias blue" in out


@pytest.mark.parametrize(
    "name",
    [
        "arn:aws:lambda:eu-west-1:123456789012:function:shop-checkout",
        "123456789012:function:shop-checkout",
        "shop-checkout:blue",
        "",
    ],
)
@pytest.mark.parametrize("argv", [("list",), ("prune", "--yes")])
def test_only_a_name_is_known_everywhere(
    canary: Canary, lambdas: Account, wire: Wire, argv: tuple[str, ...], name: str
) -> None:
    """By an ARN Lambda tells the versions too, but nobody knows what names them."""
    del lambdas
    wire.calls.clear()

    result = canary("versions", *argv, name)

    assert 2 == result.code
    assert f"SERVICE: {name!r} is no function's name; leave out account" in result.err
    assert [] == wire.calls


def test_an_unknown_function_is_not_found(
    canary: Canary, table: Table, wire: Wire
) -> None:
    """A misspelt name exits with 3."""
    del table, wire

    assert 3 == canary("versions", "list", "nope").code
