"""Reads a file of documents, and lists everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ValidationError

from flags.errors import InvalidDocument, Problem
from flags.store.agreement import AGREEMENTS
from flags.store.documents import FlagDocument
from flags.store.drawing import is_sound
from flags.store.groups import GroupDocument
from flags.store.links import located, shared_services
from flags.store.names import ROUTING, is_name, name_of, place
from flags.store.ownership import owned
from flags.store.patterns import doubtful_patterns
from flags.store.routing import RoutingDocument
from flags.store.segments import SegmentDocument
from flags.store.strict import NAMED, problems_of
from flags.store.values import SURROGATE

AnyDocument: TypeAlias = (
    FlagDocument | SegmentDocument | GroupDocument | RoutingDocument
)
M = TypeVar("M", bound=BaseModel)
Raw = Mapping[Any, Any]
_ROLLOUT = "can't be set in a file; `canary rollout` moves it, so remove it here"
_ARCHIVED = "can't be set in a file; say `canary archive NAME`"
DRAWN = "drawn"
OWNER = "owner"
_EXPECTED = {
    "flags": "expected names with flags",
    "segments": "expected names with segments",
    "groups": "expected names with groups",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The documents of one file.

    `drawn` says how another table has drawn users (`flags.store.drawing`). With
    `owners` it is about what these teams own, and leaves the rest of a table alone.
    """

    flags: Mapping[str, FlagDocument] = field(default_factory=dict)
    segments: Mapping[str, SegmentDocument] = field(default_factory=dict)
    groups: Mapping[str, GroupDocument] = field(default_factory=dict)
    routing: RoutingDocument | None = None
    drawn: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    owners: frozenset[str] = frozenset()

    def documents(self) -> dict[str, AnyDocument]:
        """All documents by the names that the table knows them by."""
        parts: dict[str, Mapping[str, AnyDocument]] = {
            "flags": self.flags,
            "segments": self.segments,
            "groups": self.groups,
        }
        found = {
            name_of(part, name): document
            for part, documents in parts.items()
            for name, document in documents.items()
        }
        return found | ({ROUTING: self.routing} if self.routing else {})

    def only(self, names: Collection[str]) -> File:
        """The file with no documents but these."""

        def kept(part: str, documents: Mapping[str, M]) -> dict[str, M]:
            return {n: d for n, d in documents.items() if name_of(part, n) in names}

        return replace(
            self,
            flags=kept("flags", self.flags),
            segments=kept("segments", self.segments),
            groups=kept("groups", self.groups),
            routing=self.routing if ROUTING in names else None,
        )


class BrokenFile(InvalidDocument):
    """A file with problems; `file` is what can be read of it nonetheless."""

    def __init__(self, problems: list[Problem], file: File, data: Raw) -> None:
        super().__init__(problems)
        self.file = file
        self._data = data

    def unread(self, name: str) -> bool:
        """Whether the file has this document, in a shape that can't be read."""
        part, short = place(name)
        entries = self._data.get(part)
        there = short in entries if isinstance(entries, dict) else entries is not None
        return there and name not in self.file.documents()


def read_file(data: object, origin: str = "") -> File:
    """Read a parsed YAML or JSON file; raises `InvalidDocument`.

    What has documents at all is refused with `BrokenFile`. `origin` names the file.
    """
    problems: list[Problem] = []
    if not isinstance(data, dict):
        message = "expected a mapping with flags, segments, groups or routing"
        message = f"empty; {message}" if data is None else message
        raise InvalidDocument([Problem(path=origin, message=message)])
    problems += _unknown_keys(data)
    problems += _rollout_problems(data)
    owner, data = owned(data, problems)
    file = File(
        flags=_part(FlagDocument, _without_rollouts(data), "flags", problems),
        segments=_part(SegmentDocument, data, "segments", problems),
        groups=_part(GroupDocument, data, "groups", problems),
        routing=_routing(data[ROUTING], problems)
        if data.get(ROUTING) is not None
        else None,
        drawn=_drawn(data.get(DRAWN), problems),
        owners=frozenset([owner] if owner else ()),
    )
    problems += _file_problems(file)
    if problems:
        raise BrokenFile([*map(_printable, problems)], file, data)
    return file


def _unknown_keys(data: Raw) -> Iterator[Problem]:
    for key in data:
        if key not in {*_EXPECTED, ROUTING, DRAWN, OWNER}:
            message = "unknown key; a file has flags, segments, groups and routing"
            yield Problem(path=str(key) or "''", message=message)


def _drawn(drawn: object, problems: list[Problem]) -> Mapping[str, Any]:
    """How another table has drawn users, document by document."""
    if drawn is None:
        return {}
    if not isinstance(drawn, dict):
        problems.append(Problem(path=DRAWN, message="expected names with what is kept"))
        return {}
    for name, kept in drawn.items():
        if not is_sound(str(name), kept):
            message = "can't be read; `canary export --salts` writes it, nobody by hand"
            problems.append(Problem(path=f"{DRAWN}.{name}", message=message))
    return drawn


def _rollout_problems(data: Raw) -> Iterator[Problem]:
    flags = data.get("flags")
    for name, flag in flags.items() if isinstance(flags, dict) else ():
        if isinstance(flag, dict) and flag.get("rollout") is not None:
            yield Problem(path=f"flags.{name}.rollout", message=_ROLLOUT)


def _without_rollouts(data: Raw) -> Raw:
    """The data without what no file may bring: nobody is told how to write it well."""
    flags = data.get("flags")
    if not isinstance(flags, dict):
        return data
    kept = {
        name: {key: part for key, part in flag.items() if key != "rollout"}
        if isinstance(flag, dict)
        else flag
        for name, flag in flags.items()
    }
    return {**data, "flags": kept}


def _file_problems(file: File) -> Iterator[Problem]:
    for name, document in file.documents().items():
        if not isinstance(document, RoutingDocument) and document.archived:
            yield Problem(path=f"{located(name)}.archived", message=_ARCHIVED)
        yield from doubtful_patterns(name, document.body())
    claims = {
        n: flag.release.services for n, flag in file.flags.items() if flag.release
    }
    yield from shared_services(claims)


def read_document(name: str, data: object) -> AnyDocument:
    """Read one stored document by its name; raises `InvalidDocument`."""
    problems: list[Problem] = []
    part, short = place(name)
    document: AnyDocument | None
    if part == ROUTING:
        document = _routing(data, problems)
    elif part == "segments":
        document = _entry(SegmentDocument, part, short, data, problems)
    elif part == "groups":
        document = _entry(GroupDocument, part, short, data, problems)
    else:
        document = _entry(FlagDocument, part, short, data, problems)
    _raise(problems)
    # Without problems there is a document.
    return cast("AnyDocument", document)


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise InvalidDocument([_printable(problem) for problem in problems])


def _printable(problem: Problem) -> Problem:
    # A lone surrogate, which JSON may bring, can't be printed anywhere.
    texts = [
        SURROGATE.sub(lambda found: f"\\u{ord(found[0]):x}", text)
        for text in (problem.path, problem.message)
    ]
    return Problem(path=texts[0], message=texts[1])


def _part(
    model: type[M], data: Mapping[str, Any], part: str, problems: list[Problem]
) -> dict[str, M]:
    entries = data.get(part)
    if entries is None:
        return {}
    if not isinstance(entries, dict):
        problems.append(Problem(path=part, message=_EXPECTED[part]))
        return {}
    found = {
        name: _entry(model, part, name, entry, problems)
        for name, entry in entries.items()
    }
    return {name: entry for name, entry in found.items() if entry is not None}


def _entry(
    model: type[M], part: str, name: object, data: object, problems: list[Problem]
) -> M | None:
    path = f"{part}.{name}"
    wrong = list(_name_problems(part, name, path))
    problems += wrong
    document = _shape(model, data, path, problems)
    if isinstance(data, dict):
        problems += AGREEMENTS[part](data, path)
    return None if wrong else document


def _name_problems(part: str, name: object, path: str) -> Iterator[Problem]:
    if not is_name(name):
        yield Problem(path=path, message=NAMED)
    if part == "flags" and name == ROUTING:
        yield Problem(path=path, message="the name is taken by the routing document")


def _routing(data: object, problems: list[Problem]) -> RoutingDocument | None:
    routing = _shape(RoutingDocument, data, ROUTING, problems)
    seen: set[str] = set()
    for number, route in enumerate(routing.routes if routing else ()):
        if route.name in seen:
            path = f"{ROUTING}.routes[{number}].name"
            message = f"a route before is named {route.name!r} too"
            problems.append(Problem(path=path, message=message))
        seen.add(route.name)
    return routing


def _shape(
    model: type[M], data: object, path: str, problems: list[Problem]
) -> M | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems += problems_of(path, error)
        return None
