"""How the demo reads answers and receipts."""

from __future__ import annotations

import pytest

from examples.demo.laws import Hop
from examples.demo.receipts import Receipt
from examples.demo.seen import Seen
from examples.demo.step import Crowd
from examples.demo.traffic import Answer


def test_a_quote() -> None:
    """An answer to a quote is a sighting and a hop."""
    seen = Seen()
    seen.answer("ann", Answer(status=200, body={"colour": "blue", "variant": "blue"}))
    assert seen.sightings == [("ann", "blue")]
    assert seen.hops == [
        Hop(carrier="http", decided="blue", carried="blue", ran="blue")
    ]


@pytest.mark.parametrize(
    "answer", [Answer(status=500, body={}), Answer(status=0, body={"error": "gone"})]
)
def test_no_answer(answer: Answer) -> None:
    """An answer that is none is counted, and is no sighting."""
    seen = Seen()
    seen.answer("ann", answer)
    assert (seen.refused, seen.sightings) == (1, [])


def test_receipts() -> None:
    """A receipt is a sighting and a hop from the edge; one that is missing is lost."""
    receipt = Receipt(
        order="o-1",
        service="shop-email",
        door="sns",
        colour="blue",
        variant="blue",
        edge="green",
        user="ann",
    )
    expected = {("o-1", "shop-email"): "ann", ("o-2", "shop-ledger"): "ben"}
    seen = Seen()
    seen.receipts(expected, {("o-1", "shop-email"): receipt})
    assert seen.sightings == [("ann", "blue")]
    torn = Hop(carrier="sns", decided="green", carried="blue", ran="blue")
    lost = Hop(carrier="sqs", decided=None, carried=None, ran=None)
    assert seen.hops == [torn, lost]
    assert not any(hop.honoured() for hop in seen.hops)


def test_some_of_the_crowd() -> None:
    """Other users come for each start, and all of them in turn."""
    crowd = Crowd(users=["a", "b", "c"], cookies={})
    assert crowd.some(2, 0) == ["a", "b"]
    assert crowd.some(2, 2) == ["c", "a"]
