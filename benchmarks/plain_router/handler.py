"""Routes HTTP API requests and direct invocations to the alias of a user."""

from __future__ import annotations

import base64
import json
import os
import time
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.parser import parse
from aws_lambda_powertools.utilities.parser.models import APIGatewayProxyEventV2Model
from aws_lambda_powertools.utilities.typing import LambdaContext

from benchmarks.plain_router import rules
from benchmarks.plain_router.models import Direct

DECISION = "canary-decision"
ALIASES = {arn.rpartition(":")[2]: arn for arn in os.environ["TARGETS"].split(",")}

logger = Logger()
metrics = Metrics()
functions = boto3.client("lambda", config=rules.CONFIG)


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], _: LambdaContext) -> Any:
    """Route one event."""
    started = time.perf_counter()
    now = rules.current()
    http = "requestContext" in event
    key = _of_request(event, now.user_header) if http else _of_payload(event)
    alias = now.release.alias(key)
    token = now.release.token(alias)
    payload = _marked(event, token) if http else event
    answer = _invoke(ALIASES[alias], payload, None if http else token)
    logger.info("decision", alias=alias, release=now.release.name, source_http=http)
    metrics.add_dimension(name="alias", value=alias)
    metrics.add_metric(name="Invocations", unit=MetricUnit.Count, value=1)
    milliseconds = 1_000 * (time.perf_counter() - started)
    metrics.add_metric(
        name="Duration", unit=MetricUnit.Milliseconds, value=milliseconds
    )
    return answer


def _of_request(event: dict[str, Any], header: str) -> str | None:
    request = parse(event=event, model=APIGatewayProxyEventV2Model)
    return request.headers.get(header)


def _of_payload(event: dict[str, Any]) -> str:
    return parse(event=event, model=Direct).user.id


def _marked(event: dict[str, Any], token: str) -> dict[str, Any]:
    """The request with our decision, and none from outside."""
    kept = {
        name: value
        for name, value in event["headers"].items()
        if name.lower() != DECISION
    }
    return {**event, "headers": {**kept, DECISION: token}}


def _invoke(arn: str, payload: Any, token: str | None) -> Any:
    """What the target answers; raises what it raised."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    context = {}
    if token is not None:
        custom = json.dumps({"custom": {DECISION: token}}).encode()
        context["ClientContext"] = base64.b64encode(custom).decode()
    answer = functions.invoke(FunctionName=arn, Payload=text.encode(), **context)
    found = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise type(found["errorType"], (Exception,), {})(found["errorMessage"])
    return found
