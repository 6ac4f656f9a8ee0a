"""A router whose target only listens, and the corpus of events to drive it with.

Without pytest: the fuzzer has an environment of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from flags.aws.invoke import InvokeAnswer
from flags.record import Record
from flags.snapshot import Snapshot
from flags.store.changes import Edit, Signature, State
from flags.store.checks import read_file
from flags.store.memory import MemoryStore
from flags.store.writer import Writer
from router.config import Config
from router.dispatch import Router
from router.document import Node
from router.recorder import Recorder
from router.routing import build
from router.trust import Trust

EVENTS = Path(__file__).parents[1] / "events"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function"
SERVICE = "everything"
NOW = 1_790_265_000.0

# What strangers say in the corpus. No rule gets to such a generation.
FORGED = "v1~shop.green.999999"


@cache
def corpus() -> dict[str, bytes]:
    """All events, by name, byte for byte."""
    return {path.stem: path.read_bytes() for path in sorted(EVENTS.glob("*.json"))}


class Seen(Record):
    """One invocation: the alias, the payload, and the ClientContext as text."""

    alias: str
    payload: bytes
    context: str | None


class Reply(Record):
    """An answer under way."""

    payload: bytes
    error: str | None = None

    def result(self) -> InvokeAnswer:
        """The answer."""
        return InvokeAnswer(
            status=200,
            function_error=self.error,
            payload=self.payload,
            error_type=None,
            executed_version="1",
        )


class Rig:
    """A router with real rules; `seen` and `lines` are what the last event led to.

    Targets answer with `answer`, or with what `says` makes of what they see.
    """

    def __init__(self, rules: dict[str, Any]) -> None:
        self.seen: list[Seen] = []
        self.lines: list[str] = []
        self.answer = b"null"
        self.says: Callable[[Seen], Reply] | None = None
        self._rules = rules
        self.router = self._new_router()

    def handle(self, event: bytes, context: Any = None) -> bytes:
        """Route an event; what the targets saw is in `seen`."""
        self.seen.clear()
        self.lines.clear()
        return self.router.handle(event, context)

    def renew(self) -> None:
        """A new container, with the same rules."""
        self.router = self._new_router()

    def _new_router(self) -> Router:
        return Router(
            config=Config.from_environ(
                {
                    "CANARY_TABLE": "table",
                    "CANARY_TARGETS": f"{ARN}:{SERVICE}:blue,{ARN}:{SERVICE}:green",
                }
            ),
            snapshot=Snapshot(
                _store(self._rules), build, now=lambda: NOW, random=lambda: 0.5
            ),
            trust=Trust(None, "table", lambda: NOW),
            recorder=Recorder(
                self.lines.append, random=lambda: 0.5, now=lambda: NOW, every=0
            ),
            begin=self._begin,
            new_id=lambda: "visitor-0001",
            now=lambda: NOW,
            clock=lambda: NOW,
        )

    def _begin(self, arn: str, payload: bytes, context: str | None, *_: object) -> Any:
        alias = arn.rpartition(":")[2]
        seen = Seen(alias=alias, payload=payload, context=context)
        self.seen.append(seen)
        return self.says(seen) if self.says else Reply(payload=self._said(payload))

    def _said(self, payload: bytes) -> bytes:
        """The answer; of nothing, one for each field of a batch, as resolvers must."""
        if self.answer != b"null" or not payload.lstrip().startswith(b"["):
            return self.answer
        fields = len(Node.of(payload).elements())
        return b"[%s]" % b",".join([b"null"] * fields)


def rules(*, weight: float | None = None, routes: Sequence[Any] = ()) -> dict[str, Any]:
    """One service for everything; with a weight, it has a release."""
    flags: dict[str, Any] = {}
    if weight is not None:
        flags["shop"] = {"release": {"services": [SERVICE]}, "weight": weight}
    return {"flags": flags, "routing": {"default": SERVICE, "routes": list(routes)}}


def _store(data: dict[str, Any]) -> MemoryStore:
    """A store that holds the rules, written as any other."""
    file, store = read_file(data), MemoryStore()
    bodies = {name: flag.body() for name, flag in file.flags.items()}
    if file.routing:
        bodies["routing"] = file.routing.body()

    def edit(state: State) -> list[Edit]:
        return [
            Edit(name=name, body=body, based_on=state.version(name), action="apply")
            for name, body in bodies.items()
        ]

    writer = Writer(
        store=store, timestamp=lambda: "2026-01-02T03:04:05Z", salt=lambda: "salt"
    )
    writer.write(edit, Signature(author="operator", reason="fuzzing"))
    return store


# Where a route may look for an identity: everywhere at once, so that all is read.
PLACES: tuple[dict[str, Any], ...] = (
    {"body": "user.id"},
    {"detail": "user.id"},
    {"data": "user.id"},
    {"event": "user.id"},
    {"header": "x-user-id"},
    {"cookie": "session"},
    {"claim": "sub"},
    {"attribute": "user-id"},
    {"key": True},
    {"group": True},
)


def releasing(weight: float = 50) -> Rig:
    """A router with a release, whose route looks everywhere; `weight` is in percent."""
    route = {"name": "all", "service": SERVICE, "match": {}, "identity": [*PLACES]}
    return Rig(rules(weight=weight, routes=[route]))
