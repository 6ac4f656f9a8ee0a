"""What type checkers take for `typing`; at run time next to nothing stands for it.

Lambda's runtime doesn't import `typing`, and to do so takes a cold start longer than
all of ours. Whoever is on the way of a request imports its names from here.
"""

from __future__ import annotations

# By this name type checkers know that they alone read what depends on it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generic, NoReturn, Protocol, TypeAlias, TypeVar
else:
    Any = NoReturn = Protocol = TypeAlias = object

    class Generic:
        """A base that takes parameters, and forgets them."""

        __slots__ = ()

        def __class_getitem__(cls, _: object) -> type:
            return cls

    class TypeVar:
        """A name, and what it may stand for, which nobody asks."""

        def __init__(self, *_: object, **__: object) -> None:
            pass


__all__ = [
    "TYPE_CHECKING",
    "Any",
    "Generic",
    "NoReturn",
    "Protocol",
    "TypeAlias",
    "TypeVar",
]
