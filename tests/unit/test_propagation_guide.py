"""What `docs/propagation.md` shows works as shown."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto.events.models import EventPattern

import flags
from flags.current import set_current
from flags.propagation import places
from flags.token import NAME, Token

GUIDE = (Path(__file__).parents[2] / "docs" / "propagation.md").read_text("utf-8")
PATTERNS = [
    json.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
]
GREEN, BLUE = "v1~shop.green.12", "v1~search.blue.3~shop.blue.12"
OVERRIDE = f"v1~shop.green.o.k1.1800000000.{'ab' * 8}.{'cd' * 16}"
# Each token, whether it is green's, and where it stands among others.
TOKENS = [
    (GREEN, True),
    ("v1~search.blue.3~shop.green.12~stock.blue.1", True),
    (OVERRIDE, True),
    (BLUE, False),
    ("v1~search.green.3", False),
    ("v1~shop.greenish.3", False),
    ("v1~my-shop.green.3", False),
    (None, False),
]

Scope = dict[str, Any]


@pytest.fixture
def scope() -> Iterator[Scope]:
    """All the code of the page, run from top to bottom."""
    set_current(None)
    sent: list[tuple[Any, str]] = []
    names: Scope = {
        "__name__": "guide",
        "sent": sent,
        "send": lambda what: sent.append((what, str(flags.current()))),
    }
    for code in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
        exec(compile(code, "propagation.md", "exec"), names)  # noqa: S102 - that's the test
    yield names
    set_current(None)
    places._said.clear()  # noqa: SLF001 - what the page said in code


def record(text: str | None) -> Any:
    """An SQS record."""
    attributes = {NAME: {"stringValue": text}} if text else {}
    return {"messageAttributes": attributes}


def test_handlers(scope: Scope) -> None:
    """The decorated handler has its decision, and the loop each record's."""
    assert "green" == scope["handler"]({"headers": {NAME: GREEN}}, None)
    assert scope["handler"]({}, None) is None

    records = [record(GREEN), record(BLUE), record(None)]
    scope["batch_handler"]({"Records": records}, None)
    assert [
        (records[0], GREEN),
        (records[1], BLUE),
        (records[2], str(Token())),
    ] == scope["sent"]


def test_carrying(scope: Scope) -> None:
    """What is replayed goes out with its own decision, and the rest with none."""
    scope["replay"](record(GREEN))

    assert [(record(GREEN), GREEN), ("for everybody", str(Token()))] == scope["sent"]


def test_threads(scope: Scope) -> None:
    """A thread that is handed the token has it."""
    before = set(scope["threading"].enumerate())
    with flags.carrying(GREEN):
        scope["start"](lambda: scope["send"]("in a thread"))
    for thread in set(scope["threading"].enumerate()) - before:
        thread.join(5)

    assert [("in a thread", GREEN)] == scope["sent"]


def test_the_settings() -> None:
    """The template's lines are YAML, and name a module that is there."""
    (block,) = (
        block
        for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
        if "Handler:" in block
    )
    settings = yaml.safe_load(block.replace("!Ref ", ""))
    module = settings["Handler"].rpartition(".")[0]

    assert importlib.util.find_spec(module) is not None
    assert "app.handler" == settings["Environment"]["Variables"]["CANARY_HANDLER"]


def test_json_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting that is shown gives a key to nobody that it names."""
    (text,) = re.findall(r"```yaml\nCANARY_JSON_KEY: (.*?)\n```", GUIDE)
    monkeypatch.setenv("CANARY_JSON_KEY", yaml.safe_load(text))

    assert "resources" == places.place_in("events", "partner-x")
    assert "none" == places.place_in("kinesis", "audit")
    assert "none" == places.place_in("stepfunctions", "orders")
    assert "key" == places.place_in("kinesis", "clicks")


def passes(policy: Any, attributes: dict[str, str]) -> bool:
    """Whether SNS would deliver, as its developer guide has it."""
    (name, conditions) = next(iter(policy.items()))
    value = attributes.get(name)
    for condition in conditions:
        ((operator, operand),) = condition.items()
        if operator == "exists" and attributes and (value is not None) is operand:
            return True
        if value is None:
            continue
        if operator == "wildcard" and fnmatchcase(value, operand):
            return True
        if operator == "anything-but" and not fnmatchcase(value, operand["wildcard"]):
            return True
    return False


@pytest.mark.parametrize(("text", "green"), TOKENS)
def test_filter_policies(text: str | None, green: bool) -> None:  # noqa: FBT001 - expected
    """One subscription gets green's messages, the other one all others."""
    ours, rest = PATTERNS[:2]
    attributes = {"kind": "order"} | ({NAME: text} if text else {})

    assert green is passes(ours, attributes)
    assert (not green) is passes(rest, attributes)


@pytest.mark.parametrize(("text", "green"), TOKENS)
def test_event_patterns(text: str | None, green: bool) -> None:  # noqa: FBT001 - expected
    """One rule gets green's events, the other one all others."""
    ours, rest = PATTERNS[2:]
    decision = {NAME: text} if text else {}
    event: Any = {"source": "shop", "detail": {"id": 7} | decision}

    for pattern, expected in ((ours, green), (rest, not green)):
        rule = EventPattern.load(json.dumps(pattern))
        assert expected is rule.matches_event(event)
