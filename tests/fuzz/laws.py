"""What has to hold for any event; for hypothesis and for the fuzzer.

Each function takes a router on its rig and raises `AssertionError` if a law is broken.
"""

from __future__ import annotations

import json
from typing import Any

from flags import carriers
from flags.token import Token
from router.document import Malformed, Node
from router.errors import NotJson, RouterError, UnevenAnswer
from router.sources import recognise
from router.sources.source import Outcome, Part
from tests.fuzz.documents import Members, depth, dump, load
from tests.fuzz.places import odd, records, told, without
from tests.fuzz.rig import Reply, Rig

# Of documents that are compared, which is done by recursion.
DEEPEST = 200
_GENERATION = "999999"
_PARTIAL = ("sqs", "kinesis", "dynamodb", "kafka", "pipes")
# Strangers', without a place of their own: they lose what readers find, wherever it is.
_READ = ("appsync", "cognito", "iot", "unknown")
_LISTED = ("sns", "sqs", "kinesis", "dynamodb", "kafka", "mq", "firehose", "s3")


def total(rig: Rig, event: bytes) -> None:
    """Nothing but the router's own errors comes out, and the rules stay in use."""
    rig.answer = b"null"
    try:
        answer = rig.handle(event)
    except RouterError:
        return
    assert isinstance(answer, bytes)
    problem = rig.router.snapshot.problem
    if problem is not None:
        rig.renew()
    assert problem is None, problem
    assert not any("unrecorded" in line for line in rig.lines), rig.lines


def invisible(rig: Rig, event: bytes) -> None:
    """The target gets the bytes that came in, if nobody says anything about us."""
    if _mentions(event):
        return
    rig.answer = b"null"
    try:
        rig.handle(event)
    except NotJson:
        return
    payloads = [seen.payload for seen in rig.seen]

    assert [event] == payloads
    assert [None] == [seen.context for seen in rig.seen]


def one_place(rig: Rig, event: bytes) -> None:
    """But for the places of decisions, all units arrive, once, as they were."""
    tree, kind = _read(event)
    if kind is None:
        return
    if kind in _READ and any(True for _ in carriers.places(_plain(tree))):
        return
    rig.answer = b"null"
    expected = without(kind, tree)
    rig.handle(event)
    seen = [without(kind, load(seen.payload)) for seen in rig.seen]
    if len(seen) == 1:
        assert dump(expected) == dump(seen[0])
        return
    units = [dump(unit) for one in seen for unit in _units(kind, one)]

    assert sorted(dump(unit) for unit in _units(kind, expected)) == sorted(units)


def strangers(rig: Rig, event: bytes) -> None:
    """A forged token is gone, for the eyes of ours and of any other reader."""
    _, kind = _read(event)
    if kind not in ("rest", "http", "url", "alb", "websocket", "appsync", "unknown"):
        return
    rig.answer = b"null"
    rig.handle(event)
    for seen in rig.seen:
        # Ours is the only one that is left.
        for found in told(kind, load(seen.payload)):
            one = found[0] if isinstance(found, list) and len(found) == 1 else found
            assert Token.parse(one), (found, event)
            assert _GENERATION not in one, event
        assert _GENERATION not in (seen.context or "")
        if kind != "unknown":
            read = carriers.from_event(_plain(load(seen.payload)))
            assert _GENERATION not in str(read)


def any_answer(rig: Rig, event: bytes, answer: bytes, *, visits: bool) -> None:
    """A single answer comes back as it is, but for a visitor's cookie."""
    rig.says = lambda _: Reply(payload=answer)
    try:
        found = rig.handle(event)
    except UnevenAnswer:
        # One answer for two groups of fields can't be right.
        assert visits
        return
    finally:
        rig.says = None
    assert isinstance(found, bytes)
    assert answer == found or visits


def failures(event: bytes, answer: bytes, *, whole: bool) -> None:
    """Each unit failed, or not, or is not counted; batches say the same of a group."""
    node = Node.of(event)
    source = recognise(node)
    units = source.units(node) or (node,)
    parts = [Part(unit=unit, token=Token()) for unit in units]
    outcome = Outcome(parts=parts, answer=answer)
    told = source.failures(outcome, whole=whole)

    assert len(units) == len(told)
    if source.name in _PARTIAL and not whole:
        assert source.failed(outcome) == (True in told)


def nodes(event: bytes) -> None:
    """A node reads as the standard library does, and knows where everything is."""
    node, text = Node.of(event), event.decode("utf-8", "surrogateescape")
    try:
        _walk(node, 0)
    except Malformed:
        return
    if depth(text) > DEEPEST:
        return
    try:
        expected = json.loads(text)
    except ValueError:
        # What was only skipped is for the target to judge.
        return
    try:
        assert repr(expected) == repr(node.value())
    except Malformed:
        return
    if node.is_object:
        assert repr(expected) == repr({m.name: m.value.value() for m in node.members()})
    if node.is_array:
        assert repr(expected) == repr([one.value() for one in node.elements()])


def _walk(node: Node, depth: int) -> None:
    if depth > 3:
        return
    for member in node.members():
        assert member.value.text is node.text
        assert node.start < member.start < member.value.start < node.end
        _walk(member.value, depth + 1)
    for element in node.elements():
        assert node.start < element.start < element.end <= node.end
        _walk(element, depth + 1)


def _mentions(event: bytes) -> bool:
    """Whether the name may be in it, as it is, or behind escapes or Base64."""
    hidden = (b"\\u00", b"FuYXJ5", b"hbmFyeS", b"W5hcnkt")
    return b"anary" in event.lower() or any(one in event for one in hidden)


def _read(event: bytes) -> tuple[Any, str | None]:
    """The event and its source; None if it is not JSON, or deeper than we compare."""
    try:
        # What is too deep for our own comparisons is left to the other laws.
        if depth(event.decode()) > DEEPEST:
            return None, None
        tree = load(event)
        # No service sends what is odd, and nobody cares what becomes of it.
        if odd(tree):
            return None, None
        return tree, recognise(Node.of(event)).name
    except ValueError:
        return None, None


def _plain(tree: Any) -> Any:
    """The document as a function sees it, but for numbers."""
    if isinstance(tree, Members):
        return {name: _plain(value) for name, value in tree}
    return [_plain(one) for one in tree] if isinstance(tree, list) else tree


def _units(kind: str, tree: Any) -> list[Any]:
    if kind in _LISTED:
        return records(kind, tree)
    assert kind in ("appsync", "eventbridge", "pipes"), f"{kind} went to more than one"
    return list(tree)
