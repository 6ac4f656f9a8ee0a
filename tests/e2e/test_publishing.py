"""Deployments against a deployed system: real versions, aliases and revisions."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from examples.demo.canary import canary, run
from rollouts.publishing import publish
from rollouts.publishing.failures import Conflict
from rollouts.publishing.fingerprint import changes
from rollouts.publishing.functions import Functions
from tests.e2e.conftest import Shop

pytestmark = pytest.mark.e2e

RELEASE = "press"
SERVICES = ("press-cart", "press-mail")
CODE = """
import os


def handler(event, context):
    if os.environ.get("BROKEN"):
        raise KeyError("id")
    print("at work")
    return {"level": os.environ.get("LEVEL"), "version": context.function_version}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A release of two functions that no router knows."""

    shop: Shop
    client: Any

    @property
    def functions(self) -> Functions:
        """Lambda, as the command line sees it."""
        return Functions(client=self.client)

    def set(self, name: str, **variables: str) -> None:
        """Other variables, in force."""
        self.client.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables}
        )

    def aliases(self, name: str) -> dict[str, str]:
        """The versions of the aliases."""
        found = self.functions.aliases(name)
        return {alias.name: alias.version for alias in found.values()}

    def versions(self, name: str) -> list[str]:
        """The published versions."""
        return [found["Version"] for found in self.functions.versions(name)]

    def answer(self, alias: str) -> Any:
        """What an alias of the cart answers."""
        done = self.client.invoke(
            FunctionName=SERVICES[0], Qualifier=alias, Payload=b"{}"
        )
        return json.loads(done["Payload"].read())

    def body(self) -> dict[str, Any]:
        """The release's document."""
        found: dict[str, Any] = canary(self.shop.system, "get", RELEASE)["document"]
        return found


@pytest.fixture
def press(shop: Shop, tmp_path: Path) -> Iterator[Press]:
    """Two functions with both aliases on version 1, and a release of them."""
    client = shop.system.client("lambda")
    role = client.get_function_configuration(FunctionName="shop-email")["Role"]
    for name in SERVICES:
        client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler="app.handler",
            Code={"ZipFile": zipped()},
        )
        Functions(client=client).settled(name)
        client.publish_version(FunctionName=name)
        for alias in ("blue", "green"):
            client.create_alias(FunctionName=name, Name=alias, FunctionVersion="1")
    rules = tmp_path / "press.yaml"
    services = ", ".join(SERVICES)
    rules.write_text(f"flags: {{{RELEASE}: {{release: {{services: [{services}]}}}}}}\n")
    applied = run(shop.system, "restore", RELEASE)
    if applied.returncode:
        canary(shop.system, "apply", "-f", str(rules))
    try:
        yield Press(shop=shop, client=client)
    finally:
        run(shop.system, "rollout", "abort", RELEASE)
        run(shop.system, "archive", RELEASE)
        for name in SERVICES:
            client.delete_function(FunctionName=name)


def zipped() -> bytes:
    """The code, packed at another time each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), CODE)
    return packed.getvalue()


def test_a_deployment_from_beginning_to_end(press: Press) -> None:
    """Published, pointed, warmed and started; refused, aborted, and gone on with."""
    cart, mail = SERVICES
    system = press.shop.system
    press.set(cart, LEVEL="new")

    deployed = run(system, "deploy", cart, "--warm", "2", "--plan", "fast")

    assert deployed.returncode == 0, deployed.stderr
    assert f"{cart}:green answered 2 of 2 warm-up invocations" in deployed.stderr
    assert {"blue": "1", "green": "2"} == press.aliases(cart)
    assert {"blue": "1", "green": "1"} == press.aliases(mail)
    assert {"level": "new", "version": "2"} == press.answer("green")
    assert {"level": None, "version": "1"} == press.answer("blue")
    body = press.body()
    assert ("pending", 0) == (body["rollout"]["phase"], body["weight"])

    press.set(cart, LEVEL="newer")
    assert run(system, "deploy", cart).returncode == 4
    assert ["1", "2"] == press.versions(cart)
    replaced = run(system, "deploy", cart, "--replace", "--settle", "0", "--yes")
    assert replaced.returncode == 0, replaced.stderr
    assert {"level": "newer", "version": "3"} == press.answer("green")

    canary(system, "rollout", "abort", RELEASE)
    again = run(system, "deploy", cart)
    assert again.returncode == 0, again.stderr
    assert f"{cart}: version 3 was rolled back: " in again.stderr
    assert ["1", "2", "3"] == press.versions(cart)

    canary(system, "rollout", "abort", RELEASE)
    pruned = canary(system, "versions", "prune", cart, "--keep", "0", "--yes")
    assert {"1": "kept", "2": "deleted", "3": "kept"} == {
        row["version"]: row["fate"] for row in pruned
    }
    assert ["1", "3"] == press.versions(cart)


def test_the_same_code_again_is_no_deployment(press: Press) -> None:
    """Uploaded once more, it gets another revision and no version."""
    cart, body = SERVICES[0], press.body()
    before = press.functions.config(cart)
    press.client.update_function_code(FunctionName=cart, ZipFile=zipped())

    done = run(press.shop.system, "deploy", cart)

    assert done.returncode == 0, done.stderr
    assert "nothing was published or written" in done.stderr
    after = press.functions.settled(cart)
    assert before["RevisionId"] != after["RevisionId"]
    assert [] == changes(before, after)
    assert body == press.body()


def test_a_version_that_fails_is_seen_by_nobody(press: Press) -> None:
    """A failing warm-up leaves the release as it was, and says what failed."""
    press.set(SERVICES[0], BROKEN="1")
    body = press.body()

    done = run(press.shop.system, "deploy", SERVICES[0], "--warm", "1")

    assert done.returncode == 23
    assert "failed 1 of 1 warm-up invocations" in done.stderr
    assert body == press.body()


def test_an_alias_that_somebody_moved_is_a_conflict(press: Press) -> None:
    """Between the look and the move somebody else was there: nothing is overwritten."""
    cart = SERVICES[0]
    press.set(cart, LEVEL="new")
    train = publish.look(press.functions, SERVICES, "blue", "green")
    versions = publish.publish(press.functions, train, "", lambda _: None)
    press.client.update_alias(
        FunctionName=cart, Name="green", FunctionVersion="1", Description="mine"
    )

    with pytest.raises(Conflict):
        publish.point(press.functions, train, "green", versions, lambda _: None)

    assert {"blue": "1", "green": "1"} == press.aliases(cart)
