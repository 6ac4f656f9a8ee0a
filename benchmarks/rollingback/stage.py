"""The system under test: the router's stack on the emulator, and a service behind it.

As its template deploys it, RefreshSeconds included, with IAM in force.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from benchmarks.harness.table import written
from examples.demo import emulator, stack
from examples.demo.emulator import BUILD, ROOT, Emulator
from examples.demo.up import ARN, STACK, System, parameters, zipped
from flags.store.changes import Edit, Signature, State
from flags.store.dynamodb import DynamoStore
from flags.store.plans import canonical
from flags.store.writer import Writer
from rollouts.evidence.look import Look
from rollouts.evidence.table import Evidence
from rollouts.machine import moves
from rollouts.machine.rollout import Rollout, iso

SERVICE = RELEASE = "rollback"
CODE = Path(__file__).parent / "service"
# The template's own.
REFRESH = 5
WEIGHT = 10
PLAN = {"steps": [{"weight": WEIGHT, "bake": "1h"}, {"weight": 100, "bake": "1h"}]}
DOCUMENTS: Mapping[str, Mapping[str, Any]] = {
    RELEASE: {"release": {"services": [SERVICE]}},
    "routing": {
        "routes": [
            {
                "name": "all",
                "service": SERVICE,
                "match": {"source": ["http"]},
                "identity": [{"header": "x-user-id"}],
            }
        ]
    },
}


class NoRollout(RuntimeError):
    """The rollout did not begin as planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What runs, and all that is done with it."""

    system: System

    @property
    def table(self) -> str:
        """The name of the table."""
        return self.system.outputs["TableName"]

    @property
    def store(self) -> DynamoStore:
        """The table's documents."""
        return DynamoStore(self.system.client("dynamodb"), self.table)

    def start(self) -> int:
        """Start a rollout and let the controller enter its step; where it began.

        Raises `NoRollout` if it comes to something else.
        """

        def edit(state: State) -> list[Edit]:
            stored = state.documents[RELEASE]
            body = moves.start(
                RELEASE,
                stored.body,
                canonical(PLAN),
                id=token_hex(4),
                now=time.time(),
                by="benchmark",
            )
            version, action = stored.version, "rollout-start"
            return [Edit(name=RELEASE, body=body, based_on=version, action=action)]

        writer = Writer(
            store=self.store,
            timestamp=lambda: iso(time.time()),
            salt=lambda: token_hex(4),
        )
        writer.write(edit, Signature(author="benchmark", reason="a new version"))
        told = self.tick()
        state = self.store.load()
        if state.documents[RELEASE].body.get("weight") != WEIGHT:
            raise NoRollout(f"the controller did not enter the step: {told}")
        return int(state.compiled[RELEASE]["release"]["since"])

    def tick(self) -> Any:
        """Let the controller look now; what it says."""
        answer = self.system.client("lambda").invoke(
            FunctionName=self.system.outputs["ControllerFunctionArn"], Payload=b"{}"
        )
        return json.loads(answer["Payload"].read())

    def is_marked(self) -> bool:
        """Whether a router has put its mark, strongly consistent."""
        answer = self.system.client("dynamodb").get_item(
            TableName=self.table,
            Key={"pk": {"S": "snapshot"}, "sk": {"S": "version"}},
            ConsistentRead=True,
        )
        return "aborted" in answer["Item"]

    def look(self, since: int) -> Look:
        """The evidence so far."""
        evidence = Evidence(self.system.client("dynamodb"), self.table)
        return evidence.look(RELEASE, since)

    def rollout(self) -> Rollout | None:
        """The rollout as the document has it."""
        return Rollout.of(self.store.load().documents[RELEASE].body)


def bring_up() -> Stage:
    """Start and deploy everything; raises what starting and deploying do."""
    running = emulator.start()
    try:
        return _deployed(running)
    except BaseException:
        running.stop()
        raise


def _deployed(running: Emulator) -> Stage:
    env = running.env()
    built = stack.sam_build(ROOT / "template.yaml", BUILD / "rollback", env)
    targets = ",".join(f"{ARN}:{SERVICE}:{colour}" for colour in ("blue", "green"))
    router = parameters(REFRESH) | {
        "TargetAliases": targets,
        "DefaultService": SERVICE,
    }
    stack.sam_deploy(built, STACK, router, env)
    outputs = stack.outputs(STACK, env)
    system = System(emulator=running, outputs=outputs, receipts="", refresh=REFRESH)
    _add_service(system)
    stage = Stage(system=system)
    written(stage.store, DOCUMENTS)
    return stage


def _add_service(system: System) -> None:
    """A function with a blue and a green alias."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    statement = [trust | {"Action": "sts:AssumeRole"}]
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    role = system.client("iam").create_role(
        RoleName=SERVICE, AssumeRolePolicyDocument=document
    )
    functions = system.client("lambda")
    functions.create_function(
        FunctionName=SERVICE,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": zipped(CODE)},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=SERVICE)
    version = functions.publish_version(FunctionName=SERVICE)["Version"]
    for colour in ("blue", "green"):
        functions.create_alias(
            FunctionName=SERVICE, Name=colour, FunctionVersion=version
        )
