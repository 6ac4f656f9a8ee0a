"""A router on a bench: real rules in a memory store, a fake Lambda, a fake clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flags.aws.errors import AwsError
from flags.aws.invoke import InvokeAnswer
from flags.snapshot import Snapshot
from flags.store.changes import Edit, Signature, State
from flags.store.checks import read_file
from flags.store.memory import MemoryStore
from flags.store.writer import Writer
from rollouts import moves
from router.config import Config
from router.dispatch import Router
from router.recorder import Recorder
from router.routing import build, marked, watched
from router.trust import Trust
from tests.fuzz.rig import Reply

EVENTS = Path(__file__).parents[2] / "events"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function"
SERVICES = ("shop-checkout", "shop-email", "shop-ledger", "shop-analytics")
SIGNATURE = Signature(author="operator", reason="test")

Answer = Callable[[str, Any], Any]

RULES: dict[str, Any] = {
    "flags": {"shop": {"release": {"services": list(SERVICES)}}},
    "routing": {
        "default": "shop-checkout",
        "routes": [
            {
                "name": "web",
                "service": "shop-checkout",
                "match": {
                    "source": ["http", "url", "rest", "alb"],
                    "path": "/checkout*",
                },
                "identity": [{"header": "x-user-id"}, {"cookie": "session"}],
            },
            {
                "name": "email",
                "service": "shop-email",
                "match": {"source": "sns", "topic": "orders"},
                "identity": [{"attribute": "user-id"}],
            },
            {
                "name": "ledger",
                "service": "shop-ledger",
                "match": {"source": "sqs", "queue": "ledger*"},
                "identity": [{"attribute": "user-id"}],
            },
            {
                "name": "analytics",
                "service": "shop-analytics",
                "match": {"source": "eventbridge", "detail_type": "Order*"},
                "identity": [{"detail": "user.id"}],
            },
        ],
    },
}


def event(name: str) -> Any:
    """A realistic event, fresh from its file."""
    return json.loads((EVENTS / f"{name}.json").read_text("utf-8"))


@dataclass(slots=True)
class Call:
    """One invocation that the fake Lambda saw."""

    service: str
    alias: str
    event: Any
    payload: bytes
    tenant: str | None
    context: Any
    timeout: float


@dataclass(slots=True)
class Refusal:
    """What the fake Lambda says instead of running the function."""

    code: str

    def result(self) -> InvokeAnswer:
        """Raises as the lean client does."""
        raise AwsError(404, self.code, f"{self.code}, as planned")


@dataclass(slots=True)
class Bench:
    """Drives a router and looks at what it does."""

    store: MemoryStore = field(default_factory=MemoryStore)
    now: float = 1_000.0
    calls: list[Call] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    metrics: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    minted: int = 0
    router: Router = field(init=False)

    def __post_init__(self) -> None:
        self.router = self.new_router()

    def new_router(self, **settings: str) -> Router:
        """A router as if in a new container."""
        arns = [f"{ARN}:{name}:{c}" for name in SERVICES for c in ("blue", "green")]
        environ = {"CANARY_TABLE": "table", "CANARY_TARGETS": ",".join(arns)}
        return Router(
            config=Config.from_environ(environ | settings),
            snapshot=Snapshot(
                self.store,
                build,
                now=lambda: self.now,
                random=lambda: 0.5,
                marked=marked,
                watched=watched,
            ),
            begin=self._begin,
            new_id=self._new_id,
            now=lambda: self.now,
            clock=lambda: self.now,
            trust=Trust(None, "table", lambda: self.now),
            recorder=Recorder(
                self._write_line, random=lambda: 0.5, now=lambda: self.now, every=10
            ),
        )

    def apply(self, data: dict[str, Any]) -> None:
        """Write documents, whatever their version."""
        file = read_file(data)
        bodies = {name: flag.body() for name, flag in file.flags.items()}
        if file.routing:
            bodies["routing"] = file.routing.body()
        self._write(lambda _: bodies, "apply")

    def weight(self, percent: float) -> None:
        """Give the canary a percentage, and let the router notice."""
        self._write(
            lambda s: {
                "shop": moves.set_weight("shop", s.documents["shop"].body, percent)
            },
            "set-weight",
        )

    def promote(self) -> None:
        """Promote the release."""
        self._write(
            lambda s: {"shop": moves.promote("shop", s.documents["shop"].body)},
            "promote",
        )

    def abort(self) -> None:
        """Abort the rollout."""
        self._write(
            lambda s: {"shop": moves.abort("shop", s.documents["shop"].body)}, "abort"
        )

    def handle(self, arrived: Any, context: Any = None) -> Any:
        """Route an event, which is JSON or is made into it; the answer as parsed."""
        raw = arrived if isinstance(arrived, bytes) else json.dumps(arrived).encode()
        return json.loads(self.router.handle(raw, context) or b"null")

    @property
    def last(self) -> Call:
        """The latest invocation."""
        return self.calls[-1]

    def _write(
        self, bodies: Callable[[State], dict[str, dict[str, Any]]], action: str
    ) -> None:
        def edit(state: State) -> list[Edit]:
            return [
                Edit(name=n, body=b, based_on=state.version(n), action=action)
                for n, b in bodies(state).items()
            ]

        count = iter(range(1000))
        writer = Writer(
            store=self.store,
            timestamp=lambda: "2026-01-02T03:04:05Z",
            salt=lambda: f"salt{self.now}{next(count)}",
        )
        writer.write(edit, SIGNATURE)
        self.now += 10

    def _write_line(self, line: str) -> None:
        data = json.loads(line)
        metrics = data["message"] == "metrics"
        (self.metrics if metrics else self.lines).append(data)

    def _new_id(self) -> str:
        self.minted += 1
        return f"visitor-{self.minted:04}"

    def _begin(
        self,
        arn: str,
        payload: bytes,
        context: str | None,
        tenant: str | None,
        timeout: float,
    ) -> Any:
        service, alias = arn.split(":")[6:]
        call = Call(
            service=service,
            alias=alias,
            event=json.loads(payload),
            payload=payload,
            tenant=tenant,
            context=json.loads(context) if context else None,
            timeout=timeout,
        )
        self.calls.append(call)
        planned = self.answers.get((service, alias), {"ran": alias})
        if callable(planned):
            planned = planned(call)
        if isinstance(planned, Refusal | Reply):
            return planned
        return Reply(payload=json.dumps(planned).encode())


@pytest.fixture
def bench() -> Bench:
    """A bench with the shop's rules and no live rollout."""
    made = Bench()
    made.apply(RULES)
    return made
