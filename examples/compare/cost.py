"""What ours costs: time that the router adds to a request, and its invocations.

Measured on the stage while a rollout is watched, which is when a router does most.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from secrets import token_hex
from typing import Any

from examples.compare.stage import SERVICES, Stage
from examples.demo.traffic import Doors

# Requests by each way, in turn, and orders one after the other.
PAIRS, ORDERS = 200, 24
# Between two orders, so that no two of them share a batch.
GAP = 0.25
PATIENCE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds of a request straight to the function, and through the router.

    `added` are the differences of the percentiles. Invocations are for each order.
    """

    direct_ms: tuple[float, float]
    routed_ms: tuple[float, float]
    added_ms: tuple[float, float]
    requests: int
    own_invocations: float
    extra_invocations: float
    orders: int


def measure(stage: Stage) -> Cost:
    """Requests by both ways in turn; then orders, and who was invoked for them."""
    direct, routed = _times(stage)
    own, extra = _invocations(stage)
    return cost(direct, routed, own / ORDERS, extra / ORDERS)


def cost(
    direct: Sequence[float], routed: Sequence[float], own: float, extra: float
) -> Cost:
    """The figures of these seconds, and these invocations for each order; pure."""
    straight = tuple(percentile(direct, share) for share in (0.5, 0.99))
    through = tuple(percentile(routed, share) for share in (0.5, 0.99))
    p50, p99 = (b - a for a, b in zip(straight, through, strict=True))
    return Cost(
        direct_ms=(_ms(straight[0]), _ms(straight[1])),
        routed_ms=(_ms(through[0]), _ms(through[1])),
        added_ms=(_ms(p50), _ms(p99)),
        requests=len(routed),
        own_invocations=round(own, 2),
        extra_invocations=round(extra, 2),
        orders=ORDERS,
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of them does not exceed."""
    return sorted(values)[max(ceil(share * len(values)) - 1, 0)]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _times(stage: Stage) -> tuple[list[float], list[float]]:
    functions = stage.system.client("lambda")
    router = stage.system.outputs["RouterFunctionArn"]
    ways: dict[str, list[float]] = {f"{SERVICES[0]}:blue": [], router: []}
    for number in range(PAIRS):
        payload = json.dumps(_event(f"cost-{number}")).encode()
        for name, seconds in ways.items():
            began = time.perf_counter()
            answer = functions.invoke(FunctionName=name, Payload=payload)
            _check(answer)
            seconds.append(time.perf_counter() - began)
    direct, routed = ways.values()
    return direct, routed


def _check(answer: Any) -> None:
    told = json.loads(answer["Payload"].read())
    if told.get("statusCode") != 200:  # noqa: PLR2004 - what HTTP calls fine
        raise RuntimeError(f"a request was not answered with 200: {told}")


def _invocations(stage: Stage) -> tuple[int, int]:
    """Of the services' functions, and of the router."""
    run = f"cost{token_hex(4)}"
    doors, began = Doors(stage.system), time.time()
    for number in range(ORDERS):
        user = f"cost-{number}"
        order = {"order": f"{run}-{number}", "user": user}
        doors.ask("POST", path="/orders", body=order, headers={"x-user-id": user})
        time.sleep(GAP)
    end = time.monotonic() + PATIENCE
    while len(stage.done(run, began)) < ORDERS and time.monotonic() < end:
        time.sleep(GAP)
    # Their last lines, too.
    time.sleep(1.0)
    router = stage.system.outputs["RouterFunctionArn"].split(":")[6]
    own = sum(stage.invocations(name, began) for name in SERVICES)
    return own, stage.invocations(router, began)


def _event(user: str) -> dict[str, Any]:
    """GET /orders, as an HTTP API tells it."""
    http = {
        "method": "GET",
        "path": "/orders",
        "protocol": "HTTP/1.1",
        "sourceIp": "192.0.2.1",
        "userAgent": "compare",
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/orders",
        "rawQueryString": "",
        "headers": {"accept": "*/*", "x-user-id": user},
        "requestContext": {
            "apiId": "compare",
            "domainName": "compare.execute-api.us-east-1.amazonaws.com",
            "http": http,
            "requestId": user,
            "routeKey": "$default",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
