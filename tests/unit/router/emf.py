"""The embedded metric format, as its specification has it: schema and limits.

Written after "Specification: Embedded metric format" in the user guide of Amazon
CloudWatch: the schema of the root node, and what the text says of target members.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema

NAME = {"type": "string", "pattern": "^(.*)$", "minLength": 1, "maxLength": 1024}
UNITS = ["Count", "Milliseconds"]
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "additionalProperties": False,
            "properties": {
                "Timestamp": {"type": "integer", "exclusiveMinimum": 0},
                "CloudWatchMetrics": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "additionalProperties": False,
                        "properties": {
                            "Namespace": NAME,
                            "Dimensions": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "array",
                                    "minItems": 1,
                                    "maxItems": 30,
                                    "items": {**NAME, "maxLength": 250},
                                },
                            },
                            "Metrics": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 100,
                                "items": {
                                    "type": "object",
                                    "required": ["Name"],
                                    "additionalProperties": False,
                                    "properties": {
                                        "Name": NAME,
                                        "Unit": {"enum": UNITS},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
# A log event of Lambda is cut here, and then is no JSON any more.
MOST_BYTES = 256 * 1024

Measured = tuple[tuple[tuple[str, str], ...], str, float]


def parse(line: str) -> dict[str, Any]:
    """A line as CloudWatch reads it; fails if it would not."""
    assert line.isprintable()
    assert len(line.encode()) <= MOST_BYTES
    document: dict[str, Any] = json.loads(line)
    VALIDATOR.validate(document)
    return document


def measured(lines: list[str]) -> Iterator[Measured]:
    """Every value of the lines: its dimensions, its metric's name, and itself."""
    for document in map(parse, lines):
        for directive in document["_aws"]["CloudWatchMetrics"]:
            for dimensions in directive["Dimensions"]:
                where = tuple((name, _text(document[name])) for name in dimensions)
                for metric in directive["Metrics"]:
                    for value in _values(document[metric["Name"]]):
                        yield where, metric["Name"], value


def _text(value: Any) -> str:
    assert isinstance(value, str)
    assert 1 <= len(value) <= 1024
    return value


def _values(target: Any) -> list[float]:
    values = target if isinstance(target, list) else [target]
    assert 1 <= len(values) <= 100
    assert all(type(value) in (int, float) for value in values)
    return values
