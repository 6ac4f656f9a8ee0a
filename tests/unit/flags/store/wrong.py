"""Wrong documents: what they are made of, and what is said about them."""

from __future__ import annotations

from typing import Any

import pytest

from flags.errors import InvalidDocument
from flags.store.checks import read_document, read_file
from flags.store.documents import FlagDocument

GIFT: dict[str, Any] = {
    "variants": {"on": True, "off": False},
    "off": "off",
    "serve": "on",
}
SHOP: dict[str, Any] = {"release": {"services": ["web"]}}
ROUTE = {"name": "web", "service": "web", "match": {"source": "http"}}
CLAUSE = {"attribute": "plan", "equals": "gold"}

PERCENT = "give a percentage from 0 to 100, in steps of 0.001"
OPERATORS = (
    "give exactly one operator of equals, in, starts_with, ends_with, contains, "
    "matches, greater_than, greater_or_equal, less_than, less_or_equal, exists, "
    "version_equals, version_greater_than, version_greater_or_equal, "
    "version_less_than, version_less_or_equal, version_in, before, after, "
    "weekday_in, time_between, in_network, has_any, has_all, has_none, modulo"
)
JOINS = (
    "give an attribute with an operator, a segment, a percentage, or one of all, any, "
    "none"
)
PLACES = (
    "give exactly one of header, cookie, claim, body, detail, attribute, data, event, "
    "group, key"
)
JSON = "give true, false, a number, text, or JSON no deeper than 16"
SCALAR = "give true, false, a number, or text of up to 2048 characters"
NAME = (
    "a name has up to 63 letters, digits, dots, dashes or underscores, and begins with "
    "a letter or a digit"
)
MISSING = "missing; a flag needs variants, off and serve"
UNKNOWN = "unknown key; remove it or mend its spelling"
ROLES = "a release has none: its roles are canary and stable"
WEIGHT = "only a release has a weight; give serve percentages instead"
ONE_TYPE = "all variants of a flag are of one type"
EXPRESSION = (
    "not a JMESPath expression: Invalid jmespath expression: Incomplete expression:"
)
BOOLEAN = "input should be a valid boolean"
INTEGER = "input should be a valid integer"
STRING = "input should be a valid string"
LIST = "input should be a valid list"
MAPPING = "expected a mapping"
DICTIONARY = "input should be a valid dictionary"
NOTHING = "string should have at least 1 character"
EMPTY = "list should have at least 1 item after validation, not 0"
SERVICE = (
    "a service is a function's name, without account, region or alias: up to 64 "
    "letters, digits, dashes or underscores"
)
NULL = "null counts as missing; write `exists: false`"


def problems(data: object) -> list[str]:
    """What is said about a file."""
    with pytest.raises(InvalidDocument) as raised:
        read_file(data)
    assert "\n".join(map(str, raised.value.problems)) == str(raised.value)
    return str(raised.value).split("\n")


def read_flag(name: str, data: object) -> FlagDocument:
    """A stored flag, read."""
    document = read_document(name, data)
    assert isinstance(document, FlagDocument)
    return document


def rule(when: Any, serve: Any = "on", **more: Any) -> dict[str, Any]:
    """The part of a flag that is one rule."""
    return {"rules": [{"when": when, "serve": serve, **more}]}
