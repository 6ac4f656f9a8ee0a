"""What lint knows of event sources is what the router has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

from admin_cli.lint.places import EVERYWHERE, KINDS
from flags.store.routing import MatchDocument, SelectorDocument, SourceName
from flags.token import Token
from router.document import Node
from router.sources import recognise
from router.sources.source import Asked, Outcome, Part, Source
from tests.fuzz.index import INDEX
from tests.fuzz.rig import corpus
from tests.unit.router.arriving import FOUND

# What to ask for at every source: JMESPath for all there is, and for the places that
# take a name every name that is known to be somewhere in the corpus.
PROBES = {
    kind: {"@", *(found[kind][1] for found in FOUND.values() if kind in found)}
    for kind in SelectorDocument.model_fields
    if kind != EVERYWHERE
}


def events(source: str) -> Iterator[tuple[Source, Node]]:
    """All events of a source, with the source."""
    for name, entry in INDEX.items():
        if entry.source == source:
            event = Node.of(corpus()[name])
            yield recognise(event), event


def has(source: str, kind: str) -> bool:
    """Whether such a place has something in some event of the source."""
    return any(
        found.find(unit, Asked(kind=kind, name=name)) is not None
        for found, event in events(source)
        for unit in found.units(event)[:3]
        for name in PROBES[kind]
    )


def reports(source: str) -> bool:
    """Whether the failure of the second half of a batch leaves an answer."""
    found, event = max(events(source), key=lambda pair: len(pair[0].units(pair[1])))
    parts = [Part(unit=unit, token=Token()) for unit in found.units(event)]
    outcomes = [
        Outcome(parts=parts[:1], answer=b"null"),
        Outcome(parts=parts[1:] or parts, error=ValueError("failed")),
    ]
    try:
        found.merge(event, outcomes, whole=False)
    except ValueError:
        return False
    with pytest.raises(ValueError, match="failed"):
        found.merge(event, outcomes, whole=True)
    return True


def test_every_source_has_a_row() -> None:
    """Those that a rules file may name, and no others."""
    assert set(get_args(SourceName)) == set(KINDS)


def test_every_key_and_selector_is_known_somewhere() -> None:
    """What a rules file may say means something at some source."""
    names = frozenset[str]().union(*(kind.names for kind in KINDS.values()))
    places = frozenset[str]().union(*(kind.places for kind in KINDS.values()))

    assert set(MatchDocument.model_fields) - {"source", EVERYWHERE} == names
    assert set(SelectorDocument.model_fields) - {EVERYWHERE} == places


@pytest.mark.parametrize("source", KINDS)
def test_names_are_those_that_the_router_matches_on(source: str) -> None:
    """Every event of a source tells these, and no others."""
    told = set()
    for found, event in events(source):
        facts = found.facts(event)
        told |= {*facts.names, *(["method"] if facts.method else [])}

    assert told == KINDS[source].names


@pytest.mark.parametrize("source", KINDS)
def test_places_are_those_where_the_router_looks(source: str) -> None:
    """A selector of the row finds something, any other nothing."""
    assert KINDS[source].places == {kind for kind in PROBES if has(source, kind)}


@pytest.mark.parametrize("source", KINDS)
def test_iam_and_partial_failures_are_the_routers(source: str) -> None:
    """Which sources vouch for callers, and which report failures one by one."""
    vouches = any(
        found.vouched(unit)
        for found, event in events(source)
        for unit in found.units(event)
    )

    assert KINDS[source].vouches == vouches
    assert KINDS[source].partial == reports(source)


@pytest.mark.parametrize("source", KINDS)
def test_order_is_kept_where_the_router_has_lanes(source: str) -> None:
    """A route says what is in order where the source names lanes and keys."""
    ordered = any(
        found.lane(unit) and found.ordered(unit)
        for found, event in events(source)
        for unit in found.units(event)
    )

    assert KINDS[source].ordered == ordered


@pytest.mark.parametrize("source", KINDS)
def test_who_is_known_without_a_place_is_the_routers(source: str) -> None:
    """By the source's own identity, or by a visitor's cookie."""
    known = {
        bool(found.identity) or found.visitor(unit, lambda: "new") is not None
        for found, event in events(source)
        for unit in found.units(event)
    }

    assert known == {KINDS[source].known}
