"""What is kept of a value that was looked into."""

from __future__ import annotations

from typing import Any

import pytest

from router.document import Node
from router.sources import recognise, values
from router.sources.source import Asked


def test_a_body_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many places of a route look into it, and find what they look for."""
    parsed: list[Any] = []
    kept = values.parse

    def counted(text: Any) -> Any:
        parsed.append(text)
        return kept(text)

    monkeypatch.setattr(values, "parse", counted)
    event = Node.of(
        b'{"version":"2.0","requestContext":{"http":{"method":"POST"}},'
        b'"headers":{},"body":"{\\"user\\":\\"ann\\",\\"plan\\":\\"pro\\"}"}'
    )
    found = [
        recognise(event).find(event, Asked(kind="body", name=name))
        for name in ("user", "plan", "user", "none")
    ]

    assert ["ann", "pro", "ann", None] == found
    assert 1 == len(parsed)
