"""The Lambda function: the only place of the router that reads the environment."""

from __future__ import annotations

import os
import time
from functools import cache
from typing import Any

from flags import dice
from flags.aws.client import AwsClient
from flags.aws.transport import Transport
from flags.reader import TableReader
from flags.snapshot import Snapshot
from router import targets
from router.config import Config
from router.dispatch import Router
from router.routing import build

# Packed with the router by those who want rules before the table was ever reached.
# Not by pathlib, which takes a cold start five milliseconds.
BOOTSTRAP = os.path.join(os.path.dirname(__file__), "bootstrap.json")  # noqa: PTH118, PTH120


@cache
def compose() -> Router:
    """The router as deployed."""
    config = Config.from_environ(os.environ)
    transport = Transport.from_environ(os.environ)
    table = AwsClient.from_environ("dynamodb", os.environ, transport=transport)
    functions = AwsClient.from_environ("lambda", os.environ, transport=transport)
    return Router(
        config=config,
        snapshot=Snapshot(
            TableReader(table, config.table),
            build,
            now=time.time,
            random=dice.throw,
            refresh=config.refresh,
            bootstrap=_bootstrap(),
        ),
        begin=targets.begin_with(functions),
        new_id=_new_id,
        now=time.time,
        write=print,
    )


def _bootstrap() -> str | None:
    try:
        with open(BOOTSTRAP, encoding="utf-8") as file:  # noqa: PTH123 - as above
            return file.read()
    except FileNotFoundError:
        return None


def _new_id() -> str:
    import secrets  # noqa: PLC0415 - cost; for visitors who are new here

    return secrets.token_urlsafe(12)


# In Lambda the composition belongs to the cold start, not to the first request.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    compose()


def handler(event: Any, context: Any) -> Any:
    """Route one event."""
    return compose().handle(event, context)
