"""Hands a parcel on by the next carrier of its way."""

from __future__ import annotations

import functools
import json
import os
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

session = boto3.session.Session()


def send(parcel: dict[str, Any], attributes: Mapping[str, str]) -> None:
    """Send it on, if its way goes on."""
    step = parcel["step"]
    if step < len(parcel["way"]):
        carrier = parcel["way"][step]
        onward = parcel | {"step": step + 1}
        if carrier == "dynamodb":
            _store(onward, attributes)
        else:
            _SENDERS[carrier](onward, json.dumps(onward))


@functools.cache
def client(service: str) -> Any:
    """A client, made when a parcel first needs it: few functions need them all."""
    return session.client(service)


def back(parcel: dict[str, Any]) -> None:
    """Return it from the courier."""
    body = json.dumps(parcel)
    client("sqs").send_message(QueueUrl=os.environ["BACK_QUEUE"], MessageBody=body)


def _store(parcel: dict[str, Any], attributes: Mapping[str, str]) -> None:
    """An item has what came with the message, as columns of its own."""
    name = f"{parcel['parcel']}-{parcel['step']}"
    columns = {**attributes, "id": name, "parcel": json.dumps(parcel)}
    item = {column: {"S": value} for column, value in columns.items()}
    client("dynamodb").put_item(TableName=os.environ["SHELF"], Item=item)


def _publish(parcel: dict[str, Any], text: str) -> None:
    by = parcel["way"][parcel["step"] - 1]
    attributes = {"by": {"DataType": "String", "StringValue": by}}
    topic = os.environ["TOPIC"]
    client("sns").publish(TopicArn=topic, Message=text, MessageAttributes=attributes)


def _queue(_: dict[str, Any], text: str) -> None:
    client("sqs").send_message(QueueUrl=os.environ["STANDARD_QUEUE"], MessageBody=text)


def _courier(_: dict[str, Any], text: str) -> None:
    client("sqs").send_message(QueueUrl=os.environ["COURIER_QUEUE"], MessageBody=text)


def _fifo(parcel: dict[str, Any], text: str) -> None:
    client("sqs").send_message(
        QueueUrl=os.environ["FIFO_QUEUE"],
        MessageBody=text,
        MessageGroupId=parcel["parcel"],
        MessageDeduplicationId=f"{parcel['parcel']}-{parcel['step']}",
    )


def _event(parcel: dict[str, Any], text: str) -> None:
    entry = {
        "EventBusName": os.environ["BUS"],
        "Source": "parcels",
        "DetailType": parcel["way"][parcel["step"] - 1],
        "Detail": text,
    }
    client("events").put_events(Entries=[entry])


def _record(parcel: dict[str, Any], text: str) -> None:
    stream, key = os.environ["STREAM"], parcel["parcel"]
    client("kinesis").put_record(
        StreamName=stream, Data=text.encode(), PartitionKey=key
    )


def _execution(_: dict[str, Any], text: str) -> None:
    client("stepfunctions").start_execution(
        stateMachineArn=os.environ["MACHINE"], input=text
    )


def _later(_: dict[str, Any], text: str) -> None:
    client("lambda").invoke(
        FunctionName=os.environ["ROUTER"], InvocationType="Event", Payload=text.encode()
    )


def _now(_: dict[str, Any], text: str) -> None:
    client("lambda").invoke(FunctionName=os.environ["DESK"], Payload=text.encode())


def _request(_: dict[str, Any], text: str) -> None:
    """A signed request, as the door wants it."""
    signer = session.get_credentials()
    if signer is None:
        raise LookupError("a function without a role")
    url = f"{os.environ['DOOR_URL']}/desk"
    signed = AWSRequest("POST", url, {"content-type": "application/json"}, text)
    SigV4Auth(signer, "execute-api", os.environ["AWS_REGION"]).add_auth(signed)
    request = urllib.request.Request(  # noqa: S310 - an address of our own settings
        url, text.encode(), dict(signed.headers.items()), method="POST"
    )
    with urllib.request.urlopen(request, timeout=15):  # noqa: S310 - same
        pass


_SENDERS: Mapping[str, Callable[[dict[str, Any], str], None]] = {
    "http": _request,
    "invoke": _later,
    "invoke-direct": _now,
    "sns": _publish,
    "sns-raw": _publish,
    "sns-wrapped": _publish,
    "sqs": _queue,
    "sqs-fifo": _fifo,
    "sqs-mixed": _courier,
    "eventbridge": _event,
    "eventbridge-sqs": _event,
    "kinesis": _record,
    "stepfunctions": _execution,
}
