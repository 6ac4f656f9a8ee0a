"""A small deployment in a simulated AWS, and a controller in it whose clock we hold."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from moto import mock_aws

from flags import aborts
from flags.aws.client import AwsClient
from flags.reader import TableReader
from flags.store.changes import Edit, Signature, Stored
from flags.store.dynamodb import DynamoStore
from flags.store.plans import canonical
from flags.store.writer import Writer
from rollouts.controller.alarms import Alarms
from rollouts.controller.aliases import Aliases
from rollouts.controller.announcing import Announcer
from rollouts.controller.attending import Attendant
from rollouts.controller.checks import Checks
from rollouts.controller.inforce import InForce
from rollouts.controller.invoking import Answer
from rollouts.controller.seeing import Eyes
from rollouts.controller.telling import Telling
from rollouts.controller.ticking import Controller, Report
from rollouts.evidence.table import Evidence
from rollouts.machine import moves
from rollouts.machine.seen import PASSED
from tests.contracts.store_contract import TABLE, Wire, make_table, simulated

BEGAN = 1_900_000_000.0
MINUTE = 60.0
SERVICE = "shop-checkout"
BODY: Mapping[str, Any] = {"release": {"services": [SERVICE], "stable": "blue"}}
PLAN: Mapping[str, Any] = {
    "steps": [{"weight": 10, "bake": "5m"}, {"weight": 100, "bake": "5m"}],
    "guards": {"errors": False},
}

Client = Callable[..., Any]


@dataclass(slots=True, kw_only=True)
class World:
    """`said` and `complained` are the log; `asked` are the checks that were run.

    `meanwhile` happens while a check runs.
    """

    client: Client
    now: float = BEGAN
    answer: Answer = field(default_factory=lambda: Answer(status=PASSED))
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    said: list[dict[str, Any]] = field(default_factory=list)
    complained: list[dict[str, Any]] = field(default_factory=list)
    wire: Wire = field(init=False)
    functions: Mapping[str, str] = field(init=False)
    _code: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.wire = Wire(self.client("dynamodb"))
        self.functions = {SERVICE: deploy(self.client, SERVICE)}

    @property
    def store(self) -> DynamoStore:
        """The table's store."""
        return DynamoStore(self.client("dynamodb"), TABLE, lambda: self.now)

    @property
    def reader(self) -> TableReader:
        """What routers read with."""
        return TableReader(cast("AwsClient", self.wire), TABLE)

    def controller(self) -> Controller:
        """A controller in a container of its own."""
        dynamodb = self.client("dynamodb")
        aliases = Aliases(client=self.client("lambda"), functions=self.functions)
        store = self.store
        return Controller(
            name="canary-controller",
            store=store,
            reader=self.reader,
            attendant=Attendant(
                eyes=Eyes(
                    evidence=Evidence(dynamodb, TABLE, sleep=lambda _: None),
                    alarms=Alarms(client=self.client("cloudwatch")),
                    aliases=aliases,
                    checks=Checks(
                        client=dynamodb,
                        table=TABLE,
                        invoke=self.invoke,
                        now=lambda: self.now,
                    ),
                    now=lambda: self.now,
                ),
                writer=self.writer(),
                say=self.say,
            ),
            announcer=Announcer(
                client=dynamodb,
                table=TABLE,
                history=store.history,
                telling=Telling(client=lambda service, _region: self.client(service)),
                now=lambda: self.now,
            ),
            in_force=InForce(reader=self.reader, aliases=aliases),
            now=lambda: self.now,
            say=self.say,
            complain=self.complain,
        )

    def tick(self, after: float = 0.0, controller: Controller | None = None) -> Report:
        """Let that many seconds pass, and tick."""
        self.now += after
        return (controller or self.controller()).tick()

    def writer(self) -> Writer:
        """A writer with our clock."""
        return Writer(
            store=self.store,
            timestamp=self.timestamp,
            salt=lambda: "salt0000",
            pause=lambda _: None,
        )

    def timestamp(self) -> str:
        """The time as history has it."""
        return datetime.fromtimestamp(self.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def put(self, name: str, body: Mapping[str, Any], action: str = "apply") -> None:
        """Write a document, as a person does."""
        based_on = self.store.load().version(name)
        edit = Edit(name=name, body=body, based_on=based_on, action=action)
        self.writer().write(lambda _: [edit], Signature(author="ana"))

    def start(self, name: str = "shop", plan: Mapping[str, Any] = PLAN) -> None:
        """A release with a rollout that a person has just started."""
        service = {"shop": SERVICE}.get(name, name)
        body = {"release": {"services": [service], "stable": "blue"}}
        self.put(name, body)
        self.move(
            name, moves.start, "start", canonical(plan), id=f"{name:0<8}"[:8], by="ana"
        )

    def move(
        self, name: str, move: Callable[..., Any], event: str, *of: Any, **more: Any
    ) -> None:
        """What a person does with a release."""
        body = self.stored(name).body
        made = move(name, body, *of, now=self.now, **more)
        self.put(name, made, f"rollout-{event}")

    def stored(self, name: str = "shop") -> Stored:
        """A release's document."""
        return self.store.load().documents[name]

    def rollout(self, name: str = "shop") -> Mapping[str, Any]:
        """The rollout in it."""
        found: Mapping[str, Any] = self.stored(name).body["rollout"]
        return found

    def publish(self) -> str:
        """A new version of the service; says its number."""
        functions = self.client("lambda")
        self._code += 1
        functions.update_function_code(
            FunctionName=SERVICE, ZipFile=packed(f"# {self._code}")
        )
        made = functions.publish_version(FunctionName=SERVICE)
        return str(made["Version"])

    def point(
        self, colour: str, version: str, weights: Mapping[str, float] | None = None
    ) -> None:
        """Move an alias past everybody, as another tool does."""
        self.client("lambda").update_alias(
            FunctionName=SERVICE,
            Name=colour,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": dict(weights or {})},
        )

    def mark(self, name: str = "shop") -> str:
        """Abort as a sentinel does; returns the mark."""
        since = self.store.load().compiled[name]["release"]["since"]
        mark = aborts.mark(name, since)
        self.client("dynamodb").update_item(
            TableName=TABLE,
            Key={"pk": {"S": "snapshot"}, "sk": {"S": "version"}},
            UpdateExpression="ADD aborted :mark",
            ExpressionAttributeValues={":mark": {"SS": [mark]}},
        )
        return mark

    def events(self, name: str = "shop") -> list[str]:
        """What happened to a release, the oldest first."""
        return [row.action for row in self.store.history(name)][::-1]

    def invoke(self, function: str, event: Mapping[str, Any], _: float) -> Answer:
        """Run a check."""
        self.asked.append((function, event))
        self.meanwhile()
        return self.answer

    def say(self, message: str, **more: Any) -> None:
        """Take a line of the log."""
        self.said.append({"message": message, **more})

    def complain(self, message: str, **more: Any) -> None:
        """Take an error of the log."""
        self.complained.append({"message": message, **more})


@contextmanager
def deployed() -> Iterator[World]:
    """An empty table, a deployed service, and nothing else."""
    with mock_aws(config={"lambda": {"use_docker": False}}):
        client = cache(simulated)
        make_table(client("dynamodb"))
        yield World(client=client)


def deploy(client: Client, name: str) -> str:
    """A function with both aliases; returns its ARN."""
    functions = client("lambda")
    made = functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role(client),
        Handler="app.handler",
        Code={"ZipFile": packed("")},
        Publish=True,
    )
    for colour in ("blue", "green"):
        functions.create_alias(FunctionName=name, Name=colour, FunctionVersion="1")
    return str(made["FunctionArn"]).removesuffix(":1")


def packed(code: str) -> bytes:
    """A package with this code in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("app.py", code)
    return made.getvalue()


def role(client: Client) -> str:
    """A role that functions can have."""
    roles = client("iam")
    try:
        arn = roles.get_role(RoleName="target")["Role"]["Arn"]
    except roles.exceptions.NoSuchEntityException:
        made = roles.create_role(RoleName="target", AssumeRolePolicyDocument="{}")
        arn = made["Role"]["Arn"]
    return str(arn)


def alarm(client: Client, name: str, state: str) -> None:
    """An alarm in that state."""
    watch = client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName=name,
        MetricName="Errors",
        Namespace="Shop",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    watch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


@dataclass(frozen=True, slots=True)
class Inbox:
    """A topic with a queue behind it."""

    client: Client
    topic: str
    queue: str

    @classmethod
    def of(cls, client: Client) -> Inbox:
        """A new one."""
        topic = client("sns").create_topic(Name="told")["TopicArn"]
        queue = client("sqs").create_queue(QueueName="told")["QueueUrl"]
        arn = client("sqs").get_queue_attributes(
            QueueUrl=queue, AttributeNames=["QueueArn"]
        )["Attributes"]["QueueArn"]
        client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        return cls(client, topic, queue)

    def read(self) -> list[dict[str, Any]]:
        """What was told since the last time."""
        found: list[dict[str, Any]] = []
        while messages := self._messages():
            found += messages
        return found

    def _messages(self) -> list[dict[str, Any]]:
        queue = self.client("sqs")
        answer = queue.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        found = []
        for message in answer.get("Messages", ()):
            queue.delete_message(
                QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"]
            )
            found.append(json.loads(json.loads(message["Body"])["Message"]))
        return found
