"""Puts a client together as the environment describes it."""

from __future__ import annotations

import time
from pathlib import Path
from random import random
from typing import TYPE_CHECKING, TypeVar

from flags.aws.client import AwsClient
from flags.codec import decode
from flags.reader import TableReader
from flags.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flags.client import Flags
    from flags.model import Ruleset
    from flags.usage import Usage

F = TypeVar("F", bound="Flags")


def compose(make: type[F], environ: Mapping[str, str]) -> F:
    """The client of the table that CANARY_TABLE names."""
    table = environ["CANARY_TABLE"]
    client = AwsClient.from_environ("dynamodb", environ)
    snapshot = Snapshot(
        TableReader(client, table),
        decode,
        now=time.time,
        random=random,
        refresh=float(environ.get("CANARY_REFRESH_SECONDS", "5")),
        bootstrap=_bootstrap(environ),
    )
    _after_restore(environ, snapshot)
    return make(snapshot, usage=_usage(environ, client, table))


def _bootstrap(environ: Mapping[str, str]) -> str | None:
    name = environ.get("CANARY_BOOTSTRAP")
    if not name:
        return None
    try:
        return Path(environ.get("LAMBDA_TASK_ROOT", ""), name).read_text("utf-8")
    except (OSError, ValueError):
        return ""  # refused as a snapshot is, and told as its problem


def _usage(environ: Mapping[str, str], client: AwsClient, table: str) -> Usage | None:
    if environ.get("CANARY_REPORT_USE", "").lower() != "true":
        return None
    from flags.usage import reporting  # noqa: PLC0415 - most don't

    return reporting(client, table)


def _after_restore(environ: Mapping[str, str], snapshot: Snapshot[Ruleset]) -> None:
    """A restored sandbox has rules of unknown age, and connections that are dead."""
    if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start":
        return
    # Part of Lambda's runtime.
    from snapshot_restore_py import register_after_restore  # noqa: PLC0415

    register_after_restore(snapshot.restored)
