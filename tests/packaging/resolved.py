"""What a template comes to with given parameters: conditions decided, `!If` taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOTHING = object()


class Stack:
    """A template with its parameters; those that aren't given have their defaults."""

    def __init__(self, template: Mapping[str, Any], **given: str) -> None:
        defaults = {
            name: str(parameter.get("Default", ""))
            for name, parameter in template["Parameters"].items()
        }
        assert given.keys() <= defaults.keys()
        self._values = {**defaults, **given}
        self._conditions = template["Conditions"]
        self.resources: dict[str, Any] = {
            name: self._taken(it)
            for name, it in template["Resources"].items()
            if "Condition" not in it or self._holds({"Condition": it["Condition"]})
        }

    def of(self, *kinds: str) -> dict[str, Any]:
        """The properties of all resources of these types."""
        return {
            name: it.get("Properties", {})
            for name, it in self.resources.items()
            if it["Type"] in kinds
        }

    def _holds(self, test: Any) -> bool:
        ((kind, operand),) = test.items()
        if kind == "Condition":
            return self._holds(self._conditions[operand])
        if kind == "Not":
            return not self._holds(operand[0])
        if kind == "Or":
            return any(map(self._holds, operand))
        assert kind == "Equals"
        left, right = map(self._text, operand)
        return left == right

    def _text(self, operand: Any) -> str:
        if isinstance(operand, dict) and "Join" in operand:
            return self._text(operand["Join"][1])
        if isinstance(operand, dict):
            return self._values[operand["Ref"]]
        return str(operand)

    def _taken(self, value: Any) -> Any:
        """The value with each `!If` decided, and without what then isn't there."""
        if isinstance(value, list):
            return [it for it in map(self._taken, value) if it is not NOTHING]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"If"}:
            name, yes, no = value["If"]
            return self._taken(yes if self._holds({"Condition": name}) else no)
        if value == {"Ref": "AWS::NoValue"}:
            return NOTHING
        taken = {name: self._taken(it) for name, it in value.items()}
        return {name: it for name, it in taken.items() if it is not NOTHING}
