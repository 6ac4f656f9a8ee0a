"""What a shop sends and gets, by carrier: an order of eight items."""

from __future__ import annotations

import base64
import json
from typing import Any

from flags.token import NAME

WIRE = "v1~search.blue.3~shop.green.12"

HERE = "eu-west-1:123456789012"
ORDER = json.dumps({"id": 7, "items": [{"sku": f"a{n}", "count": n} for n in range(8)]})
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "sns": ("Publish", {"TopicArn": f"arn:aws:sns:{HERE}:orders", "Message": ORDER}),
    "sqs": (
        "SendMessage",
        {
            "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
            "MessageBody": ORDER,
        },
    ),
    "events": (
        "PutEvents",
        {"Entries": [{"Source": "shop", "DetailType": "Order", "Detail": ORDER}]},
    ),
    "lambda": ("Invoke", {"FunctionName": "checkout", "Payload": ORDER}),
    "stepfunctions": (
        "StartExecution",
        {"stateMachineArn": f"arn:aws:states:{HERE}:stateMachine:m", "input": ORDER},
    ),
    "kinesis": (
        "PutRecord",
        {"StreamName": "orders", "Data": ORDER.encode(), "PartitionKey": "7"},
    ),
}


def events(name: str, theirs: dict[str, str]) -> dict[str, Any]:
    """An event of each carrier, with our token, and a peer's text under its name."""
    packed = json.dumps(theirs)
    document = {**json.loads(ORDER), NAME: WIRE, name: theirs}
    message = {
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{HERE}:orders",
        "body": ORDER,
        "messageAttributes": {
            NAME: {"stringValue": WIRE, "dataType": "String"},
            name: {"stringValue": packed, "dataType": "String"},
        },
    }
    attributes = {
        NAME: {"Type": "String", "Value": WIRE},
        name: {
            "Type": "Binary",
            "Value": base64.b64encode(packed.encode()).decode(),
        },
    }
    notice = {
        "Type": "Notification",
        "TopicArn": f"arn:aws:sns:{HERE}:orders",
        "Message": ORDER,
        "MessageAttributes": attributes,
    }
    data = base64.b64encode(json.dumps(document).encode()).decode()
    stream = {
        "eventSource": "aws:kinesis",
        "eventSourceARN": f"arn:aws:kinesis:{HERE}:stream/orders",
        "kinesis": {"data": data, "partitionKey": "7"},
    }
    wrapped = {**message, "messageAttributes": {}, "body": json.dumps(notice)}
    return {
        "http": {
            "version": "2.0",
            "requestContext": {"http": {"method": "GET"}, "stage": "$default"},
            "headers": {"host": "a", "accept": "*/*", **theirs, NAME: WIRE},
        },
        "sns": {"Records": [{"EventSource": "aws:sns", "Sns": notice}]},
        "sqs": {"Records": [message]},
        "sqs_of_ten": {"Records": [message] * 10},
        "sns_in_sqs": {"Records": [wrapped]},
        "events": {"source": "shop", "detail-type": "Order", "detail": document},
        "kinesis": {"Records": [stream]},
    }
