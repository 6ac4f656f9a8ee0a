"""The parcel service as it runs: deployed beside the shop, with its doors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from examples.demo import stack
from examples.demo.canary import canary
from examples.demo.emulator import ROOT
from examples.demo.traffic import BATCH, Doors, RefusedError
from examples.demo.up import STACK, System
from examples.hops.ways import Parcel

HOPS = ROOT / "examples" / "hops"
RULES = HOPS / "canary.yaml"
SERVICES = ("parcel-counter", "parcel-desk", "parcel-depot", "parcel-belt")
# The template's 180 would be right for a router that may run for 30 seconds.
RETRY_SECONDS = 15
OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Where parcels come in, and where they end up dead."""

    system: System
    outputs: Mapping[str, str]
    retry_seconds: int

    @property
    def log_groups(self) -> tuple[str, str]:
        """Of the functions, and of the router."""
        return self.outputs["LogGroup"], f"/aws/lambda/{STACK}-router"

    def hand_over(self, parcel: Parcel) -> str | None:
        """Post it at the counter; returns the colour that took it, if one did."""
        answer = Doors(self.system).ask(
            "POST",
            path="/parcels",
            body=parcel.body(),
            headers={"x-user-id": f"user-of-{parcel.id}"},
        )
        return str(answer.body["colour"]) if answer.status == OK else None

    def drop_in(self, parcels: Sequence[Parcel]) -> None:
        """Send up to ten to the entrance."""
        entries = [
            {
                "Id": str(number),
                "MessageBody": json.dumps(parcel.body()),
                "MessageAttributes": {"user-id": _text(f"user-of-{parcel.id}")},
            }
            for number, parcel in enumerate(parcels)
        ]
        url = self.outputs["EntranceUrl"]
        sqs = self.system.client("sqs")
        answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
        if answer.get("Failed"):
            raise RefusedError(f"messages were refused: {answer['Failed']}")

    def redrive(self) -> int:
        """Send what is dead back to where it died, as SQS does; returns how many.

        The emulator has no StartMessageMoveTask, so this is one by hand.
        """
        sqs = self.system.client("sqs")
        dead = self.outputs["DeadUrl"]
        found = sqs.receive_message(
            QueueUrl=dead, MaxNumberOfMessages=BATCH, MessageAttributeNames=["All"]
        ).get("Messages", [])
        for message in found:
            sqs.send_message(
                QueueUrl=self.outputs["StandardUrl"],
                MessageBody=message["Body"],
                MessageAttributes=message.get("MessageAttributes", {}),
            )
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        return len(found)


def open_office(system: System, retry_seconds: int = RETRY_SECONDS) -> Office:
    """Deploy the parcel service, and its rules; nobody is on green yet.

    `retry_seconds` is how long a queue hides a message that failed.
    """
    env = system.emulator.env()
    role = system.client("lambda").get_function_configuration(
        FunctionName=f"{STACK}-router"
    )["Role"]
    given = {
        "FlagsLayerArn": system.outputs["FlagsLayerArn"],
        "RouterFunctionArn": system.outputs["RouterFunctionArn"],
        "RouterRoleName": role.rpartition("/")[2],
        "RetrySeconds": str(retry_seconds),
        "Emulator": system.emulator.endpoint,
    }
    stack.sam_deploy(HOPS / "template.yaml", "parcels", given, env)
    canary(system, "apply", "-f", str(RULES), "--reason", "open the parcel service")
    outputs = stack.outputs("parcels", env)
    return Office(system=system, outputs=outputs, retry_seconds=retry_seconds)


def _text(value: str) -> dict[str, Any]:
    return {"DataType": "String", "StringValue": value}
