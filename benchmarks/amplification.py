"""CPU of a request made to be slow, over that of a plain one of the same size.

The router runs in this process, its targets answer at once. All events go by one route
that looks into body, cookies and headers, and by rules with a pattern, an array and a
negation. Keys: `ratio`, by event, the median of rounds; `worst`, the largest of them;
`goal`, what none should pass; `plain_ms`.
"""

from __future__ import annotations

import json
from functools import partial
from random import Random
from statistics import median
from time import process_time
from typing import Any

from benchmarks.harness import report
from benchmarks.harness.report import Figures, Rows
from flags.aws.invoke import InvokeAnswer
from flags.snapshot import Snapshot
from flags.store.changes import Edit, Signature, State
from flags.store.checks import read_file
from flags.store.memory import MemoryStore
from flags.store.writer import Writer
from router.config import Config
from router.dispatch import Router
from router.recorder import Recorder
from router.routing import build, marked, watched
from router.trust import Trust

GOAL = 10
SIZE = 100_000
ROUNDS = 15
NOW = 1_790_265_000.0
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:shop"
RULES: dict[str, Any] = {
    "flags": {
        "shop": {
            "release": {"services": ["shop"], "stable": "blue"},
            "weight": 10,
            "rules": [
                {
                    "name": "browsers",
                    "when": {
                        "all": [
                            {"attribute": "agent", "matches": "bot|crawl", "not": True},
                            {"attribute": "agent", "matches": "^M.*(curl|[a-z]{9}x)"},
                        ]
                    },
                    "serve": "canary",
                },
                {
                    "name": "tagged",
                    "when": {
                        "attribute": "tags",
                        "has_any": [f"tag-{number}" for number in range(50)],
                    },
                    "serve": "canary",
                },
            ],
        }
    },
    "routing": {
        "default": "shop",
        "routes": [
            {
                "name": "all",
                "service": "shop",
                "match": {},
                "identity": [
                    {"body": "user.id"},
                    {"body": "session || [a, b] | join('-', @)"},
                    {"cookie": "session"},
                    {"header": "x-user"},
                ],
                "attributes": {
                    "agent": {"header": "user-agent"},
                    "tags": {"body": "tags"},
                },
            }
        ],
    },
}


class Reply:
    """A target that is done."""

    def result(self) -> InvokeAnswer:
        """Its answer."""
        return InvokeAnswer(
            status=200,
            function_error=None,
            payload=b'{"statusCode":200}',
            error_type=None,
            executed_version="1",
        )


def router() -> Router:
    """One as it is deployed, without the network."""
    store, file = MemoryStore(), read_file(RULES)

    def edits(state: State) -> list[Edit]:
        return [
            Edit(name=name, body=one.body(), based_on=state.version(name), action="x")
            for name, one in file.documents().items()
        ]

    writer = Writer(
        store=store, timestamp=lambda: "2026-01-02T03:04:05Z", salt=lambda: "salt"
    )
    writer.write(edits, Signature(author="benchmark", reason=""))
    targets = ",".join(f"{ARN}:{colour}" for colour in ("blue", "green"))
    environ = {"CANARY_TABLE": "table", "CANARY_TARGETS": targets}
    return Router(
        config=Config.from_environ(environ),
        snapshot=Snapshot(
            store,
            build,
            now=lambda: NOW,
            random=lambda: 0.5,
            marked=marked,
            watched=watched,
            refresh=5.0,
        ),
        trust=Trust(None, "table", lambda: NOW),
        recorder=Recorder(
            lambda _: None, random=lambda: 0.5, now=lambda: NOW, every=10
        ),
        begin=lambda *_: Reply(),
        new_id=lambda: "visitor-00000001",
        now=lambda: NOW,
        clock=lambda: NOW,
    )


def event(body: str, agent: str = "Mozilla/5.0", **more: Any) -> bytes:
    """A request to an HTTP API."""
    headers = {"user-agent": agent, **more.pop("headers", {})}
    return json.dumps(
        {
            "version": "2.0",
            "rawPath": "/",
            "headers": headers,
            "requestContext": {"http": {"method": "POST"}, "stage": "x"},
            "body": body,
            **more,
        }
    ).encode()


def corpus() -> dict[str, bytes]:
    """Events of about the same size; `plain` is what a shop sends."""
    random = Random(1)
    items = [{"sku": f"sku-{n}", "count": n % 9} for n in range(SIZE // 30)]
    never_met = "M" + "".join(chr(random.randrange(256, 0xD000)) for _ in range(1_000))
    filler = "x" * SIZE
    names = {f"h{number}": "v" for number in range(SIZE // 13)}
    return {
        "plain": event(json.dumps({"order": items, "tags": ["tag-99"]})),
        "deep body": event("[" * (SIZE // 2) + "]" * (SIZE // 2)),
        "many tags": event(json.dumps({"tags": ["x"] * (SIZE // 5)})),
        "ten thousand tags": event(json.dumps({"tags": ["x-" + "y" * 4] * 10_000})),
        "quotes": event('{"a":"' + '\\"' * (SIZE // 4) + '","b":"c"}'),
        "characters never met": event(filler, never_met),
        "long name of a browser": event("{}", filler),
        "many headers": event("{}", headers=names),
        "many cookies": event("{}", cookies=["a=b"] * (SIZE // 7)),
        "one long cookie": event("{}", headers={"cookie": "a;" * (SIZE // 2)}),
        "not JSON": event(filler),
    }


def measure() -> Figures:
    """The ratios, of rounds in each of which all events are timed."""
    calls = {
        name: partial(router().handle, one, None) for name, one in corpus().items()
    }
    order, random = list(calls), Random(2)
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        random.shuffle(order)
        for name in order:
            begun = process_time()
            calls[name]()
            taken[name].append(process_time() - begun)
    plain = median(taken.pop("plain"))
    ratios = {name: round(median(times) / plain, 2) for name, times in taken.items()}
    return {
        "ratio": ratios,
        "worst": max(ratios.values()),
        "goal": GOAL,
        "plain_ms": round(plain * 1_000, 3),
        "machine": report.machine(),
    }


def rows(figures: Figures) -> Rows:
    """A line for each event."""
    lines = [[name, str(ratio)] for name, ratio in figures["ratio"].items()]
    return [["", "over plain"], *lines]


if __name__ == "__main__":
    report.main(__doc__, measure, rows)
