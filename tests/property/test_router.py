"""Laws of the router, for events that nobody has ever sent.

The events are those of the corpus after mutations (`tests.fuzz.mutations`), which are
drawn by a seed: what fails is told by the seed and the event's name.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from router.document import Malformed, Node
from router.sources import recognise
from tests.fuzz import laws
from tests.fuzz.documents import Members, dump, load
from tests.fuzz.index import INDEX
from tests.fuzz.mutations import dice, forge, mutated
from tests.fuzz.places import told
from tests.fuzz.rig import Rig, corpus, releasing, rules
from tests.property.strategies import json_values

pytestmark = pytest.mark.property

hundreds = settings(deadline=None, max_examples=400)
names = st.sampled_from(sorted(corpus()))
seeds = st.integers(0, 2**32)
PLAIN = Rig(rules())
RELEASING = releasing()
STAYING = releasing(0)


@given(name=names, seed=seeds)
@hundreds
def test_total(name: str, seed: int) -> None:
    """Whatever comes in, an answer comes out, or an error that has a name."""
    laws.total(RELEASING, mutated(corpus()[name], dice(seed)))


@given(event=st.binary(max_size=64) | st.text(max_size=64).map(str.encode))
@hundreds
def test_total_for_any_bytes(event: bytes) -> None:
    """Bytes that are no event at all do no more harm."""
    laws.total(RELEASING, event)


@given(name=names, seed=seeds)
@hundreds
def test_invisible(name: str, seed: int) -> None:
    """Without release and decision, the target gets the bytes that came in."""
    laws.invisible(PLAIN, mutated(corpus()[name], dice(seed)))


@given(name=names, seed=seeds)
@hundreds
def test_one_place(name: str, seed: int) -> None:
    """With a release, an event changes where its source has decisions, only there."""
    laws.one_place(RELEASING, mutated(corpus()[name], dice(seed)))


@given(name=names, seed=seeds)
@hundreds
def test_strangers(name: str, seed: int) -> None:
    """No spelling of an unsigned token gets past a public source."""
    throw = dice(seed)
    tree = forge(load(corpus()[name]), throw)
    event = dump(tree, ascii_only=throw.random() < 0.3).encode("utf-8", "surrogatepass")
    laws.strangers(RELEASING, event)
    laws.strangers(PLAIN, event)


ANSWERS = st.one_of(
    json_values.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        {"statusCode": json_values},
        optional={
            "headers": json_values,
            "multiValueHeaders": json_values,
            "cookies": json_values,
            "body": json_values,
        },
    ).map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries({"batchItemFailures": json_values}).map(
        lambda value: json.dumps(value).encode()
    ),
    st.fixed_dictionaries({"records": json_values}).map(
        lambda value: json.dumps(value).encode()
    ),
    st.binary(max_size=16),
    st.just(b""),
)


@given(name=names, answer=ANSWERS)
@example(name="firehose_direct", answer=b"not JSON")
@example(name="appsync_batch", answer=b"null")
@example(name="http_default", answer=b'{"statusCode":1.10,"statusCode":200}')
@hundreds
def test_any_answer(name: str, answer: bytes) -> None:
    """One answer comes back byte for byte; of two, something; and nothing raises."""
    alone = not any(INDEX[name].tokens)
    laws.any_answer(PLAIN, corpus()[name], answer, visits=not alone)
    web = INDEX[name].source in ("rest", "http", "url", "alb")
    laws.any_answer(STAYING, corpus()[name], answer, visits=web or not alone)
    laws.any_answer(RELEASING, corpus()[name], answer, visits=True)


@given(name=names, answer=ANSWERS, whole=st.booleans())
@example(name="kinesis_window", answer=b'{"batchItemFailures":[{}]}', whole=False)
@example(name="rest_get", answer=b'{"statusCode":1e400}', whole=False)
@hundreds
def test_any_answer_tells_of_each_unit(name: str, answer: bytes, whole: bool) -> None:  # noqa: FBT001 - drawn
    """Nothing raises, and a group failed just if a unit of it did."""
    laws.failures(corpus()[name], answer, whole=whole)


@given(text=st.text(max_size=200) | json_values.map(json.dumps))
@hundreds
def test_nodes_read_as_json_does(text: str) -> None:
    """A node says what the standard library says, or that the text is malformed."""
    laws.nodes(text.encode("utf-8", "surrogatepass"))


@given(name=names, seed=seeds)
@hundreds
def test_nodes_of_events(name: str, seed: int) -> None:
    """The same for events, whatever became of them."""
    laws.nodes(mutated(corpus()[name], dice(seed)))


@given(
    name=st.sampled_from(["rest_forged", "http_forged", "alb_forged", "url_forged"]),
    piece=st.sampled_from(["x", '\\"', "\\\\", '","headers":{}', "é", "{[\\u0022"]),
    size=st.sampled_from([1, 100, 70_000, 300_000]),
    seed=seeds,
)
@settings(deadline=None, max_examples=60)
def test_large_bodies(name: str, piece: str, size: int, seed: int) -> None:
    """A body of any size is passed over, wherever it stands among the members."""
    event = load(corpus()[name])
    last = "isBase64Encoded"
    others = [one for one in event if one[0] not in ("body", last)]
    others.append(("body", piece * (size // len(piece) + 1)))
    dice(seed).shuffle(others)
    text = dump(Members([*others, (last, event.last(last))])).encode()

    laws.one_place(RELEASING, text)
    laws.strangers(RELEASING, text)
    laws.strangers(PLAIN, text)


@pytest.mark.parametrize("depth", [1, 5, 6, 7, 8, 100, 900])
@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}")])
def test_depth(depth: int, brackets: tuple[str, str]) -> None:
    """A value's end is found whatever its depth, and the neighbours too."""
    deep = brackets[0] * depth + "1" + brackets[1] * depth
    event = Node.of(f'{{"first":{deep},"second":[{deep},2]}}'.encode())

    assert deep == event.at("first").raw  # type: ignore[union-attr]
    assert [deep, "2"] == [one.raw for one in event.get("second").elements()]  # type: ignore[union-attr]


def test_a_forged_token_behind_any_depth() -> None:
    """Depth is no way around: a request is stripped however deep its parts are."""
    deep = "[" * 100_000 + "]" * 100_000
    for name in ("rest_forged", "http_forged", "alb_forged", "appsync_forged"):
        event = load(corpus()[name])
        assert isinstance(event, Members)
        text = dump(event)[:-1] + f',"deep":{deep}}}'
        try:
            kind = recognise(Node.of(text.encode())).name
        except Malformed:
            kind = "malformed"
        RELEASING.handle(text.encode())
        for seen in RELEASING.seen:
            payload = _shallow(seen.payload.decode(), deep)
            assert "999999" not in dump(told(kind, payload)), name


def _shallow(text: str, deep: str) -> Any:
    return load(text.replace(deep, "null"))
