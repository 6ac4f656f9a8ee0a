"""A deployment put together for a person: looked at, told, asked, carried out.

Laws
1. All that can be refused is refused before anything is published.
2. A dry run looks at everything, and writes neither to Lambda nor to the table.
3. A person is asked where more happens than the command names: another service of
   the release goes along, or a rollout under way is given up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from botocore.config import Config

from admin_cli.clerk import Clerk
from admin_cli.desk import Desk
from admin_cli.output import lines
from admin_cli.publishing import telling
from admin_cli.publishing.deployment import Deployment, Warming, lost_undo, warnings
from admin_cli.publishing.releases import Target, target
from admin_cli.publishing.writing import Table
from admin_cli.rollouts import beforehand, choosing
from flags.errors import InvalidDocument, Problem
from rollouts.publishing import publish
from rollouts.publishing.functions import Functions
from rollouts.publishing.train import Train
from rollouts.publishing.warming import PAYLOAD, Warmed, warm

# In seconds: Lambda lets a function run for 900.
_LONGEST = 910


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asked for; `settle` in seconds."""

    services: tuple[str, ...]
    release: str | None = None
    plan: str | None = None
    starts: bool = True
    warm: int = 0
    event: bytes = PAYLOAD
    check: bool = True
    replace: bool = False
    settle: float = 10.0


def event(text: str | None) -> bytes:
    """What warm-up invocations send, as JSON; raises `InvalidDocument`."""
    if text is None:
        return PAYLOAD
    try:
        json.loads(text, parse_constant=_no_number)
        return text.encode()
    except (ValueError, RecursionError) as error:
        message = f"no JSON: {error}; give an event that the function knows"
        problem = Problem(path="--warm-payload", message=message)
        raise InvalidDocument([problem]) from error


def _no_number(name: str) -> None:
    msg = f"{name} is no number in JSON"
    raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """One deployment for one person; `clerk` writes for them, or only rehearses."""

    desk: Desk
    clerk: Clerk
    wish: Wish
    asks: bool = True

    def carry_out(self) -> None:
        """Deploy, and show what was done."""
        wish, say = self.wish, self.clerk.screen.note
        found = target(self.clerk.store.load(), wish.services, wish.release)
        if not wish.replace:
            found.expect_free()
        table = self._table(found)
        functions = Functions(client=self.desk.session.client("lambda"))
        train = publish.look(functions, found.services, found.stable, found.idle)
        if not train.changed:
            say(_unchanged(found))
            self._show(found, train)
            return
        for text in self._notes(functions, found, train):
            say(text)
        if self.clerk.dry_run:
            say("a dry run: nothing was published or written")
            say(f"in {self.clerk.where()}")
            self._show(found, train)
            return
        self._ask(found, train)
        self._deploy(functions, table, train)

    def _deploy(self, functions: Functions, table: Table, train: Train) -> None:
        found = table.target
        deployment = Deployment(
            functions=functions,
            target=found,
            train=train,
            table=table,
            say=self.clerk.screen.note,
            description=self.clerk.signature.reason,
            starts=self.wish.starts,
            warming=self._warming(),
            settle=self.wish.settle,
        )
        outcome = deployment.run()
        data = telling.deployment(found, train, outcome, dry_run=False)
        self.clerk.screen.note(f"in {self.clerk.where()}")
        self.clerk.screen.show(data, lambda: lines(telling.texts(data, outcome)))
        self.clerk.screen.note(_next(found, starts=self.wish.starts))

    def _table(self, found: Target) -> Table:
        """What writes; raises what would keep the rollout from starting."""
        named = self.wish.plan
        table = Table(
            store=self.clerk.store,
            signature=self.clerk.signature,
            target=found,
            chosen=choosing.named(named) if named else choosing.own(found.stored.body),
        )
        if self.wish.starts:
            table.rehearse(replace=self.wish.replace)
            # The aliases are looked at with the functions.
            client = self.desk.session.client
            looked = beforehand.look(table.chosen.plan, (), {}, client)
            for text in looked.notes:
                self.clerk.screen.note(text)
        return table

    def _notes(
        self, functions: Functions, found: Target, train: Train
    ) -> Iterator[str]:
        changed = {car.service for car in train.changed}
        for service in self.wish.services:
            if service not in changed:
                yield f"{service} runs as stable does, and goes along unchanged"
        yield from warnings(found, train, functions.provisioned)
        yield from lost_undo(found, train)

    def _ask(self, found: Target, train: Train) -> None:
        """Raises `InvalidDocument` unless a person agrees to what they didn't name."""
        more = [
            car.service
            for car in train.changed
            if car.service not in self.wish.services
        ]
        questions = []
        if more:
            questions.append(f"deploy {', '.join(more)} too, changed as well")
        if found.live:
            questions.append(f"abort the rollout of {found.name} under way")
        if found.draining:
            questions.append(
                f"give up the version before, so that {found.name} has no "
                "`undo` any more"
            )
        if questions and self.asks:
            self.desk.confirmed(" and ".join(questions), "--yes")

    def _warming(self) -> Warming | None:
        if not self.wish.warm:
            return None
        config = Config(
            connect_timeout=5,
            read_timeout=_LONGEST,
            retries={"total_max_attempts": 1},
            max_pool_connections=self.wish.warm,
        )
        client = self.desk.session.client("lambda", config)

        def invoke(service: str, alias: str) -> Warmed:
            return warm(client, service, alias, self.wish.warm, self.wish.event)

        return Warming(invoke=invoke, check=self.wish.check)

    def _show(self, found: Target, train: Train) -> None:
        data = telling.deployment(found, train, None, dry_run=self.clerk.dry_run)
        self.clerk.screen.show(data, lambda: lines(telling.texts(data, None)))


def _unchanged(found: Target) -> str:
    return (
        f"all services of {found.name} run as stable does; nothing was published or "
        "written"
    )


def _next(found: Target, *, starts: bool) -> str:
    if starts:
        return f"look on with `canary rollout status {found.name} --watch`"
    return f"start the rollout with `canary rollout start {found.name}`"
