"""Puts a client together as the environment describes it."""

from __future__ import annotations

import time

from flags import aborts, dice
from flags.aws.client import AwsClient
from flags.aws.restore import after_restore
from flags.codec import decode
from flags.errors import StoreUnavailable
from flags.hints import TYPE_CHECKING
from flags.reader import TableReader
from flags.snapshot import Snapshot
from flags.switches import is_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeVar

    from flags.client import Flags
    from flags.usage import Usage

    F = TypeVar("F", bound="Flags")

# Of CANARY_REFRESH_SECONDS.
LEAST, MOST = 1, 3600


def compose(make: type[F], environ: Mapping[str, str]) -> F:
    """The client of the table that CANARY_TABLE names."""
    table = environ["CANARY_TABLE"]
    client = AwsClient.from_environ("dynamodb", environ)
    snapshot = Snapshot(
        TableReader(client, table),
        decode,
        now=time.time,
        random=dice.throw,
        refresh=_refresh(environ),
        bootstrap=_bootstrap(environ),
        marked=aborts.marked,
        watched=aborts.watched,
    )
    after_restore(environ, snapshot.restored)
    return make(snapshot, usage=_usage(environ, client, table))


def _refresh(environ: Mapping[str, str]) -> float:
    """Seconds; raises `StoreUnavailable` if they are none."""
    text = environ.get("CANARY_REFRESH_SECONDS") or "5"
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not LEAST <= seconds <= MOST:
        msg = f"CANARY_REFRESH_SECONDS is {text!r}: give seconds from {LEAST} to {MOST}"
        raise StoreUnavailable(msg)
    return seconds


def _bootstrap(environ: Mapping[str, str]) -> str | None:
    name = environ.get("CANARY_BOOTSTRAP")
    if not name:
        return None
    from pathlib import Path  # noqa: PLC0415 - cost; most have none

    try:
        return Path(environ.get("LAMBDA_TASK_ROOT", ""), name).read_text("utf-8")
    except (OSError, ValueError):
        return ""  # refused as a snapshot is, and told as its problem


def _usage(environ: Mapping[str, str], client: AwsClient, table: str) -> Usage | None:
    if not is_on(environ.get("CANARY_REPORT_USE")):
        return None
    from flags.usage import reporting  # noqa: PLC0415 - most don't

    return reporting(client, table)
