"""A table in a simulated DynamoDB, and the command line in this process."""

from __future__ import annotations

import io
import json
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.loaders import Loader
from moto import mock_aws

from admin_cli.__main__ import main
from admin_cli.changing import write
from admin_cli.files import edits
from flags.store.changes import Signature
from flags.store.checks import read_file
from flags.store.dynamodb import DynamoStore
from flags.store.syntax import parse
from tests.contracts.store_contract import make_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TABLE = "flags-table"
WHERE = f"the table {TABLE} (eu-west-1, account 123456789012)"
_WHERE = re.compile(r"canary: in the table .*\n")
RULES = """
flags:
  shop:
    description: checkout of the shop
    release: {services: [shop-checkout, shop-email]}
    targets: {canary: [tester]}
    rules:
      - name: staff first
        when: {attribute: email, ends_with: "@example.com"}
        serve: canary
  search:
    variants: {on: true, off: false}
    off: off
    targets: {on: [ana]}
    rules:
      - name: grown-ups
        when:
          all:
            - {attribute: country, in: [DE, AT]}
            - {attribute: age, greater_than: 17}
        serve: {on: 50, off: 50}
    serve: {on: 20, off: 80}
routing:
  default: shop-checkout
  routes:
    - name: web
      service: shop-checkout
      match: {source: [http, url], path: /shop/*}
      identity: [{header: x-user-id}, {cookie: visitor}]
      attributes: {email: {header: x-email}}
    - name: mail
      service: shop-email
      match: {source: sns, topic: orders}
      trust: false
"""
MORE = """
flags:
  gift:
    owner: checkout
    tags: [q4, cart]
    temporary: true
    expires: 2020-01-31
    variants: {on: true, off: false}
    off: off
    requires: [{flag: search, variants: [on, off]}]
    schedule: {from: 2020-01-01T00:00:00Z, until: 2030-01-01T00:00:00Z}
    rules:
      - {name: testers, when: {segment: beta}, serve: on}
      - {name: pro, when: {attribute: tenant.plan, equals: pro}, serve: on}
    serve: off
  layout:
    variants: {new: 1, old: 0}
    off: old
    serve: {split: {new: 50, old: 50}, by: tenant}
segments:
  beta: {included: [ana, bo], rules: [{attribute: email, ends_with: "@example.com"}]}
groups:
  q4: {holdout: 0, flags: [gift]}
"""


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Whether a person looks at it."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run of `canary` came to.

    `where` is the note that every write ends with: which table it was.
    """

    code: int
    out: str
    err: str
    where: str = ""

    @classmethod
    def of(cls, code: int, out: str, err: str) -> Result:
        """With the note about the table told apart from what else is said."""
        where = "".join(_WHERE.findall(err))
        return cls(code=code, out=out, err=_WHERE.sub("", err), where=where)

    @property
    def data(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The table behind the command line."""

    client: Any
    store: DynamoStore

    def items(self) -> list[dict[str, Any]]:
        """All that is in it, in a fixed order."""
        items = self.client.scan(TableName=TABLE)["Items"]
        return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    def body(self, name: str) -> dict[str, Any]:
        """A document."""
        return dict(self.store.load().documents[name].body)

    def version(self, name: str) -> int:
        """A document's version."""
        return self.store.load().version(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """Runs `canary` as a shell would, with its output in a pipe."""

    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *argv: str, stdin: str = "") -> Result:
        """Run with the output in a pipe."""
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        self.capsys.readouterr()
        code = main(argv)
        out, err = self.capsys.readouterr()
        return Result.of(code, out, err)

    def asked(self, answer: str, *argv: str) -> Result:
        """Run for a person who answers a question."""
        self.capsys.readouterr()
        with self.monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", Terminal(answer))
            code = main(argv)
        out, err = self.capsys.readouterr()
        return Result.of(code, out, err)

    def terminal(self, *argv: str, colour: bool = False) -> Result:
        """Run with a terminal as output, by default one without colours."""
        out = Terminal()
        with self.monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setenv("COLUMNS", "120")
            patch.setenv("TERM", "xterm-256color")
            if not colour:
                patch.setenv("NO_COLOR", "1")
            code = main(argv)
        _, err = self.capsys.readouterr()
        return Result.of(code, out.getvalue(), err)


@pytest.fixture(scope="session")
def loader() -> Loader:
    """Service descriptions, read once for all tests."""
    return Loader(extra_search_paths=[Loader.CUSTOMER_DATA_PATH])


@pytest.fixture(autouse=True)
def aws(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, loader: Loader
) -> Iterator[None]:
    """A simulated account, and an environment without the developer's own."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL", "CANARY_STACK"):
        monkeypatch.delenv(name, raising=False)
    for name in ("CANARY_DEBUG", "CANARY_TOKEN_KEYS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("CANARY_TABLE", TABLE)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setattr("botocore.session.create_loader", lambda _: loader)
    with mock_aws():
        yield


@pytest.fixture
def empty() -> Table:
    """A table with nothing in it."""
    client = boto3.client("dynamodb")
    make_table(client, TABLE)
    return Table(client=client, store=DynamoStore(client, TABLE))


@pytest.fixture
def canary(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Canary:
    """The command line."""
    return Canary(capsys=capsys, monkeypatch=monkeypatch)


@pytest.fixture
def table(empty: Table) -> Table:
    """A table with a release, a flag and routes, each at version 1."""
    file = read_file(parse(RULES, "rules"))
    signature = Signature(author="setup")
    write(empty.store, lambda state: edits(file, state), signature)
    return empty


@pytest.fixture
def grown(table: Table) -> Table:
    """The table with a segment, a group, and flags that use them."""
    file = read_file(parse(MORE, "more"))
    signature = Signature(author="setup")
    write(table.store, lambda state: edits(file, state), signature)
    return table


@pytest.fixture
def meanwhile(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[Result]]:
    """Lets other operators in just before a commit."""

    def install(*commands: tuple[str, ...]) -> list[Result]:
        pending, done = list(commands), []
        commit = DynamoStore.commit

        def interrupted(self: DynamoStore, change: Any) -> None:
            if pending:
                argv = pending.pop(0)
                # Their own commit is not interrupted.
                waiting, pending[:] = list(pending), []
                done.append(canary(*argv))
                pending[:] = waiting
            commit(self, change)

        monkeypatch.setattr(DynamoStore, "commit", interrupted)
        return done

    return install
