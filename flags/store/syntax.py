"""Text of a rules file, YAML or JSON, into plain data; strict where YAML is lax.

JSON is read as JSON: to YAML tabs, `1e3` and escaped emoji mean something else.
`on`, `off`, `yes` and `no` are words, as in YAML 1.2: they make good variant names.
A key that stands twice is refused, since one of the two would be lost silently.
Dates are texts. What is too big, too deep or leads back to itself is refused: a few
lines of YAML with aliases can stand for more than fits into memory.

Most files are read by libyaml (`flags.store.events`), where PyYAML was built with it.
PyYAML's own loader is ten times as slow, and has the last word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import yaml

from flags.errors import InvalidDocument, Problem
from flags.store import events

# An export of all that a table can hold: 128 MB of ids (`flags.parts`), each in a line.
MAX_BYTES = 192_000_000
# Conditions take two levels each; this is far more than they and variants may have.
MAX_LEVELS = 64
MAX_VALUES = 16_000_000
# Marks that turn the text after them round (a reader would see another text), and what
# YAML takes for the end of a line.
_TURNS = re.compile("[\x85\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_TOO_DEEP = f"nested too deep to be read; the limit is {MAX_LEVELS} levels"
_SECOND = "another document begins here; a file holds one, so split it at the `---`"


class _Loader(yaml.SafeLoader):
    """SafeLoader with YAML 1.2's booleans and unique keys; no dates."""

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - PyYAML's signature
    ) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                problem = "a key is one word or a quoted text"
                raise yaml.constructor.ConstructorError(
                    None, None, problem, key.start_mark
                )
            if key.value in seen:
                problem = "this key stands twice"
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value}: {problem}", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_DROPPED = {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}
_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] not in _DROPPED]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
)


class _Words:
    """What plain words mean, each worked out once: `_Loader` says it."""

    def __init__(self) -> None:
        self._loader = _Loader("")
        self._known: dict[str, Any] = {}

    def __call__(self, word: str) -> Any:
        try:
            return self._known[word]
        except KeyError:
            return self._known.setdefault(word, self._meaning(word))

    def _meaning(self, word: str) -> Any:
        resolve: Callable[..., str] = self._loader.resolve
        tag = resolve(yaml.ScalarNode, word, (True, False))
        construct = _MEANINGS.get(tag)
        if construct is None:
            raise events.Unsure
        try:
            return construct(self._loader, yaml.ScalarNode(tag, word))
        except ValueError as error:
            raise events.Unsure from error


_MEANINGS: dict[str, Any] = {
    f"tag:yaml.org,2002:{name}": construct
    for name, construct in (
        ("str", _Loader.construct_yaml_str),
        ("null", _Loader.construct_yaml_null),
        ("bool", _Loader.construct_yaml_bool),
        ("int", _Loader.construct_yaml_int),
        ("float", _Loader.construct_yaml_float),
    )
}


class _Dumper(yaml.SafeDumper):
    """Writes what `_Loader` reads: it quotes only what would change meaning."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = '"' if _TURNS.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers
_Dumper.add_representer(str, _text)


def parse(text: str, origin: str) -> object:
    """Plain data of a YAML or JSON text; raises `InvalidDocument`.

    `origin` names the text in messages, a path for instance.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        message = f"{size} bytes are over the limit of {MAX_BYTES}; split the file"
        raise InvalidDocument([Problem(path=origin, message=message)])
    try:
        data = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        data = _parse_yaml(text, origin)
    problem = _unbounded(data)
    if problem:
        raise InvalidDocument([Problem(path=origin, message=problem)])
    return data


def _unbounded(data: object) -> str | None:
    """What is wrong with the extent of the data, with all its aliases written out."""
    level, values = [(data, 1)], 1
    for _ in range(MAX_LEVELS):
        # Each part once a level, with how often it stands there.
        below: dict[int, tuple[object, int]] = {}
        for value, times in level:
            for part in _parts(value):
                found = below.get(id(part), (part, 0))[1]
                below[id(part)] = (part, found + times)
                values += times
        level = list(below.values())
        if values > MAX_VALUES:
            return f"more than {MAX_VALUES} values, aliases written out; use fewer"
        if not level:
            return None
    return f"nested deeper than {MAX_LEVELS} levels, or an alias leads back to itself"


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "a key stands twice"  # YAML says where
        raise ValueError(msg)
    return found


def _parse_yaml(text: str, origin: str) -> object:
    with suppress(events.Unsure):
        return events.load(text, _Words(), MAX_LEVELS)
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{origin}:{mark.line + 1}:{mark.column + 1}" if mark else origin
        second = isinstance(error, yaml.composer.ComposerError) and (
            error.problem == "but found another document"
        )
        message = _SECOND if second else error.problem or "not YAML"
        raise InvalidDocument([Problem(path=place, message=message)]) from error
    except RecursionError as error:
        raise InvalidDocument([Problem(path=origin, message=_TOO_DEEP)]) from error
    except (
        yaml.YAMLError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        # Not YAMLError alone: PyYAML trips over explicit tags (`!!timestamp x`).
        message = f"not YAML: {error}"
        raise InvalidDocument([Problem(path=origin, message=message)]) from error


def render(data: object) -> str:
    """Plain data as YAML, keys in the order given."""
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    # They stand in double quotes only, where an escape means the same.
    return _TURNS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
