"""Containers of a router over one simulated table, with a rollout that is watched."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from flags.aws.errors import TransportError
from flags.aws.invoke import InvokeAnswer
from flags.reader import TableReader
from flags.snapshot import Snapshot
from flags.store.changes import Edit, Signature
from flags.store.checks import read_file
from flags.store.dynamodb import DynamoStore
from flags.store.plans import canonical
from flags.store.writer import Writer
from rollouts.evidence.table import Evidence
from rollouts.machine import moves
from router.config import Config
from router.dispatch import Router
from router.lookout import Lookout
from router.recorder import Recorder
from router.routing import build, marked, watched
from router.sentinel.evidence import Table
from router.sentinel.sentinel import Sentinel
from router.trust import Trust
from tests.contracts.store_contract import TABLE
from tests.unit.router.conftest import ARN, RULES, event
from tests.unit.router.sentinel.wires import Wire, lean

SERVICE = "shop-checkout"
SIGNATURE = Signature(author="operator", reason="test")
PLAN = {
    "steps": [{"weight": 50, "bake": "10m"}, {"weight": 100, "bake": "10m"}],
    "guards": {"errors": {"alpha": 0.05}, "latency": ["800ms"]},
}


@dataclass(slots=True)
class Clock:
    """Seconds since the epoch, for all of a site."""

    now: float = 1_900_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@dataclass(frozen=True, slots=True)
class Sent:
    """An invocation whose answer is known."""

    answer: InvokeAnswer | TransportError

    def result(self) -> InvokeAnswer:
        """The answer, or what came instead."""
        if isinstance(self.answer, TransportError):
            raise self.answer
        return self.answer


class Container:
    """One router with its own sentinel; `broken` names the aliases that fail.

    `refused` names those that answer with a status of 500.
    """

    def __init__(
        self, client: Any, clock: Clock, name: str = "AAAAAAAA", dice: float = 0.0
    ) -> None:
        self.wire, self.reads, self.clock = Wire(client), Wire(client), clock
        self.broken: set[str] = set()
        self.refused: set[str] = set()
        self.invoked: list[str] = []
        self.lines: list[dict[str, Any]] = []
        arns = [f"{ARN}:{SERVICE}:{colour}" for colour in ("blue", "green")]
        environ = {"CANARY_TABLE": TABLE, "CANARY_TARGETS": ",".join(arns)}
        config = Config.from_environ(environ)
        self.snapshot = Snapshot(
            TableReader(lean(self.reads), TABLE),
            build,
            now=clock,
            random=lambda: 0.5,
            marked=marked,
            watched=watched,
        )
        self.sentinel = Sentinel(
            Table(lean(self.wire), TABLE),
            self.snapshot,
            self.begin,
            self.write,
            container=name,
            every=3.0,
            now=clock,
            clock=clock,
            random=lambda: dice,
        )
        lookout = Lookout(self.snapshot, config.targets, lambda: self.sentinel)
        self.router = Router(
            config=config,
            snapshot=self.snapshot,
            begin=self.begin,
            new_id=lambda: "visitor",
            now=clock,
            clock=clock,
            trust=Trust(None, TABLE, clock),
            recorder=Recorder(lambda _: None, random=lambda: 0.5, now=clock, every=1e9),
            lookout=lookout,
        )

    def ask(self, user: str, seconds: float = 0.1) -> str:
        """One request of a user; the colour that was invoked, `!` if it failed."""
        asked = event("http")
        asked["headers"]["x-user-id"] = user
        try:
            self.router.handle(json.dumps(asked).encode(), None)
        except Exception:  # noqa: BLE001 - a target's own, as planned
            outcome = f"{self.invoked[-1]}!"
        else:
            outcome = self.invoked[-1]
        self.clock.now += seconds
        return outcome

    def write(self, line: str) -> None:
        """Keep a line of the journal."""
        self.lines.append(json.loads(line))

    def begin(
        self, arn: str, _payload: bytes, _context: Any, _tenant: Any, _timeout: float
    ) -> Sent:
        """Invoke an alias."""
        alias = arn.rpartition(":")[2]
        self.invoked.append(alias)
        failed, status = alias in self.broken, 500 if alias in self.refused else 200
        return Sent(
            InvokeAnswer(
                status=200,
                function_error="Unhandled" if failed else None,
                payload=b'{"statusCode":%d}' % status,
                error_type=None,
                executed_version="1",
            )
        )


@dataclass(slots=True)
class Site:
    """A table with the shop's rules, and the containers over it."""

    client: Any
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        file = read_file(RULES)
        bodies = {name: flag.body() for name, flag in file.flags.items()}
        assert file.routing
        self.write(bodies | {"routing": file.routing.body()})

    @property
    def evidence(self) -> Evidence:
        """As controllers see it."""
        return Evidence(self.client, TABLE, sleep=lambda _: None)

    @property
    def since(self) -> int:
        """The generation at which the live rollout began; 0 without one."""
        held = Container(self.client, self.clock).snapshot.current()
        assert held
        release = held.rules.flags.flags["shop"].release
        return (release.since or 0) if release else 0

    def start(self, weight: float = 50.0, **plan: Any) -> None:
        """A rollout that bakes at this weight."""
        body = moves.start(
            "shop",
            self.body(),
            canonical(PLAN | plan),
            id="abcd1234",
            now=self.clock.now,
            by="operator",
        )
        body["rollout"] = {**body["rollout"], "phase": "baking"}
        self.write({"shop": {**body, "weight": weight}})

    def abort(self) -> None:
        """End the rollout by hand."""
        self.write(
            {"shop": moves.abort("shop", self.body(), why="test", now=self.clock.now)}
        )

    def body(self) -> dict[str, Any]:
        """The release's document."""
        return dict(DynamoStore(self.client, TABLE).load().documents["shop"].body)

    def container(self, name: str = "AAAAAAAA", dice: float = 0.0) -> Container:
        """One more container."""
        return Container(self.client, self.clock, name, dice)

    def write(self, bodies: dict[str, Any]) -> None:
        """Write documents, whatever their version."""
        Writer(
            store=DynamoStore(self.client, TABLE),
            timestamp=lambda: "2026-01-02T03:04:05Z",
            salt=lambda: "salt",
        ).write(
            lambda state: [
                Edit(name=n, body=b, based_on=state.version(n), action="apply")
                for n, b in bodies.items()
            ],
            SIGNATURE,
        )
        self.clock.now += 10
