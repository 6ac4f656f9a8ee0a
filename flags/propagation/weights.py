"""How much the services take, and how much a message weighs already.

A message is never pushed across a limit that it was under. A service has more than one
where its limit was raised: a queue or topic may still have the one from before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KIB = 1024
MIB = 1024 * KIB

# By how much more than the services count may be counted here, and more.
SLACK = 4 * KIB

# SendMessage and SendMessageBatch, messages together; queues of old have 256 KiB.
SQS = (256 * KIB, MIB)
# Publish and PublishBatch; a topic's MaximumMessageSize may be up to 1 MiB.
SNS = (256 * KIB, MIB)
# PutEvents, entries together: under 1 MB, and 256 KB until 2026.
EVENTS = (256 * KIB, 1_000_000)
# An asynchronous Invoke's payload: 1 MB, and 256 KB until 2025.
ASYNC_PAYLOAD = (256 * KIB, 1_000_000)
# A synchronous Invoke's ClientContext, in bytes of its base64.
CLIENT_CONTEXT = 3_583
# StartExecution's input, in bytes of UTF-8.
EXECUTION_INPUT = (262_144,)
# A record with its partition key; a stream's MaxRecordSize may be up to 10 MiB.
KINESIS_RECORD = (MIB, 10 * MIB)
# PutRecords, records together.
KINESIS_REQUEST = (5 * MIB, 10 * MIB)


def room(used: int, limits: tuple[int, ...]) -> int:
    """Bytes left under the lowest limit that may be kept so far; 0 beyond the last."""
    for limit in limits:
        if used <= limit + SLACK:
            return max(limit - used, 0)
    return 0


def weight(value: Any) -> int:
    """The bytes of all texts, and a little more: names of parameters count too."""
    if isinstance(value, str):
        # Which is known without a look at each character.
        if value.isascii():
            return len(value)
        return len(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, Mapping):
        return sum(weight(key) + weight(part) for key, part in value.items())
    if isinstance(value, bytes | bytearray):
        return len(value)
    # Not whatever can be iterated: a file would be read to its end.
    if isinstance(value, list | tuple):
        return sum(weight(part) for part in value)
    return 0
