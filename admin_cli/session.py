"""From the options to the table: an AWS session, a stack's output, a store.

Region, profile and credentials resolve as the AWS CLI resolves them; boto3 does it.
For an emulator on this machine the endpoint is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from getpass import getuser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flags.errors import InvalidDocument, Problem, StoreUnavailable

if TYPE_CHECKING:
    from flags.store.dynamodb import DynamoStore
    from flags.store.usage import Usage

OUTPUT = "TableName"
# A name or an ARN.
_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}|arn:[A-Za-z0-9_.:/-]+")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, kw_only=True)
class Session:
    """Which table, and with whose credentials. Nothing is opened before `store`."""

    stack: str
    table: str | None
    region: str | None
    profile: str | None
    endpoint: str | None = None

    def store(self) -> DynamoStore:
        """The store; raises `StoreUnavailable`."""
        from flags.store.dynamodb import (  # noqa: PLC0415 - slow, and `--help` waits
            DynamoStore,
        )

        return DynamoStore(*self._opened)

    def usage(self) -> Usage:
        """The reports of use; raises `StoreUnavailable`."""
        from flags.store.usage import (  # noqa: PLC0415 - slow, and `--help` waits
            Usage,
        )

        return Usage(*self._opened)

    def author(self) -> str:
        """The last part of the caller's ARN, or the OS user if AWS can't say."""
        from botocore.exceptions import (  # noqa: PLC0415 - slow, and `--help` waits
            BotoCoreError,
            ClientError,
        )

        try:
            # Short: nobody who aborts waits for a name.
            client = self._aws.client("sts", config=_config(2, 3, attempts=1))
            arn: str = client.get_caller_identity()["Arn"]
        except (BotoCoreError, ClientError):
            return _os_user()
        return re.split("[/:]", arn)[-1]

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        """A client of DynamoDB, and the table's name."""
        from flags.store.failures import (  # noqa: PLC0415 - slow, and `--help` waits
            translated,
        )

        self._check()
        try:
            with translated(self.table or self.stack):
                session = self._aws
                table = self.table or _table_of(session, self.stack)
                return session.client("dynamodb", config=_config(5, 20)), table
        except ValueError as error:
            # An endpoint of one service, or a region, that makes no address.
            message = f"{error}; look at the region and the AWS_ENDPOINT_URL_ variables"
            raise InvalidDocument([Problem(path="AWS", message=message)]) from error

    def _check(self) -> None:
        """Refuse what AWS would only answer with riddles."""
        problems = []
        if self.endpoint and not _is_address(self.endpoint):
            message = f"{self.endpoint!r} is no address such as http://localhost:4566"
            problems.append(Problem(path="AWS_ENDPOINT_URL", message=message))
        if self.table and not _TABLE.fullmatch(self.table):
            message = (
                f"{self.table!r} is no name of a table: 3 to 255 letters, digits, "
                "dots, dashes or underscores"
            )
            problems.append(Problem(path="--table", message=message))
        if problems:
            raise InvalidDocument(problems)

    @cached_property
    def _aws(self) -> Any:
        # One for all clients: a profile may ask for a second factor.
        import boto3  # noqa: PLC0415 - slow, and `--help` waits

        session = boto3.Session(region_name=self.region, profile_name=self.profile)
        if urlsplit(self.endpoint or "").hostname not in LOOPBACK:
            return session
        # boto3 insists on what an emulator doesn't ask for.
        key = None if session.get_credentials() else "test"
        return boto3.Session(
            aws_access_key_id=key,
            aws_secret_access_key=key,
            region_name=session.region_name or "us-east-1",
            profile_name=self.profile,
        )


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


def _table_of(session: Any, stack: str) -> str:
    client = session.client("cloudformation", config=_config(5, 20))
    outputs = _outputs(client, stack, session.region_name)
    for output in outputs:
        if output["OutputKey"] == OUTPUT:
            return str(output["OutputValue"])
    msg = (
        f"the stack {stack} has no output {OUTPUT}: name the router's stack with "
        "--stack-name, or its table with --table"
    )
    raise StoreUnavailable(msg)


def _outputs(client: Any, stack: str, region: str) -> list[dict[str, str]]:
    from botocore.exceptions import (  # noqa: PLC0415 - slow, and `--help` waits
        ClientError,
    )

    try:
        found = client.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        detail = error.response["Error"]
        if "does not exist" not in detail.get("Message", ""):
            msg = f"the stack {stack} can't be read: {error}; or give --table"
            raise StoreUnavailable(msg) from error
        msg = (
            f"there is no stack {stack} in {region}: deploy it with `sam deploy`, "
            "or name another with --stack-name, or a table with --table"
        )
        raise StoreUnavailable(msg) from error
    return list(found[0].get("Outputs", ()))


def _os_user() -> str:
    try:
        return getuser()
    except (OSError, KeyError):
        return "unknown"
