"""All event sources, asked in turn; the first that recognises an event takes it."""

from __future__ import annotations

from flags.token import NAME
from router.document import Malformed, Node
from router.sources.alb import Alb
from router.sources.appsync import AppSync
from router.sources.cloudformation import CloudFormation
from router.sources.cognito import Cognito
from router.sources.direct import Direct
from router.sources.dynamodb import DynamoDb
from router.sources.eventbridge import EventBridge
from router.sources.firehose import Firehose
from router.sources.httpapi import FunctionUrl, HttpApi
from router.sources.iot import Iot
from router.sources.kafka import Kafka
from router.sources.kinesis import Kinesis
from router.sources.mq import Mq
from router.sources.rest import Rest
from router.sources.s3 import S3
from router.sources.scheduler import Scheduler
from router.sources.sns import Sns
from router.sources.source import Source
from router.sources.sqs import Sqs
from router.sources.stepfunctions import StepFunctions
from router.sources.unknown import Unknown
from router.sources.websocket import WebSocket

_DIRECT = Direct()
_UNKNOWN = Unknown()

# Function URLs look like HTTP APIs, schedules like buses' events; direct invocation
# is what is left.
SOURCES: tuple[Source, ...] = (
    # First: what else is in it is what a device says.
    Iot(),
    FunctionUrl(),
    HttpApi(),
    Alb(),
    WebSocket(),
    Rest(),
    Sqs(),
    Sns(),
    Scheduler(),
    EventBridge(),
    Kinesis(),
    DynamoDb(),
    S3(),
    Kafka(),
    Mq(),
    Firehose(),
    AppSync(),
    Cognito(),
    CloudFormation(),
    StepFunctions(),
    _DIRECT,
)

# Without any of these texts no service has made the event: then it is direct, and a
# large payload needn't be looked through for its members.
_TEXTS = (
    '"requestContext"',
    'ecords"',
    '"eventSource"',
    '"detail-type"',
    '"headers"',
    '"arguments"',
    '"triggerSource"',
    '"ResponseURL"',
    ":states:",
    f'"{NAME}"',
    '"awslogs"',
)


def recognise(event: Node) -> Source:
    """The source of an event; `Unknown` if no source knows it."""
    if not any(mark in event.text for mark in _TEXTS):
        return _DIRECT
    try:
        known = (source for source in SOURCES if source.recognises(event))
        return next(known, _UNKNOWN)
    except Malformed:
        return _UNKNOWN
