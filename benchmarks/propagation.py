"""CPU that a carried decision adds to a send and to a read, and its import.

Keys: `send_us` by carrier, what the hook of botocore adds to a call whose own work is
taken away (the peers' have a span around it, since that is what they are for),
`writing_us` the same without the hook and the span: only what puts the text into the
parameters; `idle_us` what the hook adds while nothing is current, and to a call that
sends no message; `read_us` by carrier, from the event to what is current; `import_ms`
in a function that imports `botocore.client` too, and `import_alone_ms` in one that
doesn't, both after the runtime has imported its own. Each has `ours`, and `peers` where
they do the same: Datadog (ddtrace, datadog-lambda) and OpenTelemetry's instrumentation
of botocore, which writes to SNS and into Lambda's payloads only. What a read of
Datadog's finds is one context for a whole batch; ours is a decision for each record.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from statistics import median
from time import thread_time
from typing import Any

import boto3
from botocore.client import BaseClient

import flags
from benchmarks.harness import report
from benchmarks.harness.messages import CALLS, WIRE, events
from benchmarks.harness.report import Figures, Rows
from benchmarks.harness.rounds import Cell, timed
from benchmarks.peers import datadog, otel
from flags.current import set_current
from flags.propagation import boto
from flags.token import Token

DATADOG, OTEL = "datadog", "opentelemetry"
ROUNDS = 21
IMPORTS = 15

WRITTEN_BY_OTEL = {"sns", "lambda"}

# What the runtime has imported before the function comes is no cost of anybody's.
ONLY = (
    "import awslambdaric.bootstrap, time; t = time.process_time(); {}; "
    "print(time.process_time() - t)"
)
DATADOG_IMPORT = """
import os; os.environ.update(DD_INSTRUMENTATION_TELEMETRY_ENABLED='false',
    DD_REMOTE_CONFIGURATION_ENABLED='false', DD_TRACE_STARTUP_LOGS='false')
import awslambdaric.bootstrap, time; t = time.process_time()
import ddtrace; ddtrace.patch(botocore=True)
import datadog_lambda.tracing, botocore.client
print(time.process_time() - t, flush=True)
os._exit(0)  # past what it does in the background
"""
OTEL_IMPORT = ONLY.format(
    "from opentelemetry.instrumentation.botocore import BotocoreInstrumentor; "
    "from opentelemetry.sdk.trace import TracerProvider; "
    "BotocoreInstrumentor().instrument(tracer_provider=TracerProvider())"
)
STARTS = {
    "none": ONLY.format("pass"),
    "botocore": ONLY.format("import botocore.client"),
    "alone": ONLY.format("import flags"),
    "ours": ONLY.format("import flags, botocore.client"),
    DATADOG: DATADOG_IMPORT,
    OTEL: OTEL_IMPORT,
}

ANSWER = {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}}


def plain(self: Any, operation_name: str, api_params: Any) -> Any:  # noqa: ARG001
    """A call that takes no time."""
    return ANSWER


def hooked(hook: Callable[[], Any]) -> Any:
    """The method of every client after this hook, over a call that takes no time."""
    setattr(BaseClient, METHOD, plain)
    hook()
    return BaseClient.__dict__[METHOD]


METHOD = "_make_api_call"


def hook_ours() -> None:
    """As `import flags` does, which came before the call that takes no time."""
    boto.hook(sys.modules["botocore.client"])


def client_of(service: str) -> Any:
    """A client that never gets to call anyone."""
    return boto3.client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",  # noqa: S106 - says so itself
    )


def sends() -> dict[str, Any]:
    """What a send grows by, by carrier and by whom, and a call that sends nothing."""
    methods = {
        "plain": plain,
        "ours": hooked(hook_ours),
        DATADOG: hooked(datadog.hook),
        OTEL: hooked(otel.hook),
    }
    setattr(BaseClient, METHOD, plain)
    cells: dict[tuple[str, str], Cell] = {}
    for service, (operation, params) in CALLS.items():
        client = client_of(service)
        for who, method in methods.items():
            if who == OTEL and service not in WRITTEN_BY_OTEL:
                continue
            call = method.__get__(client, type(client))
            cells[who, service] = partial(sent, call, operation, params)
        cells["ours writing", service] = partial(
            boto.carrying, service, operation, params
        )
        write = datadog.WRITERS[service]
        cells[f"{DATADOG} writing", service] = partial(written, write, params)
    set_current(Token.parse(WIRE))
    found = timed(cells, rounds=ROUNDS, clock=thread_time)
    return {
        "send_us": _sides(found, ("ours", DATADOG, OTEL), "plain"),
        "writing_us": _sides(found, ("ours writing", f"{DATADOG} writing"), None),
        "idle_us": idle(methods),
    }


def idle(methods: dict[str, Any]) -> dict[str, float]:
    """What the hook costs a call that carries nothing."""
    table = client_of("dynamodb")
    queue = client_of("sqs")
    cells: dict[str, Cell] = {}
    for who in ("plain", "ours"):
        call = methods[who].__get__(queue, type(queue))
        cells[f"{who} nothing_current"] = partial(sent, call, *CALLS["sqs"])
        other = methods[who].__get__(table, type(table))
        cells[f"{who} other_service"] = partial(sent, other, "PutItem", {"a": 1})
    set_current(None)
    found = timed(cells, rounds=ROUNDS, clock=thread_time)
    return {
        key: _us(found[f"ours {key}"] - found[f"plain {key}"])
        for key in ("nothing_current", "other_service")
    }


def sent(call: Any, operation: str, params: dict[str, Any]) -> Any:
    """One call, with parameters as botocore hands them on: a dictionary of its own."""
    return call(operation, dict(params))


def written(write: Callable[[dict[str, Any]], None], params: dict[str, Any]) -> None:
    """The peer's writing alone, which changes what it is given."""
    write(dict(params))


def _us(seconds: float) -> float:
    return round(seconds * 1e6, 2)


def _sides(
    found: dict[tuple[str, str], float], who: tuple[str, ...], floor: str | None
) -> dict[str, Any]:
    """Ours beside the peers', less what takes place without any of us."""
    ours, *peers = (
        {
            service: _us(found[name, service] - (found[floor, service] if floor else 0))
            for service in CALLS
            if (name, service) in found
        }
        for name in who
    )
    names = [name.partition(" ")[0] for name in who[1:]]
    return {"ours": ours, "peers": dict(zip(names, peers, strict=True))}


def reads() -> dict[str, Any]:
    """What it takes to find what was carried, by carrier."""
    context = datadog.context()
    cells: dict[tuple[str, str], Cell] = {}
    for carrier, event in events(datadog.NAME, datadog.headers()).items():
        if str(flags.read(event, context)) != WIRE:
            raise RuntimeError(f"no decision found in {carrier}")
        if datadog.EXTRACT(event, context)[0] is None:
            raise RuntimeError(f"no context found in {carrier}")
        cells["ours", carrier] = partial(flags.read, event, context)
        cells[DATADOG, carrier] = partial(datadog.EXTRACT, event, context)
    found = timed(cells, rounds=ROUNDS, clock=thread_time)
    figures: dict[str, dict[str, float]] = {"ours": {}, DATADOG: {}}
    for (who, carrier), seconds in found.items():
        figures[who][carrier] = _us(seconds)
    return {"ours": figures["ours"], "peers": {DATADOG: figures[DATADOG]}}


def imports() -> dict[str, Any]:
    """Milliseconds of importing, in fresh interpreters with compiled bytecode."""
    samples: dict[str, list[float]] = {name: [] for name in STARTS}
    for turn in range(IMPORTS + 1):
        for name, script in STARTS.items():
            seconds = float(
                subprocess.run(
                    [sys.executable, "-c", script],
                    check=True,
                    capture_output=True,
                    text=True,
                ).stdout
            )
            if turn:  # the first one may have compiled
                samples[name].append(seconds)
    found = {name: median(values) * 1e3 for name, values in samples.items()}

    def above(name: str) -> float:
        return round(found[name] - found["botocore"], 2)

    peers = {name: above(name) for name in (DATADOG, OTEL)}
    return {
        "import_ms": {"ours": above("ours"), "peers": peers},
        "import_alone_ms": round(found["alone"] - found["none"], 2),
    }


def measure() -> Figures:
    """All figures."""
    return {
        **sends(),
        "read_us": reads(),
        **imports(),
        "machine": report.machine(),
    }


def rows(figures: Figures) -> Rows:
    """A line for each carrier, ours beside the others."""
    lines = [["", "ours", DATADOG, OTEL]]
    for kind in ("send_us", "writing_us", "read_us"):
        sides = figures[kind]
        for carrier, ours in sides["ours"].items():
            peers = [
                str(sides["peers"].get(peer, {}).get(carrier, "-"))
                for peer in (DATADOG, OTEL)
            ]
            lines.append([f"{kind} {carrier}", str(ours), *peers])
    for case, ours in figures["idle_us"].items():
        lines.append([f"idle_us {case}", str(ours), "-", "-"])
    start = figures["import_ms"]
    peers = [str(start["peers"][peer]) for peer in (DATADOG, OTEL)]
    lines.append(["import_ms", str(start["ours"]), *peers])
    lines.append(["import_alone_ms", str(figures["import_alone_ms"]), "-", "-"])
    return lines


if __name__ == "__main__":
    report.main(__doc__, measure, rows)
