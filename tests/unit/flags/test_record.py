"""Records against the frozen dataclasses that they stand for."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import pytest

from flags.record import Record, replace

T = TypeVar("T")


class Place(Record):
    """A record with defaults."""

    name: str
    number: int = 7
    notes: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """The same as a dataclass."""

    name: str
    number: int = 7


class Secret(Record):
    """A record that keeps something to itself."""

    hidden = frozenset({"word"})

    name: str
    word: str


class House(Place):
    """A record that adds to another."""

    __slots__ = ("__dict__",)

    floors: int
    number: int = 1

    @cached_property
    def doors(self) -> int:
        """Worked out once."""
        return self.floors * 2


class Box(Record, Generic[T]):
    """A record of something."""

    inside: T


HOME = Place(name="home", notes={"tea": [1]})


def test_fields_and_defaults() -> None:
    """What isn't given is the default, and the default is no attribute of the class."""
    assert ("home", 7, {"tea": [1]}) == (HOME.name, HOME.number, HOME.notes)
    assert {} == Place(name="a").notes
    assert Place(name="a").notes is Place(name="b").notes
    assert not hasattr(HOME, "__dict__")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "missing 1 required keyword-only argument: 'name'"),
        ({"name": "a", "street": "b"}, "unexpected keyword argument 'street'"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], problem: str) -> None:
    """Python says what is wrong, the first time and later."""
    for _ in range(2):
        with pytest.raises(TypeError, match=problem):
            Place(**arguments)


def test_arguments_go_by_name() -> None:
    """Fields may be added in any place."""
    with pytest.raises(TypeError, match="positional"):
        Place("a")  # type: ignore[call-arg]


@pytest.mark.parametrize("name", ["name", "street"])
def test_nothing_changes(name: str) -> None:
    """A record stays as it is."""
    with pytest.raises(AttributeError, match=f"Place.{name} can't be set: make anot"):
        setattr(HOME, name, "b")
    with pytest.raises(AttributeError, match=f"Place.{name} can't be deleted"):
        delattr(HOME, name)
    assert HOME.name == "home"


def test_equality() -> None:
    """Equal are records of one class with the same values; their hashes are too."""
    plain = Place(name="a", number=2, notes=())  # type: ignore[arg-type]

    assert plain == Place(notes=(), number=2, name="a")  # type: ignore[arg-type]
    assert hash(plain) == hash(copy.copy(plain))
    assert plain != Place(name="a", number=3)
    assert plain != Twin(name="a", number=2)
    assert Box(inside=1) == Box[int](inside=1)
    assert Secret(name="a", word="b") != Box(inside="a")
    with pytest.raises(TypeError, match="unhashable"):
        hash(HOME)


def test_words() -> None:
    """All fields are told, but for those that the class hides."""
    assert "Secret(name='a')" == repr(Secret(name="a", word="hush"))
    assert repr(Twin(name="a")) == repr(Place(name="a")).replace(
        "Place", "Twin"
    ).replace(", notes=mappingproxy({})", "")


def test_replace() -> None:
    """Another record with some other values; unknown ones are refused."""
    assert Place(name="b", notes=HOME.notes) == replace(HOME, name="b")
    assert HOME.name == "home"
    with pytest.raises(TypeError, match="street"):
        replace(HOME, street="b")


def test_inheritance() -> None:
    """Fields of the class above come first; a class may change their defaults."""
    house = House(name="a", floors=2)

    assert ("name", "number", "notes", "floors") == House.__fields__
    assert (1, 4) == (house.number, house.doors)
    assert 6 == replace(house, floors=3).doors
    assert house != Place(name="a", number=1)


@pytest.mark.parametrize("record", [HOME, Place(name="a"), House(name="b", floors=2)])
def test_copies(record: Record) -> None:
    """Copies and pickles are equal, with read-only defaults too."""
    assert record == pickle.loads(pickle.dumps(record))  # noqa: S301 - our own
    assert record == copy.copy(record) == copy.deepcopy(record)


def test_deep_copies_are_deep() -> None:
    """What a copy holds is a copy."""
    assert copy.deepcopy(HOME).notes["tea"] is not HOME.notes["tea"]
    assert copy.copy(HOME).notes is HOME.notes
