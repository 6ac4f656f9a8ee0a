"""How a release is scored."""

from __future__ import annotations

import pytest

from examples.compare.score import GRACE, score
from examples.compare.services.orders.faults import FAILED, SLOW
from examples.compare.sightings import COURIER, DOOR, GREEN, WORKER, Story
from tests.unit.examples.compare.stories import chain, seen, story


@pytest.mark.parametrize(
    ("colours", "rolled_back", "mixed", "healed"),
    [
        ("bbb", None, 0, 0),
        ("ggg", None, 0, 0),
        ("bgb", None, 1, 0),
        ("ggb", None, 1, 0),
        ("gggb", 10.25, 0, 1),
        ("ggb", 10.15, 0, 1),
        ("ggb", 10.25, 1, 0),
        ("bgb", 10.05, 1, 0),
        ("gbg", 10.05, 0, 1),
    ],
)
def test_chains(
    colours: str, rolled_back: float | None, mixed: int, healed: int
) -> None:
    """A chain of both versions is mixed, unless it is healed after a rollback."""
    found = score(story(chain(colours), rolled_back=rolled_back))
    assert (found.mixed_chains, found.healed) == (mixed, healed)


def test_users_who_saw_both() -> None:
    """Two orders of a user that met different versions, while nothing changed."""
    found = score(
        story(
            chain("bbb", order="1"),
            chain("ggg", order="2", at=20),
            chain("ggg", order="3", user="bob"),
        )
    )
    assert (found.users_both, found.users_moved, found.users) == (1, 0, 2)


def test_users_who_were_moved() -> None:
    """Who met the other version after a change of the weight was moved by it."""
    found = score(
        story(chain("ggg", order="1"), chain("bbb", order="2", at=40), rolled_back=30.0)
    )
    assert (found.users_both, found.users_moved) == (0, 1)


def test_orders_while_a_change_arrives_are_left_out() -> None:
    """Just after a change some routers still have the rules before it."""
    late = chain("ggg", order="1", at=30 + GRACE / 2)
    after = chain("bbb", order="2", at=40)
    found = score(story(late, after, rolled_back=30.0))
    assert (found.users_both, found.users_moved) == (0, 1)


@pytest.mark.parametrize("outcome", [FAILED, SLOW])
def test_users_who_failed(outcome: str) -> None:
    """Users for whose orders the new version failed, or was slow, each once."""
    found = score(
        story(
            [
                seen(WORKER, GREEN, order="1", outcome=outcome),
                seen(WORKER, GREEN, order="2", outcome=outcome),
                seen(WORKER, user="bob", outcome=outcome),
            ]
        )
    )
    assert found.users_failed == 1


def test_seconds_to_rollback() -> None:
    """From the first harm until the last order that came in on green."""
    found = score(
        story(
            [
                seen(WORKER, GREEN, at=5.0, outcome=FAILED),
                seen(DOOR, GREEN, at=12.5, order="late"),
                seen(COURIER, GREEN, at=30.0, order="late"),
            ],
            rolled_back=11.0,
        )
    )
    assert found.seconds_to_rollback == 7.5


def test_no_seconds_without_harm() -> None:
    """A rollback of what did no harm took no time that counts."""
    found = score(story(chain("ggg"), rolled_back=20.0))
    assert found.rolled_back
    assert found.seconds_to_rollback is None


def test_orders_that_were_never_worked_off() -> None:
    """What failed at its last attempt is unfinished."""
    failed = [seen(WORKER, GREEN, outcome=FAILED)]
    found = score(story(failed, chain("bbb", order="2"), promoted=20.0, dead=1))
    assert (found.unfinished, found.dlq, found.orders) == (1, 1, 2)
    assert found.promoted


def test_nothing_was_seen() -> None:
    """Without traffic there are no figures, and no error."""
    found = score(Story(sightings=[], changes=[]))
    assert (found.orders, found.seconds) == (0, 0.0)
