"""Our client's first rules, and those after a change: milliseconds and megabytes."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flags.codec import decode
from flags.reader import TableReader

STATUS = Path("/proc/self/status")


def peak() -> float:
    """The most memory that this process has had, in MB."""
    if STATUS.exists():  # Linux, whose getrusage counts in the process that started us
        fields = dict(line.split(":") for line in STATUS.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) * 1_024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What some work comes to, and its milliseconds."""
    start = time.perf_counter()
    found = work()
    return found, 1_000 * (time.perf_counter() - start)


def load(reader: TableReader, name: str) -> tuple[Any, dict[str, float]]:
    """The rules, and what it took to have them."""
    body, read = timed(reader.body)
    rules, decoded = timed(lambda: decode(body.text, body.lists))
    _, planned = timed(lambda: rules.plans[name])
    took = {"read_ms": read, "decode_ms": decoded, "first_plan_ms": planned}
    return rules, {"load_ms": sum(took.values()), **took}


reader = TableReader.from_environ(os.environ, os.environ["CANARY_TABLE"])
reader.version()  # the connection, and what is imported for it
before = peak()
rules, cold = load(reader, sys.argv[1])
cold["memory_mb"] = peak() - before
print("loaded", flush=True)
sys.stdin.readline()  # the table changes meanwhile
newer, warm = load(reader, sys.argv[1])
warm["memory_mb"] = peak() - before  # with the old rules still there
print(json.dumps({"cold": cold, "after_a_change": warm}), flush=True)
