"""An Invoke carries the decision beside its payload, or inside it by rule."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest

from flags import propagation
from flags.propagation.boto import carrying
from flags.token import NAME
from tests.unit.flags.propagation.conftest import KIB, WIRE, Seen

pytestmark = pytest.mark.usefixtures("decided")


def encoded(value: Any) -> str:
    """As a caller would give a ClientContext."""
    return base64.b64encode(json.dumps(value).encode()).decode()


def decoded(params: Any) -> Any:
    """What the function gets as ClientContext."""
    return json.loads(base64.b64decode(params["ClientContext"], validate=True))


def test_client_context_on_the_wire(aws: Any) -> None:
    """boto3 takes what it is given, and the payload goes as it is."""
    seen = Seen(aws("lambda"), {"StatusCode": 200})
    payload = io.BytesIO(b"{}")
    seen.client.invoke(FunctionName="checkout", Payload=payload)

    assert {"custom": {NAME: WIRE}} == decoded(seen.params)
    assert payload is seen.params["Payload"]
    assert 0 == payload.tell()


@pytest.mark.parametrize("operation", ["Invoke", "InvokeWithResponseStream"])
@pytest.mark.parametrize("kind", [{}, {"InvocationType": "RequestResponse"}])
def test_synchronous(operation: str, kind: dict[str, str]) -> None:
    """Synchronous calls bring it in the ClientContext."""
    params = {"FunctionName": "checkout", **kind}

    sent = carrying("lambda", operation, params)

    assert {"custom": {NAME: WIRE}} == decoded(sent)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"custom": {NAME: WIRE}}),
        ({"custom": None}, {"custom": {NAME: WIRE}}),
        (
            {"client": {"app_title": "é"}, "custom": {"a": "b"}},
            {"client": {"app_title": "é"}, "custom": {"a": "b", NAME: WIRE}},
        ),
    ],
)
def test_merged(given: Any, expected: Any) -> None:
    """The caller's own ClientContext keeps all that is in it."""
    params = {"FunctionName": "checkout", "ClientContext": encoded(given)}

    assert expected == decoded(carrying("lambda", "Invoke", params))


def test_a_decision_already() -> None:
    """A ClientContext that has a decision keeps it."""
    given = encoded({"custom": {NAME: "v1~shop.blue.1"}})
    params = {"FunctionName": "checkout", "ClientContext": given}

    assert carrying("lambda", "Invoke", params) is params
    assert not propagation.skipped


@pytest.mark.parametrize(
    "given",
    [
        "!",
        "e",
        encoded([1]),
        encoded({"custom": [1]}),
        encoded({"custom": []}),
        encoded({"custom": 0}),
        base64.b64encode(b'{"n":1e999}').decode(),
        7,
        b"\xff\xff\xff\xff",
    ],
)
def test_other_client_contexts(given: Any) -> None:
    """A ClientContext that is none goes as it is, and is counted."""
    params = {"FunctionName": "checkout", "ClientContext": given}

    assert carrying("lambda", "Invoke", params) is params
    assert {"lambda": 1} == propagation.skipped


def test_limit_of_the_client_context() -> None:
    """A ClientContext has 3,583 bytes of base64 and no more."""
    for size in range(2_550, 2_700, 3):
        given = encoded({"custom": {"a": "x" * size}})
        params = {"FunctionName": "checkout", "ClientContext": given}
        sent = carrying("lambda", "Invoke", params)
        assert len(sent["ClientContext"]) <= 3_583 or sent is params

    assert propagation.skipped["lambda"] > 0


@pytest.mark.parametrize("kind", ["Event", "DryRun"])
def test_without_the_rule(kind: str) -> None:
    """Without the rule, asynchronous calls and dry runs stay as they are."""
    params = {"FunctionName": "checkout", "InvocationType": kind, "Payload": b"{}"}

    assert carrying("lambda", "Invoke", params) is params
    assert not propagation.skipped


def asynchronous(payload: Any) -> Any:
    """The parameters of an asynchronous call."""
    return {"FunctionName": "f", "InvocationType": "Event", "Payload": payload}


@pytest.fixture
def rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule that asynchronous payloads may have a key of ours."""
    monkeypatch.setenv("CANARY_ASYNC_PAYLOAD", "true")


@pytest.mark.usefixtures("rule")
@pytest.mark.parametrize("payload", ['{"id": 7}', b'{"id": 7}'])
def test_asynchronous(payload: Any) -> None:
    """By rule, an asynchronous call's payload has it, and is what it was before."""
    sent = carrying("lambda", "Invoke", asynchronous(payload))["Payload"]

    assert isinstance(sent, type(payload))
    assert {"id": 7, NAME: WIRE} == json.loads(sent)


@pytest.mark.usefixtures("rule")
@pytest.mark.parametrize("payload", [b"", b"[1]", "text", io.BytesIO(b"{}"), None])
def test_other_payloads(payload: Any) -> None:
    """A payload that is no JSON object goes as it is, unread, and is counted."""
    params = asynchronous(payload)

    assert carrying("lambda", "Invoke", params) is params
    assert {"lambda": 1} == propagation.skipped
    assert not isinstance(payload, io.BytesIO) or payload.tell() == 0


@pytest.mark.usefixtures("rule")
@pytest.mark.parametrize("limit", [256 * KIB, 1_000_000])
def test_limit_of_a_payload(limit: int) -> None:
    """A payload that would outgrow the limit only with a decision goes without."""

    def carries(size: int) -> bool:
        params = asynchronous(b'{"x":"' + b"y" * (size - 8) + b'"}')
        return carrying("lambda", "Invoke", params) is not params

    assert carries(limit - 37)
    assert not carries(limit - 36)


@pytest.mark.usefixtures("rule")
def test_dry_run() -> None:
    """A dry run stays as it is by any rule."""
    params = {**asynchronous(b"{}"), "InvocationType": "DryRun"}

    assert carrying("lambda", "Invoke", params) is params


@pytest.mark.parametrize(
    ("rule", "callee", "inside"),
    [
        ("True", "checkout", True),
        (" true ", "checkout", True),
        ("checkout", "checkout", True),
        ("ledger, checkout", "checkout:live", True),
        ("checkout", "123456789012:function:checkout", True),
        ("checkout", "arn:aws:lambda:eu-west-1:123456789012:function:checkout:l", True),
        ("checkout", "check", False),
        ("ledger,true", "checkout", False),
        ("ledger, ", "checkout", False),
        ("ledger", None, False),
        ("false", "checkout", False),
        ("1", "checkout", False),
        (" ", "checkout", False),
    ],
)
def test_rules(
    rule: str, callee: Any, *, inside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule is for all callees, or for those it names."""
    monkeypatch.setenv("CANARY_ASYNC_PAYLOAD", rule)
    params = {**asynchronous(b"{}"), "FunctionName": callee}

    assert inside is (carrying("lambda", "Invoke", params) is not params)
    assert not propagation.skipped
