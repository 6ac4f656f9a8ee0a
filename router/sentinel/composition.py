"""A sentinel as deployed."""

from __future__ import annotations

import binascii
import os
import time
from collections.abc import Callable

from flags import dice
from flags.aws.client import AwsClient
from flags.snapshot import Snapshot
from router import targets
from router.config import Config
from router.routing import Rules
from router.sentinel.evidence import Table
from router.sentinel.sentinel import Sentinel

# Bytes of a container's name: two among a million alike once in 500 such rollouts.
NAME_BYTES = 6


def hired(
    clients: Callable[[str], AwsClient],
    config: Config,
    snapshot: Snapshot[Rules],
    write: Callable[[str], object],
) -> Sentinel:
    """A sentinel with clients of its own, on the connections of all."""
    return Sentinel(
        Table(clients("dynamodb"), config.table),
        snapshot,
        targets.begin_with(clients("lambda"), tail=True),
        write,
        container=_name(),
        every=config.sentinel_every,
        now=time.time,
        clock=time.perf_counter,
        random=dice.throw,
    )


def _name() -> str:
    """Eight random letters and digits; not from dice that an image may have copied."""
    name = binascii.b2a_base64(os.urandom(NAME_BYTES), newline=False).decode()
    return name.replace("+", "-").replace("/", "_")
