"""The controller's Lambda function: the only place here that reads the environment.

Once a minute by the schedule, and by hand: `{}` is a tick, `{"release": "shop"}` one of
that release only.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config as Wire

from flags.reader import TableReader
from flags.store.dynamodb import DynamoStore
from flags.store.writer import Writer
from rollouts.controller.alarms import Alarms
from rollouts.controller.aliases import Aliases
from rollouts.controller.announcing import Announcer
from rollouts.controller.attending import Attendant
from rollouts.controller.checks import Checks
from rollouts.controller.config import Config
from rollouts.controller.inforce import InForce
from rollouts.controller.invoking import invoke_with
from rollouts.controller.seeing import Eyes
from rollouts.controller.stable_parameter import StableParameter
from rollouts.controller.telling import Telling
from rollouts.controller.ticking import Controller, moment
from rollouts.evidence.table import Evidence

# Seconds: what is asked here answers in milliseconds, and the next tick is near.
_CONNECT, _READ = 3, 10
_EVENTS = "aws.events"


@cache
def log() -> Logger:
    """The controller's log: one JSON object a line."""
    return Logger(service="controller")


@cache
def client(service: str, region: str | None = None) -> Any:
    """A client with our patience."""
    wire = Wire(connect_timeout=_CONNECT, read_timeout=_READ)
    return boto3.client(service, region_name=region, config=wire)


@cache
def _waiting(timeout: float) -> Any:
    """A client of Lambda that waits so many seconds, and asks once."""
    wire = Wire(
        connect_timeout=_CONNECT,
        read_timeout=timeout,
        retries={"total_max_attempts": 1},
    )
    return boto3.client("lambda", config=wire)


@cache
def compose() -> Controller:
    """The controller as deployed."""
    config = Config.from_environ(os.environ)
    dynamodb = client("dynamodb")
    store = DynamoStore(dynamodb, config.table)
    aliases = Aliases(client=client("lambda"), functions=config.functions)
    eyes = Eyes(
        evidence=Evidence(dynamodb, config.table),
        alarms=Alarms(client=client("cloudwatch")),
        aliases=aliases,
        checks=Checks(
            client=dynamodb,
            table=config.table,
            invoke=invoke_with(_waiting),
            now=time.time,
        ),
        now=time.time,
    )
    reader = TableReader.from_environ(os.environ, config.table)
    writer = Writer(store=store, timestamp=_timestamp, salt=_salt)
    return Controller(
        name=config.name,
        store=store,
        reader=reader,
        attendant=Attendant(eyes=eyes, writer=writer, say=_say),
        announcer=Announcer(
            client=dynamodb,
            table=config.table,
            history=store.history,
            telling=Telling(client=client),
            now=time.time,
        ),
        in_force=InForce(reader=reader, aliases=aliases),
        now=time.time,
        say=_say,
        complain=_complain,
        stable=_stable_parameter(config.stable_parameter),
    )


def _stable_parameter(name: str | None) -> StableParameter | None:
    return StableParameter(client=client("ssm"), name=name) if name else None


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Tick once; answers with what was done."""
    asked: Mapping[str, Any] = event if isinstance(event, dict) else {}
    scheduled = asked.get("source") == _EVENTS
    log().append_keys(request_id=getattr(context, "aws_request_id", None))
    report = compose().tick(
        asked.get("release"),
        due=moment(asked.get("time")) if scheduled else None,
        left=lambda: context.get_remaining_time_in_millis() / 1_000,
    )
    return report.data()


def _say(message: str, **more: Any) -> None:
    log().info(message, extra=more)


def _complain(message: str, **more: Any) -> None:
    log().error(message, extra=more)


def _timestamp() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _salt() -> str:
    return secrets.token_hex(4)
