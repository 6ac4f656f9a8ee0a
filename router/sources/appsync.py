"""AppSync: resolvers, with batching a list of the same field, and handlers of events.

AppSync is public: decisions in the request's headers are dropped. So are Amplify's
functions, which get the request of a resolver in a form of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from flags.hints import Any
from flags.token import NAME, Token
from router.document import Edits, Malformed, Node
from router.errors import UnevenAnswer
from router.sources import decision
from router.sources.callers import vouched
from router.sources.source import Asked, Facts, Outcome, Part, Source
from router.sources.stripping import strip_headers
from router.sources.values import mapping, named, search


class AppSync(Source):
    """Recognised by the field, in the first of a list."""

    name = "appsync"
    public = True
    identity = (Asked(kind="claim", name="sub"), Asked(kind="claim", name="username"))

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        first = event.first() or event
        parent, field = _field(first)
        asked = "arguments" in first or "request" in first
        return bool(field) and (asked or bool(parent))

    def facts(self, event: Node) -> Facts:
        """The field, as `Type.field`."""
        parent, field = _field(self.units(event)[0])
        return Facts(source=self.name, names={"field": (f"{parent}.{field}", field)})

    def units(self, event: Node) -> Sequence[Node]:
        """The fields to resolve."""
        return event.elements() if event.is_array else (event,)

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the identity, the request's headers, or the arguments."""
        if asked.kind == "claim":
            return _claim(mapping(unit.dig("identity")), asked.name)
        if asked.kind == "header":
            return _header(unit, asked.name)
        if asked.kind == "body":
            return search(asked.name, unit.dig("arguments"))
        return super().find(unit, asked)

    def vouched(self, unit: Node) -> bool:
        """Whether the caller signed the request with keys that IAM knows."""
        return vouched(
            unit.string("identity", "userArn"),
            guest=unit.dig("identity", "cognitoIdentityAuthType"),
        )

    def inbound(self, unit: Node, context: Any) -> Token | None:  # noqa: ARG002
        """What a header says."""
        return Token.parse(_header(unit, NAME))

    def carries_inside(self, event: Node) -> bool:
        """Among the request's headers."""
        return all(_headers(unit) is not None for unit in self.units(event))

    def carry(self, event: Node, parts: Sequence[Part]) -> str:
        """The fields of one group, with our token in their headers."""
        edits = Edits(event.text)
        chosen = {part.unit.start: part for part in parts}
        units = self.units(event)
        kept = [index for index, unit in enumerate(units) if unit.start in chosen]
        if event.is_array:
            edits.keep(event, kept)
        for index in kept:
            headers, token = _headers(units[index]), chosen[units[index].start].token
            if headers is not None:
                strip_headers(edits, headers, decision.ours(token))
        return edits.text()

    def failures(self, outcome: Outcome, *, whole: bool) -> tuple[bool | None, ...]:
        """Of a batch, the fields answered with an `errorMessage`.

        All fields, if there is not an answer for each: AppSync takes no other list.
        """
        parts = outcome.parts
        if outcome.error is not None or not _batched(parts[0].unit):
            return super().failures(outcome, whole=whole)
        answers = _answers(outcome.answer)
        if len(answers) != len(parts):
            return (True,) * len(parts)
        return tuple(bool(one.dig("errorMessage")) for one in answers)

    def merge(self, event: Node, outcomes: Sequence[Outcome], *, whole: bool) -> bytes:
        """The answers of all groups, in the order of the event."""
        if len(outcomes) == 1 or any(outcome.error for outcome in outcomes):
            return super().merge(event, outcomes, whole=whole)
        found: dict[int, str] = {}
        for outcome in outcomes:
            answers = _answers(outcome.answer)
            if len(answers) != len(outcome.parts):
                raise UnevenAnswer(len(answers), len(outcome.parts))
            for part, one in zip(outcome.parts, answers, strict=True):
                found[part.unit.start] = one.raw
        listed = [found[unit.start] for unit in self.units(event)]
        return f"[{','.join(listed)}]".encode("latin-1")


class AppSyncEvents(AppSync):
    """Handlers of a channel namespace: recognised by it, and by the operation."""

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        named = "channelNamespace" in mapping(event.dig("info"))
        return named and bool(event.string("info", "operation"))

    def facts(self, event: Node) -> Facts:
        """The channel as path, and the operation (PUBLISH, SUBSCRIBE) as method."""
        return Facts(
            source=self.name,
            method=event.string("info", "operation"),
            names={"path": (event.string("info", "channel", "path"),)},
        )

    def units(self, event: Node) -> Sequence[Node]:
        """All events together: one client sent them."""
        return (event,)

    def find(self, unit: Node, asked: Asked) -> Any:
        """As at resolvers; the body is what was published."""
        if asked.kind == "body":
            return search(asked.name, unit.dig("events"))
        return super().find(unit, asked)


def _field(unit: Node) -> tuple[str, str]:
    """Type and field, of a resolver's context or of Amplify's own event."""
    field = unit.string("info", "fieldName")
    if field:
        return unit.string("info", "parentTypeName"), field
    return unit.string("typeName"), unit.string("fieldName")


def _batched(unit: Node) -> bool:
    """Whether a field is one of a list, if only of itself."""
    return unit.text[: unit.start].lstrip().startswith("[")


def _headers(unit: Node) -> Node | None:
    headers = unit.at("request", "headers")
    return headers if headers is not None and headers.is_object else None


def _header(unit: Node, name: str) -> str | None:
    return named(mapping(unit.dig("request", "headers")).items(), name)


def _claim(identity: Any, name: str) -> Any:
    """A claim of a token, or what AppSync says of the caller itself."""
    for place in ("claims", "resolverContext"):
        if name in mapping(identity.get(place)):
            return identity[place][name]
    return identity.get(name)


def _answers(answer: bytes) -> Sequence[Node]:
    try:
        return Node.of(answer).elements()
    except Malformed:
        return ()
