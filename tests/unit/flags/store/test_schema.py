"""The schema that editors use: current, and never stricter than the checks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from flags.errors import InvalidDocument
from flags.store.checks import read_file
from flags.store.comparison import OPERAND_KEYS
from flags.store.schema import rules_schema
from flags.store.syntax import parse
from tests.unit.flags.store.wrong import CLAUSE, GIFT, ROUTE, SHOP, rule

DOCS = Path(__file__).parents[4] / "docs"
SCHEMA = rules_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
RULES = (DOCS / "rules.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", RULES, re.DOTALL)


def test_it_is_a_schema() -> None:
    """The schema is one by its own standard."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_it_is_current() -> None:
    """What is published is what the models say now.

    If not: python -m flags.store.schema > docs/schema/rules.schema.json
    """
    published = (DOCS / "schema" / "rules.schema.json").read_text("utf-8")

    assert json.dumps(SCHEMA, indent=2, ensure_ascii=False) + "\n" == published


@pytest.mark.parametrize("block", BLOCKS)
def test_examples(block: str) -> None:
    """What the documentation shows is good to the schema and to the checks."""
    data = parse(block, "docs/rules.md")

    assert [] == [error.message for error in VALIDATOR.iter_errors(data)]
    read_file(data)


def test_everything_is_explained() -> None:
    """An editor has a sentence on every key of a document that says something."""
    silent = [
        f"{model}.{name}"
        for model in ("Flag", "Segment", "Group", "Clause", "Window", "Stage", "Split")
        for name, part in SCHEMA["$defs"][model]["properties"].items()
        if "description" not in json.dumps(part) and "$ref" not in json.dumps(part)
    ]

    assert [] == silent


def test_operators_are_alternatives() -> None:
    """A comparison has exactly one of the operators."""
    clause = SCHEMA["$defs"]["Clause"]

    assert [{"required": [name]} for name in OPERAND_KEYS] == clause["oneOf"]


def test_people_do_not_archive_in_files() -> None:
    """What only a command sets is not offered."""
    assert "archived" not in json.dumps(SCHEMA)


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"flag": {}},
        {"flags": {"a b": GIFT}},
        {"flags": {"gift": {**GIFT, "of": 1}}},
        {"flags": {"gift": {**GIFT, "archived": True}}},
        {"flags": {"gift": {**GIFT, "variants": {"on": None}}}},
        {"flags": {"gift": {**GIFT, "serve": {"on": "100"}}}},
        {"flags": {"gift": {**GIFT, "serve": {"ramp": [{"at": "noon"}]}}}},
        {"flags": {"gift": {**GIFT, "expires": "soon"}}},
        {"flags": {"gift": {**GIFT, **rule({"attribute": "a"})}}},
        {"flags": {"gift": {**GIFT, **rule({**CLAUSE, "in": [1]})}}},
        {"flags": {"gift": {**GIFT, **rule({"attribute": "a", "before": "x"})}}},
        {"flags": {"gift": {**GIFT, **rule({"segment": "a b"})}}},
        {"flags": {"gift": {**GIFT, **rule({"any": []})}}},
        {"flags": {"gift": {**GIFT, **rule({"any": [{"all": [{"x": 1}]}]})}}},
        {"flags": {"gift": {**GIFT, "schedule": {"days": ["monday"]}}}},
        {"flags": {"gift": {**GIFT, "targets": {"on": {"tenant": [7]}}}}},
        {"flags": {"shop": {**SHOP, "weight": 101}}},
        {"flags": {"shop": {"release": {"services": []}}}},
        {"segments": {"beta": {"included": [7]}}},
        {"groups": {"q4": {"exclusive": {}}}},
        {"routing": {"routes": [{**ROUTE, "match": {"source": "ftp"}}]}},
    ],
)
def test_wrong(data: Any) -> None:
    """What the schema refuses is refused by the checks as well."""
    assert not VALIDATOR.is_valid(data)
    with pytest.raises(InvalidDocument):
        read_file(data)
