"""Checks of what docs/event-sources.md says about what comes in.

Each takes a source and the text of its cell, and raises `AssertionError`.
"""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

from flags.token import NAME
from router.document import Node
from router.sources import recognise
from router.sources.source import Asked
from tests.fuzz import documents, places
from tests.fuzz.index import INDEX, TOKEN
from tests.fuzz.rig import FORGED, SERVICE, Rig, Seen, corpus, rules


def ticked(cell: str) -> list[str]:
    """What a cell has between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def events(source: str) -> list[str]:
    """The names of a source's events."""
    return [name for name, entry in INDEX.items() if entry.source == source]


def node(name: str) -> Node:
    """An event as the router sees it."""
    return Node.of(corpus()[name])


def with_token(token: str) -> Any:
    """A context in which a caller hands on a decision."""
    client = SimpleNamespace(custom={NAME: token}, env=None, client=None)
    return SimpleNamespace(client_context=client)


def check_recognised(source: str, cell: str) -> None:
    """Each mark stands in some event of the source, and all are taken for it."""
    texts = [corpus()[name].decode() for name in events(source)]

    assert {source} == {recognise(node(name)).name for name in events(source)}
    for mark in ticked(cell):
        if mark not in FOUND:
            assert any(mark in text for text in texts), mark


# One way into an event for each selector: the event, the place, and what is there.
FOUND: dict[str, dict[str, tuple[str, str, Any]]] = {
    "rest": {
        "header": ("rest_post", "x-USER-id", "user-7"),
        "cookie": ("rest_post", "session", "s-42"),
        "claim": ("rest_cognito", "email", "ann@example.com"),
        "body": ("rest_post", "user.id", "user-7"),
    },
    "http": {
        "header": ("http_named_stage", "x-forwarded-port", "443"),
        "cookie": ("http_cookies", "session", "s-44"),
        "claim": ("http_lambda_authorizer", "userId", "user-9"),
        "body": ("http_lambda_authorizer", "user.id", "user-9"),
    },
    "url": {
        "header": ("url_none", "X-User-Id", "user-13"),
        "cookie": ("url_base64", "session", "s-48"),
        "claim": ("url_iam", "userId", "AROAEXAMPLEID:job"),
        "body": ("url_iam", "user.id", "user-14"),
    },
    "alb": {
        "header": ("alb_multi_value", "x-user-id", "user-15"),
        "cookie": ("alb_multi_value", "session", "s-50"),
        "claim": ("alb_oidc", "sub", "5f0c9a52-0000-4000-8000-000000000009"),
        "body": ("alb_multi_value", "user.id", "user-15"),
    },
    "websocket": {
        "header": ("websocket_connect", "origin", "https://shop.example.com"),
        "claim": ("websocket_connect_authorizer", "principalId", "user-11"),
        "body": ("websocket_message", "user.id", "user-12"),
    },
    "appsync": {
        "header": ("appsync_api_key", "X-Api-Key", "da2-example"),
        "claim": ("appsync_lambda", "userId", "user-16"),
        "body": ("appsync_cognito", "input.sku", "grün-42"),
    },
    "cognito": {
        "attribute": ("cognito_pre_signup", "email", "ann@example.com"),
        "body": ("cognito_verify_challenge", "clientMetadata.device", "tablet"),
    },
    "sns": {
        "attribute": ("sns_attributes", "user-id", "user-18"),
        "body": ("sns_attributes", "user.id", "user-18"),
    },
    "sqs": {
        "attribute": ("sqs_sns_identity", "user-id", "user-54"),
        "group": ("sqs_groups", "", "group-1"),
        "body": ("sqs_many", "user.id", "user-0"),
    },
    "eventbridge": {"detail": ("eventbridge_custom", "user.id", "user-26")},
    "pipes": {
        "key": ("pipes_kinesis", "", "user-0"),
        "attribute": ("pipes_sqs_tokens", NAME, TOKEN),
        "group": ("pipes_sqs_fifo", "", "group-1"),
        "header": ("pipes_kafka", "trace", "t"),
        "body": ("pipes_sqs", "user.id", "user-0"),
        "data": ("pipes_kinesis", "user.id", "user-0"),
    },
    "destination": {"body": ("destination_failure", "user.id", "user-53")},
    "scheduler": {"event": ("scheduler_default", "source", "aws.scheduler")},
    "s3": {"key": ("s3_put", "", "orders/grün 1.json")},
    "kinesis": {
        "key": ("kinesis_json", "", "user-0"),
        "data": ("kinesis_json", "user.id", "user-0"),
    },
    "dynamodb": {
        "key": ("dynamodb_changes", "", "pk=order-1&sk=1"),
        "data": ("dynamodb_changes", "nested.deep[0]", True),
    },
    "kafka": {
        "key": ("kafka_msk", "", "user-31"),
        "header": ("kafka_tokens", NAME, TOKEN),
        "data": ("kafka_msk", "user.id", "user-31"),
    },
    "mq": {
        "attribute": ("mq_rabbit", "header1", "value1"),
        "data": ("mq_active", "user.id", "user-37"),
    },
    "iot": {"body": ("iot_rule", "device", "sensor-1")},
    "firehose": {
        "key": ("firehose_kinesis", "", "user-39"),
        "data": ("firehose_direct", "user.id", "user-0"),
    },
    "stepfunctions": {"body": ("stepfunctions_context", "input.orderId", "order-41")},
    "cloudformation": {"body": ("cloudformation_create", "Nested.Flag", "true")},
    "direct": {"body": ("direct_object", "user.id", "user-44")},
    "unknown": {},
}


def check_identity(source: str, cell: str) -> None:
    """Each selector finds what is there, and the default is as it says."""
    selectors, _, default = cell.partition("default: ")

    assert set(FOUND[source]) == set(ticked(selectors))
    for kind, (name, place, expected) in FOUND[source].items():
        event = node(name)
        unit = recognise(event).units(event)[0]
        assert expected == recognise(event).find(unit, Asked(kind=kind, name=place))
    keys = {key for name in events(source) for key in INDEX[name].keys}
    assert (default == "none") == (keys == {None})


# An event that brings a decision, and one that IAM vouches for; empty for none.
BRINGS = {
    "rest": ("rest_forged", "rest_iam"),
    "http": ("http_forged", "http_iam"),
    "url": ("url_forged", "url_iam_token"),
    "alb": ("alb_forged", ""),
    "websocket": ("websocket_forged", "websocket_connect_iam"),
    "appsync": ("appsync_forged", "appsync_iam"),
    "cognito": ("", ""),
    "sns": ("sns_token", ""),
    "sqs": ("sqs_sns_wrapped", ""),
    "eventbridge": ("eventbridge_token", ""),
    "pipes": ("pipes_sqs_tokens", ""),
    "destination": ("destination_failure", ""),
    "scheduler": ("", ""),
    "s3": ("s3_token", ""),
    "kinesis": ("kinesis_tokens", ""),
    "dynamodb": ("dynamodb_tokens", ""),
    "kafka": ("kafka_tokens", ""),
    "mq": ("mq_tokens", ""),
    "iot": ("iot_forged", ""),
    "firehose": ("firehose_tokens", ""),
    "stepfunctions": ("stepfunctions_execution", ""),
    "cloudformation": ("", ""),
    "direct": ("direct_token", ""),
    "unknown": ("unknown_lattice_v1", ""),
}


def check_decision(source: str, cell: str) -> None:
    """A decision that counts goes on, another goes nowhere."""
    name, vouched = BRINGS[source]
    trusted = "strangers" not in cell
    rig = Rig(rules())
    if name:
        rig.handle(corpus()[name])
        assert trusted == any(_passed(source, seen) for seen in rig.seen)
    if "ClientContext" in cell or not name:
        rig.handle(corpus()[events(source)[0]], with_token(TOKEN))
        assert trusted == (TOKEN in str(rig.seen[0].context))
    assert bool(vouched) == ("IAM" in cell)
    if vouched:
        check_iam(source, vouched)


def check_iam(source: str, name: str) -> None:
    """With `trust: iam`, whom IAM has checked is believed, and nobody else."""
    route = {"name": "r", "service": SERVICE, "match": {}, "trust": "iam"}
    rig = Rig(rules(routes=[route]))
    tree = json.loads(corpus()[name])
    holder = tree["request"] if source == "appsync" else tree
    holder["headers"] = {NAME: TOKEN}
    if "multiValueHeaders" in holder:
        holder["multiValueHeaders"] = {NAME: [TOKEN]}
    rig.handle(json.dumps(tree).encode())
    assert TOKEN in rig.seen[0].payload.decode()
    rig.handle(corpus()[BRINGS[source][0]])
    assert not any(_passed(source, seen) for seen in rig.seen)


_BESIDE = ("scheduler", "cloudformation", "destination", "direct", "stepfunctions")


def _passed(source: str, seen: Seen) -> bool:
    """Whether any decision came through, in its place or beside."""
    tree = documents.load(seen.payload)
    if places.told(source, tree) if source in places.WEB else False:
        return True
    if source in (*places.WEB, "iot", "cognito"):
        return FORGED in (seen.context or "") or FORGED in _top(tree)
    if source in _BESIDE:
        return NAME in (seen.context or "")
    return any(found is not None for found in places.places(source, tree))


def _top(tree: Any) -> str:
    return str(tree.last(NAME)) if isinstance(tree, documents.Members) else ""
