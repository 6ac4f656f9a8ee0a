"""The router and a downstream function in real runtime processes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flags.aborts import mark
from tests.runtime.conftest import environ
from tests.runtime.rig import Aws, Function
from tests.unit.router.conftest import Bench, event

TOKEN = {"custom": {"canary-decision": "v1~shop.green.2"}}


def test_a_targets_error_comes_out_as_it_was(aws: Aws, router: Function) -> None:
    """Type, message and trace are the target's, not the router's."""
    error = {
        "errorType": "PaymentDeclined",
        "errorMessage": "card ünknown",
        "stackTrace": ["  File app.py, line 3, in handler\n"],
    }
    payload = json.dumps(error).encode()
    aws.answers["blue"] = ({"X-Amz-Function-Error": "Unhandled"}, payload)
    kind, answer = router.invoke(event("http"))
    assert kind == "error"
    assert error == {key: answer[key] for key in error}


def test_answers_come_out_as_they_were(aws: Aws, router: Function) -> None:
    """An answer's text is not changed on its way."""
    answer = {"statusCode": 200, "body": "Grüße, 日本", "headers": {"x": "1"}}
    aws.answers["blue"] = ({}, json.dumps(answer).encode())
    kind, payload = router.invoke(event("http"))
    assert ("response", answer) == (kind, json.loads(payload))


def test_direct_payloads_are_untouched(aws: Aws, router: Function) -> None:
    """A direct caller's payload arrives as sent; the decision goes beside it."""
    router.invoke({"amount": 12, "name": "Zoë"}, {"custom": {"mine": "1"}})
    _, payload, context = aws.invoked[-1]
    assert json.loads(payload) == {"amount": 12, "name": "Zoë"}
    assert context["custom"]["mine"] == "1"
    assert context["custom"]["canary-decision"].startswith("v1~shop.blue.")


def test_a_direct_callers_decision_is_honoured(
    bench: Bench, aws: Aws, router: Function
) -> None:
    """A decision in the ClientContext of an invocation holds."""
    bench.weight(0)
    router.invoke({"amount": 12}, TOKEN)
    assert aws.invoked[-1][0] == "shop-checkout:green"


def test_all_of_a_client_context_goes_on(
    bench: Bench, aws: Aws, router: Function
) -> None:
    """Members that the runtime hides from handlers too."""
    bench.weight(0)
    sent = {"LastSequence": "0", "Custom": {"a": 1}, "client": {"extra": "y"}}
    router.invoke({"amount": 12}, {**sent, "custom": TOKEN["custom"]})

    assert {**sent, "custom": TOKEN["custom"]} == aws.invoked[-1][2]


def test_warm_requests_read_no_table(aws: Aws, router: Function) -> None:
    """After the first request thirty more read nothing."""
    router.invoke(event("http"))
    assert aws.reads == ["body"]
    for _ in range(30):
        router.invoke(event("http"))
    assert aws.reads == ["body"]


def test_rules_are_polled_while_the_target_runs(bench: Bench, aws: Aws) -> None:
    """When a poll is due it comes after the invocation was sent, not before."""
    settings = environ(aws.port) | {"CANARY_REFRESH_SECONDS": "0.4"}
    with Function("router.handler.handler", settings) as function:
        function.invoke(event("http"))
        bench.weight(100)
        aliases: list[str] = []
        while not aliases or aliases[-1].endswith("blue"):
            function.invoke(event("http"))
            aliases.append(aws.invoked[-1][0])
    assert aliases[-1] == "shop-checkout:green"
    assert "version" in aws.reads


def test_a_mark_heals_a_running_router(bench: Bench, aws: Aws) -> None:
    """A router that serves the canary sees an abort mark with its next poll."""
    bench.weight(100)
    settings = environ(aws.port) | {"CANARY_REFRESH_SECONDS": "0.4"}
    with Function("router.handler.handler", settings) as function:
        function.invoke(event("http"))
        assert "shop-checkout:green" == aws.invoked[-1][0]
        assert bench.store.mark(mark("shop", bench.store.load().version("shop")))
        while aws.invoked[-1][0].endswith("green"):
            function.invoke(event("http"))
    assert "shop-checkout:blue" == aws.invoked[-1][0]
    assert 1 == aws.reads.count("body")


def test_a_cold_start_without_a_table_is_answered_by_stable(aws: Aws) -> None:
    """With the table unreachable people still get stable."""
    settings = environ(aws.port) | {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9"}
    with Function("router.handler.handler", settings) as function:
        kind, _ = function.invoke(event("http"))
    assert (kind, aws.invoked[-1][0]) == ("response", "shop-checkout:blue")


@pytest.mark.parametrize(
    ("arrived", "context"),
    [
        ({"amount": 12}, TOKEN),
        ({"headers": {"canary-decision": "v1~shop.green.2"}}, None),
        ({"detail": {"canary-decision": "v1~shop.green.2"}}, None),
    ],
)
def test_a_function_reads_its_decision_with_one_line(
    arrived: Any, context: Any
) -> None:
    """Whatever the event source was, `flags.read` finds the decision."""
    with Function("tests.runtime.reader.handler", {}) as function:
        _, payload = function.invoke(arrived, context)
    expected = {"token": "v1~shop.green.2", "variant": "green"}
    assert expected == json.loads(payload)
