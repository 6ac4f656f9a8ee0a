"""Milliseconds from interpreter start to the first flag out of DynamoDB, over TLS.

A fresh interpreter each time, its bytecode compiled before; DynamoDB answers on
loopback from tables as the real writers leave them: 103 flags and a segment. Keys:
`ours_ms`, `peers` (boto3 with LaunchDarkly's DynamoDB store in daemon mode, Powertools
with a store that reads one item by boto3), `ours_over_fastest_peer`, `interpreter_ms`
(an interpreter that does nothing), all for a 30 % split and with no roots but the
server's; `segment`, the same for five rules and a segment of 1,000 ids, and
`usual_roots`, the same for the split with all roots that botocore brings.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from statistics import median
from tempfile import TemporaryDirectory

import botocore
import trustme

from benchmarks.harness import captured, report, workload
from benchmarks.harness.endpoint import Tables, served
from benchmarks.harness.report import Figures, Rows
from benchmarks.peers import launchdarkly, ours, powertools

ROUNDS = 17
POWERTOOLS = "powertools"
CLIENTS = ("ours", captured.LAUNCHDARKLY, POWERTOOLS)
BARE = "interpreter"
ROOT, ROOTS = "root.pem", "roots.pem"

Environ = Mapping[str, str]


class NoAnswer(Exception):
    """A client that failed; its figures would be for nothing."""


def tables() -> Tables:
    """What the clients read."""
    (own,) = captured.our_table(
        ours.documents(workload.SEGMENT_SIZE, len(workload.OTHERS))
    )
    theirs = captured.their_table(launchdarkly.flags(), launchdarkly.segments())
    configuration = json.dumps(powertools.configuration())
    item = {"pk": {"S": "flags"}, "configuration": {"S": configuration}}
    return Tables(
        items={captured.OURS: own, captured.LAUNCHDARKLY: theirs, POWERTOOLS: [item]}
    )


@contextmanager
def endpoint(directory: Path) -> Iterator[dict[str, str]]:
    """DynamoDB for as long as it lasts; gives the environment that leads there."""
    authority = trustme.CA()
    context = SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    usual = Path(botocore.__file__).parent / "cacert.pem"
    (directory / ROOT).write_bytes(authority.cert_pem.bytes())
    roots = usual.read_bytes() + authority.cert_pem.bytes()
    (directory / ROOTS).write_bytes(roots)
    served_tables = tables()
    with served(served_tables, context) as url:
        yield {
            **captured.ENVIRON,
            "AWS_CA_BUNDLE": str(directory / ROOT),
            "AWS_ENDPOINT_URL_DYNAMODB": url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CANARY_TABLE": captured.OURS,
            "PATH": os.environ["PATH"],
            "PYTHONPYCACHEPREFIX": str(directory / "bytecode"),
        }
    if served_tables.refused:
        raise NoAnswer(f"DynamoDB has no answer to {served_tables.refused[0]}")


def sample(client: str, flag: str, environ: Environ) -> float:
    """Milliseconds until a client's first answer."""
    command = [sys.executable, "-c", "print(True)"]
    if client != BARE:
        # Not by -m, whose machinery is imported first.
        program = f"import benchmarks.cold.{client}"
        command = [sys.executable, "-c", program, flag]
    start = time.perf_counter()
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, text=True
    ) as process:
        answer = process.stdout.readline() if process.stdout else ""
        taken = time.perf_counter() - start
    if answer not in {"True\n", "False\n"}:
        raise NoAnswer(f"{client} answers {answer!r} for {flag}")
    return 1_000 * taken


def cases(environ: Environ) -> dict[str, tuple[str, Environ]]:
    """What is asked: a flag, in an environment."""
    roots = str(Path(environ["AWS_CA_BUNDLE"]).with_name(ROOTS))
    return {
        "split": (workload.SPLIT, environ),
        "segment": (workload.RULES, environ),
        "usual_roots": (workload.SPLIT, {**environ, "AWS_CA_BUNDLE": roots}),
    }


def medians(environ: Environ) -> dict[str, dict[str, float]]:
    """By case and client; the rounds interleaved, each in a new order."""
    dice = random.Random(1)
    asked = cases(environ)
    cells = [(case, client) for case in asked for client in (*CLIENTS, BARE)]
    found: dict[tuple[str, str], list[float]] = {}
    for case, client in cells:
        sample(client, *asked[case])  # compiles
    for _ in range(ROUNDS):
        for case, client in dice.sample(cells, len(cells)):
            taken = sample(client, *asked[case])
            found.setdefault((case, client), []).append(taken)
    return {
        case: {
            client: round(median(found[case, client]), 1) for client in (*CLIENTS, BARE)
        }
        for case in asked
    }


def measure() -> Figures:
    """All figures."""
    with TemporaryDirectory() as directory, endpoint(Path(directory)) as environ:
        found = {case: arranged(by) for case, by in medians(environ).items()}
    return {**found.pop("split"), **found, "machine": report.machine()}


def arranged(found: Mapping[str, float]) -> Figures:
    """The figures of one flag by their keys in the report."""
    peers = {name: found[name] for name in CLIENTS if name != "ours"}
    return {
        "ours_ms": found["ours"],
        "peers": peers,
        "ours_over_fastest_peer": round(found["ours"] / min(peers.values()), 3),
        "interpreter_ms": found[BARE],
    }


def rows(figures: Figures) -> Rows:
    """A line for each client."""
    cases = (figures, figures["segment"], figures["usual_roots"])
    lines = {"interpreter": [f"{one['interpreter_ms']:.0f}" for one in cases]}
    lines["ours"] = [f"{one['ours_ms']:.0f}" for one in cases]
    for name in figures["peers"]:
        lines[name] = [f"{one['peers'][name]:.0f}" for one in cases]
    lines["ours / fastest"] = [f"{one['ours_over_fastest_peer']:.2f}" for one in cases]
    head = ["ms", "split", "segment", "usual roots"]
    return [head, *([name, *line] for name, line in lines.items())]


if __name__ == "__main__":
    report.main(__doc__, measure, rows)
