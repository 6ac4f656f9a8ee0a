"""From the options to the table: an AWS session, a stack's output, a store.

Region, profile and credentials resolve as the AWS CLI resolves them; boto3 does it.
For an emulator on this machine the endpoint is enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from getpass import getuser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from admin_cli.location import Location, LocationOptions, account_of, bare
from flags.errors import InvalidDocument, Problem

if TYPE_CHECKING:
    from admin_cli.deployed import Deployed
    from admin_cli.keyring import Keyring
    from admin_cli.outputs import Outputs
    from flags.store.dynamodb import DynamoStore
    from flags.store.readback import ReadBack
    from flags.store.usage import Usage
    from rollouts.evidence.table import Evidence

OUTPUT = "TableName"
# The stack's output that says where the keys of overrides are.
KEYS_OUTPUT = "TokenKeys"
# The stack's parameter that says which aliases the router may invoke.
TARGETS_PARAMETER = "TargetAliases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose credentials these are; of an unknown account nothing is told."""

    name: str
    account: str


@dataclass(frozen=True, kw_only=True)
class Session:
    """Which table, and with whose credentials. Nothing is opened before `store`."""

    options: LocationOptions
    environ: Mapping[str, str]
    # Hears of what in the table can't be read.
    warn: Callable[[str], None] = field(default=lambda _: None, repr=False)

    @cached_property
    def location(self) -> Location:
        """Which table is meant; raises `InvalidDocument`."""
        return self.options.resolve(self.environ)

    @property
    def endpoint(self) -> str | None:
        """Where AWS is, if not at AWS."""
        return self.environ.get("AWS_ENDPOINT_URL")

    def joined(self, options: LocationOptions) -> Session:
        """With what is said after the command, too; raises `InvalidDocument`."""
        return replace(self, options=self.options.joined(options))

    def store(self) -> DynamoStore:
        """The store; raises `StoreUnavailable`."""
        from flags.store.dynamodb import (  # noqa: PLC0415 - slow, and `--help` waits
            DynamoStore,
        )

        return DynamoStore(*self._opened, tell=self._warn)

    def reader(self) -> ReadBack:
        """What routers read; raises `StoreUnavailable`."""
        from flags.store.readback import (  # noqa: PLC0415 - slow, and `--help` waits
            ReadBack,
        )

        return ReadBack(*self._opened)

    def usage(self) -> Usage:
        """The reports of use; raises `StoreUnavailable`."""
        from flags.store.usage import (  # noqa: PLC0415 - slow, and `--help` waits
            Usage,
        )

        return Usage(*self._opened)

    def evidence(self) -> Evidence:
        """The evidence about rollouts; raises `StoreUnavailable`."""
        from rollouts.evidence.table import (  # noqa: PLC0415 - slow, and `--help` waits
            Evidence,
        )

        return Evidence(*self._opened)

    def client(self, service: str, config: Any = None) -> Any:
        """A client of an AWS service, by boto3's name for it."""
        with self._opening():
            return self._client(service, config)

    def keyring(self, where: str | None) -> Keyring:
        """The keys of overrides, there or where the stack says; opens nothing yet.

        Raises `StoreUnavailable`.
        """
        from admin_cli.keyring import (  # noqa: PLC0415 - slow, and `--help` waits
            keyring,
        )

        there = self.options.keys(where, self.environ)
        with self._opening():
            return keyring(there or self._keys_of_stack(), self._client)

    def table_name(self) -> str:
        """The table's name, or its ARN if that was given; raises `StoreUnavailable`."""
        return self._opened[1]

    def deployed(self) -> Deployed:
        """What the router may invoke, as far as a stack says it."""
        from admin_cli.deployed import (  # noqa: PLC0415 - slow, and `--help` waits
            Deployed,
        )

        if self.location.table:
            return Deployed()
        with self._opening():
            aliases = self._stack.parameters.get(TARGETS_PARAMETER)
            return Deployed.of(bare(self.location.stack), aliases)

    def where(self, *, ask: bool = False) -> str:
        """The table, its stack, region and account, for people.

        The account is told if it is known already, or if it is worth to `ask` for.
        """
        location = self.location
        table = location.table or self._opened[1]
        stack = "" if location.table else f" of the stack {bare(location.stack)}"
        account = account_of(table) or (self._caller.account if ask else self._known)
        return f"the table {bare(table)}{stack} ({self._area(account)})"

    def area(self) -> str:
        """The region and the account, for people."""
        return self._area(self._caller.account)

    def _area(self, account: str) -> str:
        parts = [self._aws.region_name, f"account {account}" if account else ""]
        return ", ".join(filter(None, parts))

    def author(self) -> str:
        """The last part of the caller's ARN, or the OS user if AWS can't say."""
        return self._caller.name

    @property
    def _known(self) -> str:
        """The account, if anybody asked for the caller before."""
        caller: Caller | None = self.__dict__.get("_caller")
        return caller.account if caller else ""

    @cached_property
    def _caller(self) -> Caller:
        from botocore.exceptions import (  # noqa: PLC0415 - slow, and `--help` waits
            BotoCoreError,
            ClientError,
        )

        try:
            # Short: nobody who aborts waits for a name.
            client = self._aws.client("sts", config=_config(2, 3, attempts=1))
            arn: str = client.get_caller_identity()["Arn"]
        except (BotoCoreError, ClientError):
            return Caller(name=_os_user(), account="")
        return Caller(name=re.split("[/:]", arn)[-1], account=account_of(arn))

    def _warn(self, damage: str) -> None:
        """Tell of damage in the table, of each once a run."""
        if damage not in self._warned:
            self._warned.add(damage)
            self.warn(f"{damage}; `canary repair` mends it")

    @cached_property
    def _warned(self) -> set[str]:
        return set()

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        """A client of DynamoDB, and the table's name."""
        with self._opening():
            table = self.location.table or self._stack.get(OUTPUT)
            return self._client("dynamodb"), table

    @cached_property
    def _stack(self) -> Outputs:
        """What the stack says; without it a table is to be named."""
        from admin_cli.outputs import Outputs  # noqa: PLC0415 - slow, as above

        return Outputs.of(self._aws, self.location.stack, ("table", "--table"))

    def _keys_of_stack(self) -> str:
        """Where the stack's keys are; raises `InvalidDocument` if it has another table.

        A token of one table's keys is worth nothing at another's routers.
        """
        from admin_cli.outputs import Outputs  # noqa: PLC0415 - slow, as above

        location = self.location
        instead = "key store", "--token-keys"
        found = Outputs.of(self._aws, location.stack, instead)
        theirs = found.found.get(OUTPUT)
        if location.table and theirs and bare(location.table) != theirs:
            message = (
                f"the stack {location.stack} has the table {theirs}, not "
                f"{bare(location.table)}; say where the keys of that one are, or name "
                "its stack with --stack-name"
            )
            raise InvalidDocument([Problem(path="--token-keys", message=message)])
        return found.get(KEYS_OUTPUT)

    @contextmanager
    def _opening(self) -> Iterator[None]:
        from flags.store.failures import (  # noqa: PLC0415 - slow, and `--help` waits
            translated,
        )

        self._check()
        try:
            with translated(self.location.table or self.location.stack):
                yield
        except ValueError as error:
            # An endpoint of one service, or a region, that makes no address.
            message = f"{error}; look at the region and the AWS_ENDPOINT_URL_ variables"
            raise InvalidDocument([Problem(path="AWS", message=message)]) from error

    def _client(self, service: str, config: Any = None) -> Any:
        return self._aws.client(service, config=config or _config(5, 20))

    def _check(self) -> None:
        """Refuse what AWS would only answer with riddles."""
        _ = self.location
        if self.endpoint and not _is_address(self.endpoint):
            message = (
                f"{self.endpoint!r} is not an address such as http://localhost:4566"
            )
            raise InvalidDocument([Problem(path="AWS_ENDPOINT_URL", message=message)])

    @cached_property
    def _aws(self) -> Any:
        # One for all clients: a profile may ask for a second factor.
        from admin_cli.credentials import (  # noqa: PLC0415 - slow, and `--help` waits
            session,
        )

        return session(self.location, self.endpoint)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def _config(connect: float, read: float, attempts: int | None = None) -> Any:
    from botocore.config import Config  # noqa: PLC0415 - slow, and `--help` waits

    return Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"total_max_attempts": attempts} if attempts else None,
    )


def _os_user() -> str:
    try:
        return getuser()
    except (OSError, KeyError):
        return "unknown"
