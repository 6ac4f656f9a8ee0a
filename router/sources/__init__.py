"""All event sources, asked in turn; the first that recognises an event takes it.

Laws
1. A source is asked only if the event holds a text without which it can't be of that
   source, and imported then: a router in front of a queue starts without the rest.
2. An event that holds none of them is a direct invocation.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from router.document import Malformed, Node
from router.sources.source import Source

# Characters at both ends of an event in which its source must show: services begin or
# end with what tells, and bodies of megabytes are not worth looking through.
WINDOW = 65_536

# But AppSync and state machines write what tells after what may be large, and before.
_ANYWHERE = ('"fieldName"', '"channelNamespace"', ":states:")

# In this order: Function URLs look like HTTP APIs, schedules like buses' events. What a
# device says comes first, since it may look like anything.
SOURCES: tuple[tuple[str, str, str], ...] = (
    ("aws:iot", "iot", "Iot"),
    (".lambda-url.", "httpapi", "FunctionUrl"),
    ('"http"', "httpapi", "HttpApi"),
    ('"elb"', "alb", "Alb"),
    ('"connectionId"', "websocket", "WebSocket"),
    ('"1.0"', "rest", "HttpApi1"),
    ('"resource"', "rest", "Rest"),
    ("aws:sqs", "sqs", "Sqs"),
    ("aws:sns", "sns", "Sns"),
    ("aws.scheduler", "scheduler", "Scheduler"),
    ('"requestPayload"', "destination", "Destination"),
    ('"detail-type"', "eventbridge", "EventBridge"),
    ('"SystemMetadata"', "eventbridge", "EventBridge"),
    (":kinesis", "kinesis", "Kinesis"),
    (":dynamodb", "dynamodb", "DynamoDb"),
    ("aws:s3", "s3", "S3"),
    ("afka", "kafka", "Kafka"),
    ("mq", "mq", "Mq"),
    ('"deliveryStreamArn"', "firehose", "Firehose"),
    ('"fieldName"', "appsync", "AppSync"),
    ('"channelNamespace"', "appsync", "AppSyncEvents"),
    ('"triggerSource"', "cognito", "Cognito"),
    ('"ResponseURL"', "cloudformation", "CloudFormation"),
    (":states:", "stepfunctions", "StepFunctions"),
    # Last, since what else has such records has no list of them by itself.
    ('"eventSource"', "pipes", "Pipes"),
)

# What no direct invocation may hold without a closer look.
_MARKS = (
    '"requestContext"',
    'ecords"',
    '"eventSource"',
    '"headers"',
    '"awslogs"',
    "Arn",
)


def recognise(event: Node) -> Source:
    """The source of an event; `Unknown` if no source knows it."""
    whole = text = event.text
    if len(text) > 2 * WINDOW:
        text = text[:WINDOW] + text[-WINDOW:]
    try:
        for mark, module, name in SOURCES:
            there = mark in (whole if mark in _ANYWHERE else text)
            if there and (found := source(module, name)).recognises(event):
                return found
        direct = source("direct", "Direct")
        if not any(mark in text for mark in _MARKS) or direct.recognises(event):
            return direct
        return source("unknown", "Unknown")
    except Malformed:
        return source("unknown", "Unknown")


@cache
def source(module: str, name: str) -> Source:
    """The one instance of a source; imported when it is first asked for."""
    found: Source = getattr(import_module(f"{__name__}.{module}"), name)()
    return found
