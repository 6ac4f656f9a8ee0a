"""What each event of the corpus is: source, identities, decisions, order."""

from __future__ import annotations

from collections.abc import Sequence

from flags.record import Record
from tests.fuzz.rig import FORGED

TOKEN = "v1~search.blue.3~shop.green.12"
_EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:fulfil:order-41"
_STACK = (
    "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/"
    "00000000-0000-4000-8000-000000000001"
)
_SCHEDULE = "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/nightly"
_SHARD = "shardId-000000000006"
_USER_A = "5f0c9a52-0000-4000-8000-00000000000a"


class Entry(Record):
    """One event. The tuples have an entry for each of its units.

    `keys` are the identities where a route names no place, `tokens` the decisions that
    come in, trusted or not. `lanes` are names made up here: units with the same name
    are in one lane, None is in none.
    """

    source: str
    keys: tuple[str | None, ...]
    tokens: tuple[str | None, ...]
    lanes: tuple[str | None, ...]


def entry(
    source: str,
    keys: Sequence[str | None] = (None,),
    tokens: Sequence[str | None] = (),
    lanes: Sequence[str | None] | str = (),
) -> Entry:
    """An entry; no decisions and no lanes unless given, one name for all lanes."""
    nothing = (None,) * len(keys)
    if isinstance(lanes, str):
        lanes = (lanes,) * len(keys)
    return Entry(
        source=source,
        keys=tuple(keys),
        tokens=tuple(tokens) or nothing,
        lanes=tuple(lanes) or nothing,
    )


def many(source: str, names: str) -> dict[str, Entry]:
    """Events of one unit without identity and decision."""
    return {name: entry(source) for name in names.split()}


def users(*numbers: int) -> list[str | None]:
    """Keys such as `user-1`."""
    return [f"user-{number}" for number in numbers]


def items(*numbers: int) -> list[str | None]:
    """Keys of DynamoDB items."""
    return [f"pk=order-{number}&sk={number}" for number in numbers]


INDEX: dict[str, Entry] = {
    **many(
        "rest",
        "rest rest_get rest_post rest_base64 rest_multi_value rest_cognito "
        "rest_lambda_authorizer rest_iam rest_null_headers",
    ),
    "rest_forged": entry("rest", tokens=[FORGED]),
    "rest_escapes": entry("rest", tokens=[FORGED]),
    **many(
        "http",
        "http http_jwt http_lambda_authorizer http_iam http_cookies http_base64 "
        "http_named_stage http_default http_websafe "
        "http_format_1 http_format_1_stage",
    ),
    # Baggage is nobody's word for a decision here, but readers may believe it.
    "http_baggage": entry("http"),
    "http_forged": entry("http", tokens=[FORGED]),
    "websocket_connect": entry("websocket", ["KdZ4fcExampleAb="]),
    "websocket_connect_authorizer": entry("websocket", ["KdZ4fcExampleAb="]),
    "websocket_connect_iam": entry("websocket", ["KdZ4fcExampleAb="]),
    "websocket_message": entry("websocket", ["KdZ4fcExampleAb="]),
    "websocket_route": entry("websocket", ["KdZ4fcExampleAb="]),
    "websocket_disconnect": entry("websocket", ["KdZ4fcExampleAb="]),
    "websocket_forged": entry("websocket", ["KdZ4fcExampleAb="], [FORGED]),
    **many("url", "url url_none url_iam url_base64"),
    "url_iam_token": entry("url", tokens=["v1~other.green.4~shop.green.3"]),
    "url_forged": entry("url", tokens=[FORGED]),
    **many(
        "alb",
        "alb alb_multi alb_single alb_multi_value alb_base64 alb_oidc alb_health_check",
    ),
    "alb_forged": entry("alb", tokens=[FORGED]),
    "alb_multi_forged": entry("alb", tokens=[FORGED]),
    **many("appsync", "appsync_api_key appsync_lambda"),
    "appsync_cognito": entry("appsync", [_USER_A]),
    "appsync_iam": entry("appsync", ["AROAEXAMPLEID:app"]),
    "appsync_oidc": entry("appsync", ["oidc|17"]),
    "appsync_pipeline": entry("appsync", [_USER_A]),
    "appsync_no_arguments": entry("appsync", [_USER_A]),
    "appsync_events_publish": entry("appsync", [_USER_A], [FORGED]),
    "appsync_events_subscribe": entry("appsync", [_USER_A]),
    "appsync_amplify": entry("appsync", [_USER_A], [FORGED]),
    "appsync_batch": entry("appsync", [_USER_A] * 3),
    "appsync_forged": entry("appsync", tokens=[FORGED]),
    "appsync_baggage": entry("appsync"),
    "appsync_batch_forged": entry("appsync", [None] * 2, [FORGED] * 2),
    **{
        f"cognito_{trigger}": entry("cognito", ["ann"])
        for trigger in (
            "pre_signup",
            "post_confirmation",
            "pre_authentication",
            "post_authentication",
            "pre_token_v1",
            "pre_token_v2",
            "custom_message",
            "define_challenge",
            "create_challenge",
            "verify_challenge",
        )
    },
    "cognito_user_migration": entry("cognito", ["zoë@example.com"]),
    **many("sns", "sns sns_plain sns_attributes sns_fifo sns_s3"),
    "sns_token": entry("sns", tokens=[TOKEN]),
    "sns_dead_letter": entry("sns", tokens=[TOKEN]),
    # Its token is written with an escape, as no service does: nobody looks for that.
    "sns_spacing": entry("sns"),
    "sqs": entry("sqs", [None] * 10),
    "sqs_many": entry("sqs", [None] * 10),
    "sqs_tokens": entry(
        "sqs", [None] * 4, ["v1~shop.green.3", "v1~shop.blue.3", TOKEN, None]
    ),
    "sqs_fifo": entry("sqs", [None] * 10),
    "sqs_groups": entry("sqs", [None] * 6),
    "sqs_groups_tokens": entry(
        "sqs", [None] * 3, ["v1~shop.green.3", "v1~shop.blue.2", None]
    ),
    "sqs_sns_raw": entry("sqs", tokens=[TOKEN]),
    "sqs_sns_wrapped": entry("sqs", [None] * 2, [TOKEN, None]),
    "sqs_sns_identity": entry("sqs"),
    "sqs_eventbridge": entry("sqs", [None] * 2, [TOKEN, None]),
    "sqs_eventbridge_sns": entry("sqs", tokens=[TOKEN]),
    "sqs_binary": entry("sqs"),
    "sqs_redrive": entry("sqs", tokens=["v1~shop.green.1"]),
    "sqs_s3": entry("sqs"),
    **many(
        "eventbridge",
        "eventbridge eventbridge_custom eventbridge_service eventbridge_rule "
        "eventbridge_s3 eventbridge_text_detail",
    ),
    "eventbridge_replay": entry("eventbridge", tokens=["v1~shop.green.2"]),
    "eventbridge_token": entry("eventbridge", tokens=[TOKEN]),
    "eventbridge_duplicates": entry("eventbridge", tokens=["v1~shop.blue.3"]),
    "eventbridge_report": entry("eventbridge", tokens=[TOKEN]),
    "eventbridge_list": entry("eventbridge"),
    "eventbridge_list_tokens": entry(
        "eventbridge", [None] * 3, [TOKEN, "v1~shop.blue.3", None]
    ),
    "eventbridge_list_text": entry("eventbridge", [None] * 2),
    "eventbridge_metadata": entry("eventbridge", [None] * 3, [TOKEN, None, None]),
    "eventbridge_metadata_single": entry("eventbridge", tokens=[TOKEN]),
    "pipes_sqs": entry("pipes", [None] * 10),
    "pipes_sqs_tokens": entry("pipes", [None] * 4, [TOKEN, None, None, None]),
    "pipes_sqs_fifo": entry("pipes", [None] * 6),
    "pipes_kinesis": entry("pipes", users(0, 1, 2, 3), lanes="shard"),
    "pipes_dynamodb": entry("pipes", items(1, 2, 3), lanes="shard"),
    "pipes_kafka": entry(
        "pipes",
        users(31, 33, 34, 35, 36),
        lanes=["orders-0", "orders-0", "orders-1", "returns-0", "returns-0"],
    ),
    "pipes_active": entry("pipes", [None] * 2),
    "pipes_rabbit": entry("pipes", [None]),
    "destination_failure": entry("destination", tokens=[TOKEN]),
    "destination_success": entry("destination"),
    "scheduler_default": entry("scheduler", [_SCHEDULE]),
    "s3_token": entry("s3", tokens=[TOKEN]),
    **many("s3", "s3 s3_put s3_delete s3_glacier"),
    "kinesis": entry("kinesis", ["p"], lanes="shard"),
    "kinesis_json": entry("kinesis", users(0, 1, 2, 3), lanes="shard"),
    "kinesis_tokens": entry(
        "kinesis",
        users(0, 1, 2, 3),
        [TOKEN, "v1~shop.blue.3", None, "v1~shop.green.5"],
        "shard",
    ),
    "kinesis_not_json": entry("kinesis", users(0, 1, 2), lanes="shard"),
    "kinesis_aggregated": entry("kinesis", ["a"], lanes="shard"),
    "kinesis_shards": entry("kinesis", users(0, 1, 0, 1, 0, 1), lanes="shard"),
    "kinesis_window": entry("kinesis", [_SHARD], lanes="shard"),
    "kinesis_window_end": entry("kinesis", [_SHARD], lanes="shard"),
    "dynamodb_changes": entry("dynamodb", items(1, 2, 3), lanes="shard"),
    "dynamodb_tokens": entry(
        "dynamodb", items(1, 2, 3), [TOKEN, "v1~shop.blue.3", TOKEN], "shard"
    ),
    "dynamodb_ttl": entry("dynamodb", items(4), lanes="shard"),
    "dynamodb_window": entry("dynamodb", [_SHARD], lanes="shard"),
    "dynamodb_window_end": entry("dynamodb", [_SHARD], lanes="shard"),
    "dynamodb_keys_only": entry("dynamodb", ["id=AQ=="], lanes="shard"),
    "kafka_msk": entry("kafka", users(31, 32), lanes="orders-0"),
    "kafka_partitions": entry(
        "kafka",
        users(31, 33, 34, 35, 36),
        lanes=["orders-0", "orders-0", "orders-1", "returns-0", "returns-0"],
    ),
    "kafka_self_managed": entry("kafka", users(31), lanes="orders-0"),
    "kafka_self_managed_aws": entry("kafka", users(31), lanes="orders-0"),
    "kafka_null_key": entry("kafka", [None, None], lanes="orders-0"),
    "kafka_tokens": entry(
        "kafka", users(31, 31), [TOKEN, "v1~shop.blue.3"], "orders-0"
    ),
    "mq_active": entry("mq", [None] * 2),
    "mq_tokens": entry("mq", [None] * 2, [TOKEN, None]),
    "mq_rabbit": entry("mq", [None] * 2),
    "iot_rule": entry("iot", ["sensor-1"]),
    "iot_forged": entry("iot", ["sensor-2"]),
    "firehose_direct": entry("firehose", [None] * 3),
    "firehose_kinesis": entry("firehose", [None] * 2),
    "firehose_tokens": entry("firehose", [None] * 2, [TOKEN, None]),
    "stepfunctions_context": entry("stepfunctions", [_EXECUTION], [TOKEN]),
    "stepfunctions_execution": entry("stepfunctions", [_EXECUTION], [TOKEN]),
    # Without the context object nothing tells a task from any other payload.
    "stepfunctions_token": entry("direct", tokens=[TOKEN]),
    "direct_token": entry("direct", tokens=[TOKEN]),
    "direct_waits": entry("direct", tokens=[TOKEN]),
    "cloudformation_create": entry("cloudformation", [_STACK]),
    "cloudformation_update": entry("cloudformation", [_STACK]),
    "cloudformation_delete": entry("cloudformation", [_STACK]),
    **many(
        "direct",
        "direct direct_wrong_token direct_object direct_array direct_string "
        "direct_number direct_null "
        "direct_false direct_empty direct_empty_array direct_deep direct_duplicates "
        "direct_numbers direct_surrogates direct_unicode direct_spacing "
        "direct_headers scheduler_input iot_plain iot_registry stepfunctions_task "
        "stepfunctions_wait s3_test unknown_alarm unknown_alexa "
        "unknown_bedrock unknown_connect unknown_object_lambda "
        "unknown_config unknown_lex unknown_pipeline "
        "unknown_s3_batch unknown_secret",
    ),
    **many(
        "unknown",
        "unknown_authorizer_http unknown_authorizer_request unknown_authorizer_token "
        "unknown_documentdb "
        "unknown_lattice unknown_lattice_v1 unknown_logs unknown_mixed_records "
        "unknown_no_records unknown_ses",
    ),
}
