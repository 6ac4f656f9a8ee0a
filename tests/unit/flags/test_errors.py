"""What the library raises: one root, data to work with, and a way to go on."""

from __future__ import annotations

import inspect

import pytest

from flags import FlagsError, errors

RAISED = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, Exception)
]
KINDS = [kind for kind in RAISED if issubclass(kind, FlagsError)]


def test_one_root() -> None:
    """One `except` catches everything, and each kind is explained."""
    assert RAISED == KINDS
    assert all(kind.__doc__ for kind in KINDS)


def test_exit_codes() -> None:
    """A script can tell the kinds apart."""
    codes = {kind.__name__: kind.exit_code for kind in KINDS}

    assert {
        "CommitUnknown": 5,
        "DamageLeft": 6,
        "DamagedRow": 6,
        "FlagsError": 1,
        "InvalidDocument": 2,
        "InvalidSnapshot": 1,
        "NoRollout": 2,
        "NotFound": 3,
        "NotInForce": 6,
        "RevisionNotFound": 3,
        "StoreUnavailable": 5,
        "VersionConflict": 4,
    } == codes


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (["shop", "gift"], "no flag is named 'shp'; the table holds gift, shop"),
        ([], "no flag is named 'shp'; the table holds nothing yet"),
    ],
)
def test_not_found(known: list[str], expected: str) -> None:
    """Who asks for a flag that isn't there sees those that are."""
    error = errors.NotFound("shp", known)

    assert expected == str(error)
    assert ("shp", tuple(known)) == (error.name, error.known)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (3, "gift has no version 7: its history has 1 to 3"),
        (0, "gift has no version 7: it has no history"),
    ],
)
def test_revision_not_found(last: int, expected: str) -> None:
    """Who asks for a version that never was sees those that were."""
    error = errors.RevisionNotFound("gift", 7, last)

    assert expected == str(error)
    assert ("gift", 7, last) == (error.name, error.version, error.last)
