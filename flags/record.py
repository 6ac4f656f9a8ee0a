"""Immutable nouns at next to no cost: what the request path has for dataclasses.

    class Carried(Record):
        release: str
        variant: str = "blue"

Laws
1. Fields are the annotations, in order, and arguments by name only. A default is a
   value that never changes; it stands for what is not given.
2. A record never changes. Equal are records of one class with equal values.
3. What is told of a record leaves out the fields that its class names in `hidden`.
4. Making a class costs next to nothing; its constructor is compiled with the first
   instance. A cold start meets dozens of classes, and needs a few (decision 16).
"""

from __future__ import annotations

from operator import attrgetter

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, TypeVar, dataclass_transform

    T = TypeVar("T", bound="Record")
else:

    def dataclass_transform(**_: bool) -> Any:
        """What tells type checkers, and them only, that fields are arguments."""
        return lambda kind: kind


class _Kind(type):
    """Makes slots of annotations."""

    __fields__: tuple[str, ...]
    __defaults__: dict[str, Any]
    __values__: attrgetter[Any]

    def __new__(
        cls, name: str, bases: tuple[type, ...], space: dict[str, Any]
    ) -> _Kind:
        above = [base for base in bases if isinstance(base, _Kind)]
        fields = dict.fromkeys(field for base in above for field in base.__fields__)
        own = [
            field for field in space.get("__annotations__", ()) if field not in fields
        ]
        defaults: dict[str, Any] = {}
        for base in above:
            defaults |= base.__defaults__
        fields |= dict.fromkeys(own)
        defaults |= {field: space.pop(field) for field in fields if field in space}
        # Whoever caches in its instances adds `__dict__`.
        space["__slots__"] = (*own, *space.get("__slots__", ()))
        space.setdefault("__init__", _first)
        made = super().__new__(cls, name, bases, space)
        made.__fields__, made.__defaults__ = tuple(fields), defaults
        if made.__fields__:
            made.__values__ = attrgetter(*made.__fields__)
        return made


def _first(self: Record, /, **values: Any) -> None:
    """Stands for the constructor until it is first called."""
    kind = type(self)
    kind.__init__ = _constructor(kind)  # type: ignore[method-assign]
    kind.__init__(self, **values)


def _constructor(kind: _Kind) -> Any:
    """What sets all fields, past the lock; compiled, since a loop takes longer."""
    fields, defaults = kind.__fields__, kind.__defaults__
    scope = {f"set_{name}": getattr(kind, name).__set__ for name in fields}
    arguments = ", ".join(
        f"{name}=defaults[{name!r}]" if name in defaults else name for name in fields
    )
    body = "; ".join(f"set_{name}(self, {name})" for name in fields)
    source = f"def __init__(self, *, {arguments}): {body}"
    exec(source, {**scope, "defaults": defaults}, scope)  # noqa: S102 - our own names
    made = scope["__init__"]
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    return made


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Record(metaclass=_Kind):
    """Subclass it and annotate."""

    hidden = frozenset[str]()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        msg = f"{type(self).__name__}.{name} can't be set: make another by `replace`"
        raise AttributeError(msg)

    def __delattr__(self, name: str) -> NoReturn:
        msg = f"{type(self).__name__}.{name} can't be deleted"
        raise AttributeError(msg)

    def __eq__(self, other: object) -> bool:
        kind = type(self)
        if type(other) is not kind:
            return NotImplemented
        return bool(kind.__values__(self) == kind.__values__(other))

    def __hash__(self) -> int:
        return hash(type(self).__values__(self))

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name}={getattr(self, name)!r}"
            for name in type(self).__fields__
            if name not in self.hidden
        )
        return f"{type(self).__qualname__}({shown})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Without defaults: a read-only mapping can be neither pickled nor copied.
        kind = type(self)
        nothing, values = object(), _values(self)
        given = {
            name: value
            for name, value in values.items()
            if value is not kind.__defaults__.get(name, nothing)
        }
        return _made, (kind, given)


def replace(record: T, /, **changes: Any) -> T:
    """The record with some other values."""
    return type(record)(**{**_values(record), **changes})


def _values(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__fields__}


def _made(kind: type[T], values: dict[str, Any]) -> T:
    return kind(**values)
