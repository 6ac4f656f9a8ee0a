"""Rules may only route to what the router may invoke, as far as anybody knows."""

from __future__ import annotations

import threading
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.admin_cli.conftest import RULES, TABLE
from tests.unit.admin_cli.test_session import STACK, STACKS, CloudFormation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.unit.admin_cli.conftest import Canary, Table

COLOURS = ("blue", "green")
PARAMETER = (
    "<Parameters><member><ParameterKey>TargetAliases</ParameterKey>"
    "<ParameterValue>{value}</ParameterValue></member></Parameters>"
)
ARN = "arn:aws:lambda:eu-west-1:123456789012:function"
REMEDY = "--allow-undeployed"


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Deploys a router's stack, `prod`, with these services."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), CloudFormation)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", url)

    def deploy(*services: str) -> None:
        arns = [f"{ARN}:{name}:{colour}" for name in services for colour in COLOURS]
        parameter = PARAMETER.format(value=", ".join(arns))
        made = STACK.format(name="prod", key="TableName", value=TABLE)
        answer = made.replace("<Outputs>", f"{parameter}<Outputs>")
        monkeypatch.setitem(STACKS, "prod", (200, answer))

    yield deploy
    server.shutdown()
    thread.join()
    server.server_close()


def typo(rules: str = RULES) -> str:
    """The rules with a typo in the default."""
    return rules.replace("default: shop-checkout", "default: shop-chekcout")


@pytest.mark.parametrize(
    "command",
    [("apply",), ("apply", "--dry-run"), ("apply", "--in-parts"), ("diff",), ("lint",)],
    ids=" ".join,
)
def test_a_typo_is_refused_by_all_that_reads_a_file(
    canary: Canary, table: Table, command: tuple[str, ...]
) -> None:
    """It is named with its place and with what was meant, and nothing is written."""
    result = canary(*command, "-f", "-", stdin=typo())

    assert result.code == 2
    assert "routing.default" in result.out + result.err
    assert "did you mean shop-checkout?" in result.out + result.err
    assert table.version("routing") == 1


def test_a_route_is_named_where_it_stands_in_a_teams_file(
    canary: Canary, table: Table
) -> None:
    """Whatever routes of other teams come before it in the table."""
    rules = """
owner: mail
routing:
  routes: [{name: news, service: shop-emial, match: {topic: news}}]
"""
    result = canary("apply", "-f", "-", stdin=rules)

    assert result.code == 2
    assert "routing.routes[0].service" in result.err
    assert "did you mean shop-email?" in result.err
    assert table.version("routing") == 1


def test_what_the_file_s_own_release_says_is_no_excuse(
    canary: Canary, table: Table
) -> None:
    """What the file itself says proves nothing where the table knows better."""
    result = canary("apply", "-f", "-", stdin=RULES.replace("shop-email", "shop-mail"))

    assert result.code == 2
    assert table.version("routing") == table.version("shop") == 1


def test_without_a_stack_another_name_is_told(canary: Canary, table: Table) -> None:
    """It looks like no other, so it may well be new; `lint` warns, and a note tells."""
    rules = RULES.replace("default: shop-checkout", "default: zzz")

    linted = canary("lint", "-f", "-", stdin=rules)
    applied = canary("apply", "-f", "-", stdin=rules)

    assert (linted.code, doubts(linted.data)) == (0, ["routing.default"])
    assert applied.code == 0
    assert applied.err.startswith("canary: routing.default: no release and no route")
    assert table.version("routing") == 2


def test_an_option_allows_it(canary: Canary, table: Table) -> None:
    """For those who deploy afterwards."""
    assert canary("lint", REMEDY, "-f", "-", stdin=typo()).data["problems"] == []
    assert canary("diff", REMEDY, "-f", "-", stdin=typo()).code == 0
    assert canary("apply", REMEDY, "-f", "-", stdin=typo()).code == 0
    assert table.body("routing")["default"] == "shop-chekcout"


def test_what_is_stored_already_stands_in_nobodys_way(
    canary: Canary, table: Table, stack: Callable[..., None]
) -> None:
    """A file that keeps it may change another route, also where the stack knows."""
    stack("shop-checkout", "shop-email")
    assert canary("apply", REMEDY, "-f", "-", stdin=typo()).code == 0

    for where in ((), ("--stack-name", "prod")):
        changed = typo().replace("/shop/*", f"/shop{len(where)}/*")
        assert canary(*where, "apply", "-f", "-", stdin=changed).code == 0
    assert canary("--stack-name", "prod", "abort", "shop").code == 0
    assert table.version("routing") == 4


def test_the_stack_knows_what_the_table_does_not(
    canary: Canary, table: Table, stack: Callable[..., None]
) -> None:
    """A new service that is deployed needs no option."""
    stack("shop-checkout", "shop-email", "shop-chekcout")

    result = canary("--stack-name", "prod", "apply", "-f", "-", stdin=typo())

    assert result.code == 0
    assert table.version("routing") == 2


def test_the_stack_knows_better_than_the_table(
    canary: Canary, empty: Table, stack: Callable[..., None]
) -> None:
    """A release covers it, but the router may not invoke it."""
    stack("shop-checkout")

    result = canary("--stack-name", "prod", "apply", "-f", "-", stdin=RULES)

    assert result.code == 2
    refused = "error: routing.routes[1].service: the router may not invoke shop-email"
    assert refused in result.err
    assert "TargetAliases of the stack prod" in result.err
    assert empty.items() == []


def test_a_stack_without_aliases_knows_nothing(
    canary: Canary, empty: Table, stack: Callable[..., None]
) -> None:
    """Rules may be written before the first service is deployed."""
    stack()

    assert canary("--stack-name", "prod", "apply", "-f", "-", stdin=RULES).code == 0
    assert empty.version("routing") == 1


def test_a_new_table_takes_all(canary: Canary, empty: Table) -> None:
    """Nobody knows anything there; `lint` still tells what looks like a typo."""
    linted = canary("lint", "-f", "-", stdin=typo())
    offline = canary("lint", "--offline", "-f", "-", stdin=typo())

    for found in (linted.data, offline.data):
        assert found["problems"] == []
        assert doubts(found) == ["routing.default"]
    assert canary("apply", "-f", "-", stdin=typo()).code == 0
    assert empty.version("routing") == 1


def test_a_release_may_come_before_its_services(
    canary: Canary, table: Table, stack: Callable[..., None]
) -> None:
    """Nothing is sent there yet, so it is a warning."""
    stack("shop-checkout", "shop-email")
    rules = RULES.replace("shop-email]", "shop-email, shop-emial]")
    where = ("--stack-name", "prod")

    assert doubts(canary(*where, "lint", "-f", "-", stdin=rules).data) == [
        "flags.shop.release.services"
    ]
    assert canary(*where, "apply", "-f", "-", stdin=rules).code == 0
    assert table.version("shop") == 2


def test_parts_are_asked_as_a_whole(canary: Canary, empty: Table) -> None:
    """A first part with releases makes no later part a mistake."""
    rules = RULES.replace("default: shop-checkout", "default: catalogue")
    flags = "".join(
        f"  flag-{n}: {{variants: {{a: 1, b: 2}}, off: a, serve: b}}\n"
        for n in range(60)
    )
    rules = rules.replace("flags:\n", f"flags:\n{flags}")

    assert canary("apply", "--in-parts", "-f", "-", stdin=rules).code == 0
    assert empty.version("routing") == 1


def doubts(found: dict[str, Any]) -> list[str]:
    """Where `lint` sees something that may not be deployed."""
    return [one["path"] for one in found["warnings"] if one["check"] == "undeployed"]
