"""JSON that is looked into and edited in place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.document import Edits, Malformed, Node, member
from router.document.scan import DEPTH, skip

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)
SPACES = st.sampled_from([None, 1, "\t"])


@st.composite
def texts(draw: st.DrawFn, values: st.SearchStrategy[Any] = VALUES) -> str:
    """A JSON text in some spelling."""
    return json.dumps(
        draw(values), indent=draw(SPACES), ensure_ascii=draw(st.booleans())
    )


@pytest.mark.property
@given(texts())
def test_a_value_is_read_as_json_reads_it(text: str) -> None:
    """Walking members and elements finds what `json.loads` finds."""

    def walked(node: Node) -> Any:
        if node.is_object:
            return {one.name: walked(one.value) for one in node.members()}
        if node.is_array:
            return [walked(one) for one in node.elements()]
        return node.value()

    assert (
        walked(Node.of(text.encode()))
        == json.loads(text)
        == Node.of(text.encode()).value()
    )


@pytest.mark.property
@given(texts(), st.text(alphabet=" \n\t,]}x", max_size=3))
def test_a_value_ends_where_it_ends(text: str, rest: str) -> None:
    """`skip` finds the end of a value, whatever comes after it."""
    follower = rest if rest[:1] != "x" else f",{rest}"
    assert skip(text + follower, 0) == len(text)


@pytest.mark.property
@given(texts(st.dictionaries(st.text(), VALUES, min_size=1)), st.data())
def test_dropping_a_member_leaves_the_others_bytes(text: str, data: Any) -> None:
    """Each member that stays is there byte for byte, in its order."""
    node = Node.of(text.encode())
    gone = data.draw(st.sampled_from([one.name for one in node.members()]))
    edits = Edits(node.text)
    edits.rewrite(node, lambda name: name == gone, (member("new", "x"),))
    after = Node.of(edits.text().encode("latin-1"))
    kept = [node.text[o.start : o.value.end] for o in node.members() if o.name != gone]
    assert kept == [
        after.text[o.start : o.value.end] for o in after.members()[: len(kept)]
    ]
    assert "x" == after.dig("new")


@pytest.mark.property
@given(texts(st.lists(VALUES, max_size=6)), st.data())
def test_keeping_some_elements_leaves_their_bytes(text: str, data: Any) -> None:
    """What is kept is there byte for byte, in its order; nothing else is."""
    node = Node.of(text.encode())
    count = len(node.elements())
    indexes = data.draw(st.sets(st.integers(0, count - 1)) if count else st.just(set()))
    edits = Edits(node.text)
    edits.keep(node, indexes)
    kept = [one.raw for i, one in enumerate(node.elements()) if i in indexes]
    assert kept == [
        one.raw for one in Node.of(edits.text().encode("latin-1")).elements()
    ]


def test_no_change_gives_the_very_text() -> None:
    """An edit that changes nothing hands the text back, spaces and all."""
    node = Node.of(b' {"a" : 1.10 , "a":2, "b":[1 ,2]} ')
    edits = Edits(node.text)
    edits.rewrite(node, lambda _: False)
    listed = node.get("b")
    assert listed is not None
    edits.keep(listed, [0, 1])
    assert edits.text() is node.text


def test_edits_inside_each_other_are_all_made() -> None:
    """Elements are dropped, and those that stay are changed."""
    text = '{"Records":[{"a":1},{"a":2},{"a":3}],"x":"é"}'
    node = Node.of(text.encode())
    edits = Edits(node.text)
    records = node.get("Records")
    assert records is not None
    edits.keep(records, [0, 2])
    for index in (0, 2):
        edits.rewrite(records.elements()[index], lambda _: False, ('"t":"v"',))
    told = edits.text().encode("latin-1").decode()
    assert told == '{"Records":[{"a":1,"t":"v"},{"a":3,"t":"v"}],"x":"é"}'


def test_of_duplicate_members_the_last_counts_and_all_are_dropped() -> None:
    """A second spelling of the same name can't hide from an edit."""
    text = '{"t":1,"a":2,"\\u0074":3}'
    node = Node.of(text.encode())
    edits = Edits(node.text)
    assert node.dig("t") == 3
    edits.rewrite(node, lambda name: name == "t")
    assert edits.text() == '{"a":2}'


def test_what_is_nested_deeper_than_the_expression_is_still_passed() -> None:
    """Deep nesting takes the slow way, to the same end."""
    for depth in (DEPTH - 1, DEPTH, DEPTH + 1, 200):
        text = "[" * depth + '"]"' + "]" * depth
        assert skip(text + ",", 0) == len(text)


BROKEN = [
    "",
    "{",
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    "{a:1}",
    '{"a":1}}',
    "[1,]",
    "[1",
    "[1 2]",
    '{"a" 1}',
    '"abc',
    '"ab\\',
    "{,}",
    "[" * 100_000,
]


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_json_is_malformed_and_nothing_else(text: str) -> None:
    """Looking into a broken text raises the one error for it."""
    node = Node.of(text.encode())
    with pytest.raises(Malformed):
        _ = node.members(), node.elements(), node.value()


@pytest.mark.parametrize("last", ["a", 'a"', "a\\", 'a\\"', '","isBase64Encoded":'])
def test_a_large_body_of_an_http_event_is_jumped_over(last: str) -> None:
    """What stands behind it is found, however the body ends."""
    body = "x" * 70_000 + last
    event = {"headers": {}, "body": body, "isBase64Encoded": False}
    node = Node.of(json.dumps(event, separators=(",", ":")).encode())
    assert [one.name for one in node.members()] == list(event)
    assert [one.value.value() for one in node.members()] == list(event.values())


def test_a_text_of_megabytes_is_passed_without_being_built() -> None:
    """A member after a large value is found, and the value isn't parsed."""
    body = json.dumps(json.dumps({"items": ["x" * 10, 'y"z'] * 50_000}))
    node = Node.of(f'{{"body":{body},"n":1.10}}'.encode())
    found = node.get("n")
    assert found is not None
    assert found.raw == "1.10"
