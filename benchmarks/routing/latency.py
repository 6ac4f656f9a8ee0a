"""What the router adds between a caller and a target, at several callers at once.

One router process a caller, as Lambda has it, and a target that takes its time, so that
so many callers really are under way together without more work than two processors can
do. A caller thinks for a moment between two calls: else all would come in step.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from statistics import quantiles

from benchmarks.harness.report import Figures
from benchmarks.harness.rounds import shuffled
from benchmarks.routing.events import KB, http
from benchmarks.routing.routers import HANDLERS
from benchmarks.routing.rules import OURS, TARGETS
from benchmarks.routing.runtime import Failed, Runtime
from flags.aws.client import AwsClient
from flags.aws.invoke import begin_invoke
from flags.aws.transport import Transport

# What the target takes, in seconds.
SERVICE = 0.1
THINKING = 0.02
CALLERS = {"1": 1, "10": 10, "50": 50}
CALLS = 300  # at least, of all callers in all rounds, each way
EACH = 20  # at least, of each caller in each round
ROUNDS = 5

Call = Callable[[], float]


def measure(
    environ: Mapping[str, str],
    callers: Mapping[str, int] = CALLERS,
    rounds: int = ROUNDS,
) -> Figures:
    """By number of callers: direct, through the router, and the difference."""
    return {key: _measure(environ, count, rounds) for key, count in callers.items()}


def _measure(environ: Mapping[str, str], callers: int, rounds: int) -> Figures:
    ways: dict[str, list[Call]] = {"direct": [], "through": []}
    found: dict[str, list[float]] = {way: [] for way in ways}
    with ExitStack() as stack:
        runtimes = [
            stack.enter_context(Runtime(HANDLERS[OURS], environ))
            for _ in range(callers)
        ]
        for runtime in runtimes:
            runtime.ready()
            ways["through"].append(partial(_through, runtime))
            transport = Transport.from_environ(environ)
            stack.callback(transport.reset)
            client = AwsClient.from_environ("lambda", environ, transport=transport)
            ways["direct"].append(partial(_direct, client))
        pool = stack.enter_context(ThreadPoolExecutor(callers))
        for calls in ways.values():
            list(pool.map(lambda call: call(), calls))  # connections, rules
        each = max(EACH, CALLS // callers // rounds)
        dice = random.Random(1)
        for _ in range(rounds):
            for way in shuffled(ways, dice):
                work = partial(_work, each)
                for taken in pool.map(work, ways[way], range(callers)):
                    found[way] += taken
    return arranged(found)


def _work(each: int, call: Call, seed: int) -> list[float]:
    dice = random.Random(seed)
    found = []
    for number in range(each):
        time.sleep(dice.random() * (THINKING if number else SERVICE))
        found.append(call())
    return found


def _direct(client: AwsClient) -> float:
    start = time.perf_counter()
    arn = TARGETS.partition(",")[0]
    begin_invoke(client, arn, http("user-1", KB), timeout=60).result()
    return time.perf_counter() - start


def _through(runtime: Runtime) -> float:
    event = http("user-1", KB)
    start = time.perf_counter()
    answer = runtime.invoke(event)
    taken = time.perf_counter() - start
    if answer.kind != "response":
        raise Failed(answer.body.decode())
    runtime.again()
    return taken


def arranged(found: Mapping[str, Sequence[float]]) -> Figures:
    """The figures by their keys in the report."""
    cuts = {way: quantiles(taken, n=100) for way, taken in found.items()}
    figures: dict[str, float] = {}
    for name, place in (("p50", 49), ("p99", 98)):
        direct = 1_000 * cuts["direct"][place]
        through = 1_000 * cuts["through"][place]
        figures[f"direct_{name}_ms"] = round(direct, 2)
        figures[f"through_{name}_ms"] = round(through, 2)
        figures[f"added_{name}_ms"] = round(through - direct, 2)
    return figures
