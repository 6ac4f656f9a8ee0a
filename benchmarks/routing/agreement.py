"""Both routers do the same, or nothing is timed.

For each user the target's alias, the payload and the ClientContext that it sees must be
equal, whatever their spelling; both aliases must occur; and the payload must be the
event, but for the decision. A target's error must come out under its own name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from benchmarks.routing.aws import ERROR, UNLUCKY
from benchmarks.routing.events import KB, Make, direct, http
from benchmarks.routing.routers import HANDLERS, ROUTERS
from benchmarks.routing.rules import COLOURS
from benchmarks.routing.runtime import Answer, Runtime

USERS = [f"user-{index}" for index in range(60)]
DECISION = "canary-decision"


class Disagree(Exception):
    """Routers that do different things: figures would be for nothing."""


def check(environ: Mapping[str, str]) -> None:
    """Raise `Disagree` unless they agree; AWS must be a mirror."""
    first, second = (_behaviour(HANDLERS[name], environ) for name in ROUTERS)
    for event, seen in first.items():
        if seen != second[event]:
            raise Disagree(f"{event}: {seen} is not {second[event]}"[:2_000])
    found = {seen["function"].rpartition(":")[2] for seen in first.values()}
    if found != set(COLOURS):
        raise Disagree(f"nobody is on one of {COLOURS}, only on {found}")


def _behaviour(handler: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """What the target saw, by kind of event and user."""
    makes: dict[str, Make] = {"http": http, "direct": direct}
    with Runtime(handler, environ) as runtime:
        runtime.ready()
        for make in makes.values():
            _failing(handler, _asked(runtime, make(UNLUCKY, KB)))
        return {
            f"{kind} for {user}": _seen(make(user, 2 * KB), runtime)
            for kind, make in makes.items()
            for user in USERS
        }


def _seen(event: bytes, runtime: Runtime) -> Any:
    answer = _asked(runtime, event)
    seen = json.loads(answer.body)
    if answer.kind != "response" or "payload" not in seen:
        raise Disagree(f"the answer is {answer}"[:2_000])
    payload = {**seen["payload"]}
    if "headers" in payload:
        headers = payload["headers"].items()
        payload["headers"] = {key: text for key, text in headers if key != DECISION}
    if payload != json.loads(event):
        raise Disagree(f"{payload} is no longer {event!r}"[:2_000])
    return seen


def _asked(runtime: Runtime, event: bytes) -> Answer:
    answer = runtime.invoke(event)
    runtime.again()
    return answer


def _failing(handler: str, answer: Answer) -> None:
    found = json.loads(answer.body)
    names = ("errorType", "errorMessage")
    if answer.kind != "error" or any(found[name] != ERROR[name] for name in names):
        raise Disagree(f"{handler} makes of the target's error: {answer}"[:2_000])
