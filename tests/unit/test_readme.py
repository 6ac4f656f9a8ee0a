"""What the README shows works as shown."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from flags.store.checks import read_file
from flags.store.syntax import parse

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
EVENT = {"headers": {"canary-decision": "v1~shop.green.12"}}


def test_the_downstream_example_carries_the_decision_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ten lines read a decision, evaluate a flag, and pass the decision on."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
    monkeypatch.setenv("CANARY_TABLE", "table")
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    with mock_aws():
        queue = boto3.resource("sqs").create_queue(QueueName="q")
        topic = boto3.resource("sns").create_topic(Name="orders")
        arn = queue.attributes["QueueArn"]
        topic.subscribe(Protocol="sqs", Endpoint=arn)
        scope: dict[str, Any] = {}
        exec(compile(code, "README.md", "exec"), scope)  # noqa: S102 - that's the test
        answer = scope["handler"](EVENT, None)
        (message,) = queue.receive_messages()
    attributes = json.loads(message.body)["MessageAttributes"]
    assert answer == {"release": "green", "gift": False}
    assert attributes["canary-decision"]["Value"] == "v1~shop.green.12"


def test_every_document_that_is_linked_exists() -> None:
    """No link leads nowhere."""
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/**/*.md")), ids=str)
def test_every_link_of_the_docs_exists(path: Path) -> None:
    """The same for the documents behind the README."""
    links = re.findall(r"\]\((?!http)([^)#]+)\)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_rules_file_of_the_docs_is_a_good_one() -> None:
    """What `docs/rules.md` shows would be applied as it stands."""
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) > 3
    for block in blocks:
        read_file(parse(block, "docs/rules.md"))
