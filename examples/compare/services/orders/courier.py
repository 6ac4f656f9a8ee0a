"""Takes orders that come by SNS, and puts them into the queue."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3

from . import faults, receipts

sqs = boto3.client("sqs")


def handler(event: dict[str, Any], context: Any) -> None:
    """Put them into the queue, one after the other."""
    colour = receipts.colour_of(context)
    for record in event["Records"]:
        order = json.loads(record["Sns"]["Message"])
        receipts.keep([receipts.line(order, "courier", colour, 1, faults.OK)])
        sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(order))
        print(json.dumps({"order": order["order"], "colour": colour}))
