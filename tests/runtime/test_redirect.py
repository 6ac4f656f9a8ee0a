"""Functions that know nothing of us, redirected, in real runtime processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.rig import ROOT, Function, Headers, Loopback

HANDLER = "lambda_canary.redirect.handler"
UNMODIFIED = "tests.runtime.unmodified"
REGION = {"AWS_DEFAULT_REGION": "eu-west-1"}
GREEN, BLUE = "v1~shop.green.12", "v1~shop.blue.3"

# The endings of a function that starts, in a file for each.
BROKEN = {
    "imports": "import nothing_like_this\n",
    "deep": "from wrong import nothing\n",
    "wrong": "class A:\n    pass\nA().missing\n",
    "syntax": "def handler(event, context):\n    return (\n",
    "raises": "def work():\n    raise ValueError('no ünit')\nwork()\n",
    "key": "import os\nos.environ['NOT_THERE']\n",
    "empty": "",
    "inside/raises": "1 / 0\n",
}


class Sqs(Loopback):
    """A stand-in for SQS: remembers the messages."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str | None]] = []
        super().__init__()

    def answer(
        self,
        path: str,  # noqa: ARG002
        headers: Any,  # noqa: ARG002
        body: bytes,
    ) -> tuple[int, Headers, bytes]:
        """SendMessage."""
        sent = json.loads(body)
        carried = sent.get("MessageAttributes", {}).get("canary-decision", {})
        self.messages.append((sent["MessageBody"], carried.get("StringValue")))
        return 200, {"content-type": "application/x-amz-json-1.0"}, b"{}"


@pytest.fixture
def sqs() -> Iterator[Sqs]:
    """The stand-in."""
    server = Sqs()
    yield server
    server.close()


def redirected(original: str, **environ: str) -> Function:
    """A function with the layer and two variables."""
    return Function(HANDLER, {"CANARY_HANDLER": original, **environ})


def record(body: str, text: str | None) -> dict[str, Any]:
    """An SQS record."""
    attributes = {"canary-decision": {"stringValue": text, "dataType": "String"}}
    return {"body": body, "messageAttributes": attributes if text else {}}


def test_it_passes_the_decision_on(sqs: Sqs) -> None:
    """What it sends for a record carries what the record carried, and no more."""
    event = {"Records": [record("a", GREEN), record("b", BLUE), record("c", None)]}
    environ = REGION | {
        "AWS_ENDPOINT_URL_SQS": f"http://127.0.0.1:{sqs.port}",
        "QUEUE": f"http://127.0.0.1:{sqs.port}/queue",
    }
    with redirected(f"{UNMODIFIED}.handler", **environ) as function:
        kind, answer = function.invoke(event)
        # The runtime's process stays; the decision doesn't.
        function.invoke({"Records": [record("d", None)]})
        function.invoke({"Records": [record("e", None)]}, {"custom": {"a": "b"}})
        beside = {"custom": {"canary-decision": GREEN}}
        function.invoke({"Records": [record("f", None)]}, beside)

    assert ("response", {"sent": 3, "event": event}) == (kind, json.loads(answer))
    assert [
        ("a", GREEN),
        ("b", BLUE),
        ("c", None),
        ("d", None),
        ("e", None),
        ("f", GREEN),
    ] == sqs.messages


def told(function: Function, event: Any) -> Any:
    """What a function says of an error."""
    with function:
        kind, document = function.invoke(event)
    assert kind == "error"
    return document


@pytest.mark.parametrize("event", [{"amount": 7}, {"Records": []}, None])
def test_errors_look_as_without_us(event: Any) -> None:
    """Type, message and stack trace are the function's own, line by line."""
    original = f"{UNMODIFIED}.fails"

    direct = told(Function(original, REGION), event)
    assert direct == told(redirected(original, **REGION), event)
    assert "in fails" in "".join(direct["stackTrace"])


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A folder with the broken functions."""
    for name, text in BROKEN.items():
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return f"{ROOT}:{tmp_path}"


@pytest.mark.parametrize(
    ("original", "kind"),
    [
        ("imports.handler", "Runtime.ImportModuleError"),
        ("deep.handler", "AttributeError"),
        ("wrong.handler", "AttributeError"),
        ("syntax.handler", "Runtime.UserCodeSyntaxError"),
        ("raises.handler", "ValueError"),
        ("inside/raises.handler", "ZeroDivisionError"),
        ("inside.raises.handler", "ZeroDivisionError"),
        ("key.handler", "KeyError"),
        ("empty.handler", "Runtime.HandlerNotFound"),
        ("nowhere/to/be.found", "Runtime.ImportModuleError"),
        ("sys.handler", "Runtime.BuiltInModuleConflict"),
        ("handler", "Runtime.MalformedHandlerName"),
    ],
)
def test_a_function_that_does_not_start(original: str, kind: str, folder: str) -> None:
    """What Lambda says of it is what it says without us, to the letter."""
    direct = told(Function(original, {"PYTHONPATH": folder}), {})

    assert kind == direct["errorType"]
    assert direct == told(redirected(original, PYTHONPATH=folder), {})


@pytest.mark.parametrize("original", ["", HANDLER])
def test_a_redirect_to_nowhere(original: str) -> None:
    """Without a handler of its own the function says what is wrong."""
    document = told(redirected(original), {})

    assert document["errorType"].startswith("Runtime.")
    named = "CANARY_HANDLER" if not original else "redirect'"
    assert named in document["errorMessage"]
