"""The Lambda function: the only place of the router that reads the environment."""

from __future__ import annotations

import os
import random
import secrets
import time
from functools import cache
from pathlib import Path
from typing import Any

from flags.aws.client import AwsClient
from flags.aws.transport import Transport
from flags.reader import TableReader
from flags.snapshot import Snapshot
from router import targets
from router.config import Config
from router.dispatch import Router
from router.routing import build

# Packed with the router by those who want rules before the table was ever reached.
BOOTSTRAP = Path(__file__).with_name("bootstrap.json")


@cache
def compose() -> Router:
    """The router as deployed."""
    config = Config.from_environ(os.environ)
    transport = Transport.from_environ(os.environ)
    table = AwsClient.from_environ("dynamodb", os.environ, transport=transport)
    functions = AwsClient.from_environ("lambda", os.environ, transport=transport)
    bootstrap = BOOTSTRAP.read_text("utf-8") if BOOTSTRAP.exists() else None
    return Router(
        config=config,
        snapshot=Snapshot(
            TableReader(table, config.table),
            build,
            now=time.time,
            random=random.random,
            refresh=config.refresh,
            bootstrap=bootstrap,
        ),
        begin=targets.begin_with(functions),
        new_id=lambda: secrets.token_urlsafe(12),
        now=time.time,
        write=print,
    )


# In Lambda the composition belongs to the cold start, not to the first request.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    compose()


def handler(event: Any, context: Any) -> Any:
    """Route one event."""
    return compose().handle(event, context)
