"""What the router hands on is still a well-formed event, as Powertools reads it."""

from __future__ import annotations

import pytest
from aws_lambda_powertools.utilities.parser import BaseModel, models

from tests.unit.router.conftest import Bench, event

MODELS: dict[str, type[BaseModel]] = {
    "http": models.APIGatewayProxyEventV2Model,
    "url": models.LambdaFunctionUrlModel,
    "rest": models.APIGatewayProxyEventModel,
    "alb": models.AlbModel,
    "sns": models.SnsModel,
    "sqs": models.SqsModel,
    "sqs_fifo": models.SqsModel,
    "eventbridge": models.EventBridgeModel,
}


@pytest.mark.parametrize("name", MODELS)
def test_every_event_goes_on_well_formed(bench: Bench, name: str) -> None:
    """The same model reads the event before the router and after it."""
    MODELS[name].model_validate(event(name))
    bench.weight(50)
    bench.handle(event(name))
    for call in bench.calls:
        MODELS[name].model_validate(call.event)
