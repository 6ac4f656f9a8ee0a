"""The corpus looks like what AWS sends: Powertools reads it as its own users' events.

Powertools' pydantic models are the oracle, or its data classes where it has no model.
What is nobody's event to Powertools either is listed, so that nothing is forgotten.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities import data_classes
from aws_lambda_powertools.utilities.data_classes import (
    active_mq_event,
    alb_event,
    aws_config_rule_event,
    cloud_watch_alarm_event,
    cognito_user_pool_event,
    rabbit_mq_event,
    vpc_lattice,
)
from aws_lambda_powertools.utilities.data_classes.common import DictWrapper
from aws_lambda_powertools.utilities.parser import models
from aws_lambda_powertools.utilities.parser.models import iot_registry_events

EVENTS = Path(__file__).parents[2] / "events"

# The longest prefix of a file's name counts.
MODELS = {
    "alb": "AlbModel",
    "appsync": "AppSyncResolverEventModel",
    "cloudformation_create": "CloudFormationCustomResourceCreateModel",
    "cloudformation_delete": "CloudFormationCustomResourceDeleteModel",
    "cloudformation_update": "CloudFormationCustomResourceUpdateModel",
    "cognito_create_challenge": "CognitoCreateAuthChallengeTriggerModel",
    "cognito_custom_message": "CognitoCustomMessageTriggerModel",
    "cognito_define_challenge": "CognitoDefineAuthChallengeTriggerModel",
    "cognito_post_authentication": "CognitoPostAuthenticationTriggerModel",
    "cognito_post_confirmation": "CognitoPostConfirmationTriggerModel",
    "cognito_pre_authentication": "CognitoPreAuthenticationTriggerModel",
    "cognito_pre_signup": "CognitoPreSignupTriggerModel",
    "cognito_pre_token_v1": "CognitoPreTokenGenerationTriggerModelV1",
    "cognito_user_migration": "CognitoMigrateUserTriggerModel",
    "cognito_verify_challenge": "CognitoVerifyAuthChallengeTriggerModel",
    "dynamodb": "DynamoDBStreamModel",
    "eventbridge": "EventBridgeModel",
    "eventbridge_s3": "S3EventNotificationEventBridgeModel",
    "firehose": "KinesisFirehoseModel",
    "http": "APIGatewayProxyEventV2Model",
    "http_format_1": "APIGatewayProxyEventModel",
    "iot_registry": "IoTCoreThingEvent",
    "kafka": "KafkaSelfManagedEventModel",
    "kafka_msk": "KafkaMskEventModel",
    "kafka_partitions": "KafkaMskEventModel",
    "kafka_tokens": "KafkaMskEventModel",
    "kinesis": "KinesisDataStreamModel",
    "rest": "APIGatewayProxyEventModel",
    "s3": "S3Model",
    "scheduler_default": "EventBridgeModel",
    "sns": "SnsModel",
    "sqs": "SqsModel",
    "unknown_authorizer_http": "ApiGatewayAuthorizerRequestV2",
    "unknown_authorizer_request": "ApiGatewayAuthorizerRequest",
    "unknown_authorizer_token": "ApiGatewayAuthorizerToken",
    "unknown_lattice": "VpcLatticeV2Model",
    "unknown_lattice_v1": "VpcLatticeModel",
    "unknown_logs": "CloudWatchLogsModel",
    "unknown_s3_batch": "S3BatchOperationModel",
    "unknown_ses": "SesModel",
    "url": "LambdaFunctionUrlModel",
    "websocket_connect": "APIGatewayWebSocketConnectEventModel",
    "websocket_disconnect": "APIGatewayWebSocketDisconnectEventModel",
    "websocket_forged": "APIGatewayWebSocketConnectEventModel",
    "websocket_message": "APIGatewayWebSocketMessageEventModel",
    "websocket_route": "APIGatewayWebSocketMessageEventModel",
}

# Where Powertools has no model, or one that refuses what AWS really sends: headers
# that are multi-value, and detail that is text.
CLASSES: dict[str, type[DictWrapper]] = {
    "alb_multi": alb_event.ALBEvent,
    "appsync_amplify": data_classes.AppSyncResolverEvent,
    "appsync_events": data_classes.AppSyncResolverEventsEvent,
    "cognito_pre_token_v2": cognito_user_pool_event.PreTokenGenerationV2TriggerEvent,
    "eventbridge_text_detail": data_classes.EventBridgeEvent,
    "mq_active": active_mq_event.ActiveMQEvent,
    "mq_tokens": active_mq_event.ActiveMQEvent,
    "mq_rabbit": rabbit_mq_event.RabbitMQEvent,
    "unknown_alarm": cloud_watch_alarm_event.CloudWatchAlarmEvent,
    "unknown_config": aws_config_rule_event.AWSConfigRuleEvent,
    "unknown_lattice": vpc_lattice.VPCLatticeEventV2,
    "unknown_pipeline": data_classes.CodePipelineJobEvent,
    "unknown_secret": data_classes.SecretsManagerEvent,
}

# Payloads that somebody made up, what Powertools does not know (`null` for headers, as
# the console's test button sends), and two events that hold no more than what their
# tests need.
UNJUDGED = {
    "appsync_no_arguments",
    "destination_failure",
    "destination_success",
    "eventbridge_list_text",
    "eventbridge_metadata",
    "eventbridge_metadata_single",
    "iot_forged",
    "iot_plain",
    "iot_rule",
    "kafka_self_managed_aws",
    "kinesis",
    "pipes_active",
    "pipes_dynamodb",
    "pipes_kafka",
    "pipes_kinesis",
    "pipes_rabbit",
    "pipes_sqs",
    "pipes_sqs_fifo",
    "pipes_sqs_tokens",
    "rest_null_headers",
    "s3",
    "s3_test",
    "scheduler_input",
    "stepfunctions_context",
    "stepfunctions_execution",
    "stepfunctions_task",
    "stepfunctions_token",
    "stepfunctions_wait",
    "unknown_alexa",
    "unknown_bedrock",
    "unknown_connect",
    "unknown_documentdb",
    "unknown_lex",
    "unknown_mixed_records",
    "unknown_no_records",
    "unknown_object_lambda",
}
NAMES = sorted(path.stem for path in EVENTS.glob("*.json"))


def closest(name: str, known: dict[str, Any]) -> str:
    """The longest name that is the event's name or begins it; empty for none."""
    fits = [one for one in known if name == one or name.startswith(f"{one}_")]
    return max(fits, key=len, default="")


def pages(event: Any) -> list[Any]:
    """The event, or its parts: AppSync sends batches as a list."""
    return event if isinstance(event, list) else [event]


def model(name: str) -> Any:
    """One of Powertools' models."""
    rooms = (models, iot_registry_events)
    return next(getattr(room, name) for room in rooms if hasattr(room, name))


def read(found: DictWrapper) -> Iterator[tuple[str, Any]]:
    """What all properties of a data class say."""
    for name in dir(type(found)):
        if isinstance(getattr(type(found), name), property):
            value = getattr(found, name)
            yield name, value
            if isinstance(value, DictWrapper):
                yield from read(value)


@pytest.mark.parametrize("name", NAMES)
def test_powertools_knows_the_event(name: str) -> None:
    """A model takes it, or a data class reads it; or it is listed as nobody's."""
    event = json.loads((EVENTS / f"{name}.json").read_bytes())
    of_class, of_model = closest(name, CLASSES), closest(name, MODELS)
    if name in UNJUDGED or name.startswith("direct"):
        return
    for page in pages(event):
        if len(of_class) >= len(of_model):
            assert dict(read(CLASSES[of_class](page)))
        else:
            with warnings.catch_warnings():
                # A model shadows a name of pydantic's.
                warnings.simplefilter("ignore")
                model(MODELS[of_model]).model_validate(page)


def test_there_are_enough() -> None:
    """Dozens of events, and nothing listed that is not there."""
    assert len(NAMES) >= 65
    assert set() == UNJUDGED - set(NAMES)
    for known in (MODELS, CLASSES):
        for prefix in known:
            assert any(prefix in {name, closest(name, known)} for name in NAMES)


def test_nothing_in_the_corpus_is_real() -> None:
    """One account number that AWS's own examples use, and addresses nobody has."""
    for path in EVENTS.glob("*.json"):
        text = path.read_text("utf-8")
        accounts = set(re.findall(r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:([0-9]+):", text))
        assert accounts <= {"123456789012"}, path.name
        for domain in re.findall(r"[A-Za-z0-9.]+@([A-Za-z0-9.-]+)", text):
            assert domain == "example.com", path.name
