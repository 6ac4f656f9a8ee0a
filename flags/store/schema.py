"""The JSON Schema (2020-12) of a rules file, for editors: made of the models.

A schema knows shapes only. All that it refuses is refused by `flags.store.checks` too,
which see more: operands that make no sense, variants that no one defined, and so on.

    python -m flags.store.schema > docs/schema/rules.schema.json
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field, JsonValue, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from flags.store.comparison import OPERAND_KEYS
from flags.store.documents import FlagDocument
from flags.store.groups import GroupDocument
from flags.store.routing import RoutingDocument
from flags.store.segments import SegmentDocument
from flags.store.strict import Document, Name
from flags.store.values import Text

Schema = dict[str, Any]
_REF = "#/$defs/{model}"
# What documents hold and no file may bring.
_UNWRITTEN = ("archived", "rollout")
# Of which keys exactly one is given.
_ONE_OF = {"ClauseDocument": OPERAND_KEYS, "ItemsDocument": ("any_item", "all_items")}


class RulesFile(Document):
    """Feature flags, releases, segments, groups and routes. See docs/rules.md."""

    owner: Text | None = Field(
        default=None, description="The team whose file it is: it changes nothing else."
    )
    flags: dict[Name, FlagDocument] | None = Field(
        default=None, description="Feature flags and releases by name."
    )
    segments: dict[Name, SegmentDocument] | None = Field(
        default=None, description="Named identities, to be used by many flags."
    )
    groups: dict[Name, GroupDocument] | None = Field(
        default=None, description="Flags that keep out of each other's way."
    )
    routing: RoutingDocument | None = Field(
        default=None, description="Which events belong to which service."
    )
    drawn: dict[str, dict[str, JsonValue]] | None = Field(
        default=None, description="How users were drawn: `canary export --salts`."
    )


class _Generator(GenerateJsonSchema):
    """Titles of models only: those of fields would repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def rules_schema() -> Schema:
    """The schema of what `canary apply -f` takes."""
    made = TypeAdapter(RulesFile).json_schema(
        by_alias=True, ref_template=_REF, schema_generator=_Generator
    )
    definitions = made.pop("$defs")
    for definition in definitions.values():
        _tidy(definition)
    for model, keys in _ONE_OF.items():
        properties = definitions[model]["properties"]
        for name in keys:
            properties[name] = _without_null(properties[name])
        definitions[model]["oneOf"] = [{"required": [name]} for name in keys]
    renamed = {name: name.removesuffix("Document") for name in definitions}
    text = json.dumps({**made, "$defs": definitions})
    for name, short in renamed.items():
        text = text.replace(f'"#/$defs/{name}"', f'"#/$defs/{short}"')
        text = text.replace(f'"{name}": {{', f'"{short}": {{')
    schema: Schema = json.loads(text)
    _tidy(schema)
    schema["title"] = "Rules of lambda-canary"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _tidy(schema: Schema) -> None:
    """Leave out what people can't write, and what says nothing."""
    for name in _UNWRITTEN:
        schema.get("properties", {}).pop(name, None)
    _close(schema)
    schema["title"] = schema.get("title", "").removesuffix("Document")
    if "description" in schema:
        schema["description"] = " ".join(schema["description"].split())


def _close(part: Any) -> None:
    """No names but those of the pattern; no default where there is just no value."""
    if isinstance(part, dict):
        if "patternProperties" in part:
            part["additionalProperties"] = False
        if part.get("default", 0) is None:
            del part["default"]
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, dict | list):
            _close(inner)


def _without_null(schema: Schema) -> Schema:
    """An operand is there or not; a key without a value is no operator."""
    kept = {
        key: part for key, part in schema.items() if key not in {"anyOf", "default"}
    }
    options = [part for part in schema.get("anyOf", []) if part != {"type": "null"}]
    if len(options) == 1:
        return {**options[0], **kept}
    return {**kept, "anyOf": options} if options else kept


if __name__ == "__main__":
    print(json.dumps(rules_schema(), indent=2, ensure_ascii=False))  # noqa: T201
