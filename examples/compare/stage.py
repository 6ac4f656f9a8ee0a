"""The right screen's stage: a router, its controller and three functions, deployed.

On the emulator, with IAM in force: what may not be done on AWS may not be done here.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from examples.compare.dice import VISIBILITY
from examples.compare.sightings import WORKER, Sighting
from examples.demo import emulator, stack
from examples.demo.canary import canary
from examples.demo.emulator import BUILD, ROOT, Emulator
from examples.demo.traffic import Doors
from examples.demo.up import ARN, STACK, Say, System, parameters
from flags.store.changes import State
from flags.store.dynamodb import DynamoStore
from flags.token import NAME

COMPARE = ROOT / "examples" / "compare"
RULES = COMPARE / "canary.yaml"
RELEASE = "compare"
SERVICES = ("compare-door", "compare-courier", "compare-worker")
BROKEN = "compare-worker"
# Rules are read every second, as in the other demonstrations; 5 by default.
REFRESH = 1
# The controller is called so often, in seconds; on AWS it is once a minute.
TICK = 2.0
# Orders at once, before anything is released. Each wave comes when the one before is
# done: a crowd would find nothing but cold starts, and two processors to make them.
WAVES = (1, 1, 2, 3, 4, 5, 6, 6)
WARM, PAUSE, PATIENCE = "warm", 0.2, 30.0
# Receipts may be written this much later than the time that they bear, in seconds.
OVERLAP = 3.0

# What is said of it beside the model's assumptions.
CONDITIONS = (
    (
        "deployed with SAM to an emulator on this machine; functions, router, "
        "controller, table, topic and queue all really run"
    ),
    f"rules are read every {REFRESH} s; the default is 5, and adds up to 4 s",
    (
        f"bakes are of seconds, and the controller is called every {TICK:g} s instead "
        "of each minute; rollbacks don't wait for it, for routers judge by themselves"
    ),
    f"a message that failed is seen again after {VISIBILITY:g} s",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What runs, and all that is done with it."""

    system: System

    def state(self) -> State:
        """All rules as they are now, with the marks of routers."""
        table = self.system.outputs["TableName"]
        return DynamoStore(self.system.client("dynamodb"), table).load()

    def tick(self) -> None:
        """Let the controller look now; it comes by each minute of its own accord."""
        name = self.system.outputs["ControllerFunctionArn"]
        functions = self.system.client("lambda")
        functions.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")

    def break_worker(self, fault: str) -> None:
        """Send the code to be released next, with this fault, as a build would."""
        functions = self.system.client("lambda")
        config = functions.get_function_configuration(FunctionName=BROKEN)
        settings = config["Environment"]["Variables"]
        # Even a good one is another version than the one before.
        settings |= {"FAULT": fault, "BUILD": f"next: {fault}"}
        functions.update_function_configuration(
            FunctionName=BROKEN, Environment={"Variables": settings}
        )
        functions.get_waiter("function_updated_v2").wait(FunctionName=BROKEN)

    def release(self, fault: str) -> None:
        """Publish it, point the idle colour to it, start the rollout: one command."""
        # No records: the worker does nothing, but is awake.
        warm = ("--warm", "2", "--warm-payload", '{"Records": []}')
        reason = ("--reason", f"a worker that is {fault}")
        canary(self.system, "deploy", BROKEN, *warm, "--yes", *reason)

    def receipts(self, run: str, began: float, after: float) -> Iterator[Sighting]:
        """What was seen of a run since `after`; `began` and `after` by the wall clock.

        Some were told before: receipts don't come in the order of their times.
        """
        dynamodb = self.system.client("dynamodb")
        pages = dynamodb.get_paginator("query").paginate(
            TableName=self.system.receipts,
            KeyConditionExpression="run = :run AND line > :after",
            ExpressionAttributeValues={
                ":run": {"S": run},
                ":after": {"S": f"{after - OVERLAP:.6f}"},
            },
        )
        for page in pages:
            for item in page["Items"]:
                yield _sighting(item, began)

    def done(self, run: str, since: float) -> set[str]:
        """Orders of a run that a worker has seen since then, by the wall clock."""
        seen = self.receipts(run, since, since)
        return {one.order for one in seen if one.service == WORKER}

    def invocations(self, function: str, since: float) -> int:
        """How often it was started since then, by its log.

        Not by its metrics: here they know only of those that came by Invoke.
        """
        pages = (
            self.system.client("logs")
            .get_paginator("filter_log_events")
            .paginate(
                logGroupName=f"/aws/lambda/{function}", startTime=int(since * 1000)
            )
        )
        lines = (event["message"] for page in pages for event in page["events"])
        return sum(line.startswith("START ") for line in lines)

    def dead(self) -> int:
        """Messages in the router's dead-letter queue, and in its queue of failures."""
        urls = ("DeadLetterQueueUrl", "FailureQueueUrl")
        return sum(self._waiting(self.system.outputs[url]) for url in urls)

    def _waiting(self, url: str) -> int:
        name = "ApproximateNumberOfMessages"
        answer = self.system.client("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=[name]
        )
        return int(answer["Attributes"][name])


def open_stage(say: Say) -> Stage:
    """Deploy everything; all users are on blue."""
    say("starting the emulator")
    running = emulator.start()
    try:
        return _deployed(running, say)
    except BaseException:
        running.stop()
        raise


def _deployed(running: Emulator, say: Say) -> Stage:
    env = running.env()
    say("sam build")
    built = stack.sam_build(ROOT / "template.yaml", BUILD / "compare", env)
    say("sam deploy: router and controller")
    stack.sam_deploy(built, STACK, _router(), env)
    outputs = stack.outputs(STACK, env)
    say("sam deploy: door, courier, worker")
    names = ("FlagsLayerArn", "TopicArn", "QueueUrl", "QueueArn")
    given = {name: outputs[name] for name in names}
    stack.sam_deploy(COMPARE / "template.yaml", "compare", given, env)
    receipts = stack.outputs("compare", env)["ReceiptsTable"]
    system = System(
        emulator=running, outputs=outputs, receipts=receipts, refresh=REFRESH
    )
    return _open(Stage(system=system), say)


def _open(stage: Stage, say: Say) -> Stage:
    system = stage.system
    # The template's is six times the router's timeout, 180 s. Nobody waits so long for
    # a retry here, and no batch takes more than a few seconds.
    system.client("sqs").set_queue_attributes(
        QueueUrl=system.outputs["QueueUrl"],
        Attributes={"VisibilityTimeout": f"{VISIBILITY:g}"},
    )
    say("canary apply")
    canary(system, "apply", "-f", str(RULES), "--reason", "open the comparison")
    say("warming up")
    _warm_up(stage)
    return stage


def _warm_up(stage: Stage) -> None:
    doors, began, sent = Doors(stage.system), time.time(), 0
    for wave in WAVES:
        users = [f"{WARM}-{sent + number}" for number in range(wave)]
        with ThreadPoolExecutor(wave) as pool:
            list(pool.map(partial(_order, doors), users))
        sent += wave
        end = time.monotonic() + PATIENCE
        while len(stage.done(WARM, began)) < sent and time.monotonic() < end:
            time.sleep(PAUSE)


def _order(doors: Doors, user: str) -> None:
    body, headers = {"order": user, "user": user}, {"x-user-id": user}
    doors.ask("POST", path="/orders", body=body, headers=headers)


def _router() -> dict[str, str]:
    aliases = [f"{ARN}:{name}:{c}" for name in SERVICES for c in ("blue", "green")]
    return parameters(REFRESH) | {
        "TargetAliases": ",".join(aliases),
        "DefaultService": SERVICES[0],
    }


def _sighting(item: Mapping[str, Any], began: float) -> Sighting:
    texts = defaultdict(str, {k: v["S"] for k, v in item.items() if "S" in v})
    return Sighting(
        at=float(texts["line"].partition(" ")[0]) - began,
        order=texts["order"],
        user=texts["user"],
        service=texts["service"],
        attempt=int(item["attempt"]["N"]),
        colour=texts["colour"],
        outcome=texts["outcome"],
        token=json.loads(texts["attributes"] or "{}").get(NAME, ""),
    )
