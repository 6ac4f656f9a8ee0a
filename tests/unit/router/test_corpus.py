"""Every event of the corpus: recognised, routed, and changed in one place only."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flags import carriers
from flags.token import Token
from router.choice import Asking
from router.document import Node
from router.sources import SOURCES, recognise, source
from router.sources.source import Source
from tests.fuzz import documents, places
from tests.fuzz.index import INDEX
from tests.fuzz.rig import FORGED, NOW, Rig, corpus, rules

NAMES = sorted(corpus())
# Where the token goes into the event; in all others it travels in the ClientContext.
INSIDE = {
    *("rest", "http", "url", "alb", "appsync", "sns", "sqs", "eventbridge"),
    *("kinesis", "dynamodb", "kafka", "mq", "firehose", "s3", "pipes"),
}
# A token as the router writes it, as member of an object.
OURS = re.compile(rb',?"canary-decision":(?:"v1~[^"]*"|\["v1~[^"]*"\]|\{[^}]*\})')
# Headers that are not there are made.
MADE = {"rest_null_headers"}


@pytest.fixture(scope="module")
def plain() -> Rig:
    """A router whose rules know no release."""
    return Rig(rules())


@pytest.fixture(scope="module")
def releasing() -> Rig:
    """A router with a release that keeps everybody on stable."""
    return Rig(rules(weight=0))


def node(name: str) -> Node:
    """An event as the router sees it."""
    return Node.of(corpus()[name])


def inside(name: str) -> bool:
    """Whether the event has a place for a token."""
    kind = INDEX[name].source
    if kind == "websocket":
        return "headers" in node(name)
    return kind in INSIDE and name != "eventbridge_text_detail"


def quiet(name: str) -> bool:
    """Whether nobody says anything about decisions, in Base64 neither."""
    return b"decision" not in corpus()[name].lower() and not any(INDEX[name].tokens)


def test_the_index_is_complete() -> None:
    """Every event is in it, and there are events for every source."""
    assert set(NAMES) == set(INDEX)
    known = {source(*one[1:]).name for one in SOURCES}
    assert known | {"direct", "unknown"} == {entry.source for entry in INDEX.values()}


@pytest.mark.parametrize("name", NAMES)
def test_recognised(name: str) -> None:
    """An event has its source, and as many units as it has requests or records."""
    event, expected = node(name), INDEX[name]
    found = recognise(event)

    assert expected.source == found.name
    assert len(expected.keys) == len(found.units(event))


@pytest.mark.parametrize("name", NAMES)
def test_default_identity(name: str) -> None:
    """Where a route names no place, the source has one or none."""
    event = node(name)
    found = recognise(event)
    keys = tuple(_key(found, unit) for unit in found.units(event))

    assert INDEX[name].keys == keys


def _key(found: Source, unit: Node) -> str | None:
    asking = Asking(
        unit=unit, source=found, route=None, carried=Token(), new_id=str, now=NOW
    )
    return asking.key()


@pytest.mark.parametrize("name", NAMES)
def test_inbound_decisions(name: str) -> None:
    """What comes in about decisions is found unit by unit, trusted or not."""
    event = node(name)
    found = recognise(event)
    told = [found.inbound(unit, None) for unit in found.units(event)]

    assert INDEX[name].tokens == tuple(str(one) if one else None for one in told)


@pytest.mark.parametrize("name", NAMES)
def test_lanes(name: str) -> None:
    """Units whose order counts are in one lane, others in none."""
    event = node(name)
    found = recognise(event)
    lanes = [found.lane(unit) for unit in found.units(event)]
    expected = INDEX[name].lanes

    assert [one is None for one in expected] == [one is None for one in lanes]
    pairs = set(zip(expected, lanes, strict=True))
    assert len(pairs) == len(set(expected)) == len(set(lanes))


@pytest.mark.parametrize("name", [n for n in NAMES if quiet(n)])
def test_byte_for_byte_without_a_release(plain: Rig, name: str) -> None:
    """Nothing to carry: the target gets the very bytes, and no ClientContext."""
    plain.handle(corpus()[name])

    assert [(corpus()[name], None)] == [(s.payload, s.context) for s in plain.seen]


@pytest.mark.parametrize("name", NAMES)
def test_without_a_release_only_decisions_may_go(plain: Rig, name: str) -> None:
    """What strangers say is dropped, trusted decisions are kept, the rest is as was."""
    plain.handle(corpus()[name])
    kind = INDEX[name].source
    (seen,) = plain.seen
    expected = places.without(kind, documents.load(corpus()[name]))

    assert expected == places.without(kind, documents.load(seen.payload))


@pytest.mark.parametrize("name", [n for n in NAMES if quiet(n) and n not in MADE])
def test_a_release_adds_bytes_and_changes_none(releasing: Rig, name: str) -> None:
    """Without our member, the payload is the event that came in, byte for byte."""
    releasing.handle(corpus()[name])
    (seen,) = releasing.seen

    assert corpus()[name] == OURS.sub(b"", seen.payload)


@pytest.mark.parametrize("name", NAMES)
def test_each_unit_gets_its_token(releasing: Rig, name: str) -> None:
    """With a release there is a token in each unit, or in the ClientContext."""
    releasing.handle(corpus()[name])
    kind = INDEX[name].source
    for seen in releasing.seen:
        tree = documents.load(seen.payload)
        if not inside(name):
            assert seen.context is not None
            assert "~shop.blue." in seen.context or "~shop.green." in seen.context
            continue
        for found in places.places(kind, tree):
            token = Token.parse(found)
            assert token is not None
            assert seen.alias == token.variant("shop")


@pytest.mark.parametrize("name", NAMES)
def test_all_units_arrive_once(releasing: Rig, name: str) -> None:
    """Whatever the colours, each unit goes to one, and is what it was."""
    releasing.handle(corpus()[name])
    kind = INDEX[name].source
    seen = [places.without(kind, documents.load(s.payload)) for s in releasing.seen]
    tree = places.without(kind, documents.load(corpus()[name]))
    if len(seen) == 1:
        assert [tree] == seen
        return
    sent = [unit for payload in seen for unit in _units(kind, payload)]
    expected = _units(kind, tree)

    assert sorted(map(documents.dump, expected)) == sorted(map(documents.dump, sent))


def _units(kind: str, tree: Any) -> list[Any]:
    return list(tree) if kind == "appsync" else places.records(kind, tree)


@pytest.mark.parametrize(
    "name", [n for n in NAMES if FORGED.encode() in corpus()[n] and inside(n)]
)
def test_strangers_are_not_believed(releasing: Rig, name: str) -> None:
    """A forged token is gone from headers and cookies in every spelling."""
    releasing.handle(corpus()[name])
    kind = INDEX[name].source
    for seen in releasing.seen:
        tree = documents.load(seen.payload)
        told = places.told(kind, tree)
        assert told
        assert "999999" not in documents.dump(told)
        assert "decision" not in documents.dump(told)
        assert "999999" not in str(carriers.from_event(_plain(tree)))


def test_devices_are_not_believed(plain: Rig) -> None:
    """What a device calls a decision is gone, and nothing else is."""
    event = corpus()["iot_forged"]
    plain.handle(event)
    (seen,) = plain.seen

    gone = b'"canary-decision":"%s",' % FORGED.encode()
    assert event.replace(gone, b"") == seen.payload


def _plain(tree: Any) -> Any:
    if isinstance(tree, documents.Members):
        return {name: _plain(value) for name, value in tree}
    return [_plain(one) for one in tree] if isinstance(tree, list) else tree
