"""The laws that the demo holds the router to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.demo import laws
from examples.demo.laws import Hop, Share, Tally

pytestmark = pytest.mark.property

COLOURS = st.sampled_from(["blue", "green"])
USERS = st.sampled_from([f"u{number}" for number in range(8)])
STEP = st.dictionaries(USERS, COLOURS)


@pytest.mark.parametrize(
    ("asked", "seen", "users", "holds"),
    [
        (0, 0, 1000, True),
        (0, 0.1, 1000, False),
        (100, 100, 1000, True),
        (100, 99.9, 1000, False),
        (10, 12.8, 1000, True),
        (10, 12.9, 1000, False),
        (10, 7.2, 1000, True),
        (10, 7.1, 1000, False),
    ],
)
def test_share(asked: float, seen: float, users: int, holds: bool) -> None:  # noqa: FBT001
    """A share is exact at the ends and within three deviations between."""
    assert Share(asked=asked, seen=seen, users=users).holds() is holds


def test_share_counts_users() -> None:
    """The share seen is that of users, in percent."""
    seen = laws.share(25, {"a": "green", "b": "blue", "c": "blue", "d": "blue"})
    assert seen == Share(asked=25, seen=25, users=4)


def test_share_of_nobody() -> None:
    """Without users there is no share, and no division by zero."""
    assert laws.share(0, {}).holds()


def test_two_colours_in_one_step() -> None:
    """A user who got two colours at two doors is torn."""
    seen = [("a", "blue"), ("b", "green"), ("a", "green"), ("b", "green")]
    assert laws.colours(seen) == ({"a": "blue", "b": "green"}, {"a"})


def test_flip() -> None:
    """Whoever leaves green on the way up has flipped, also if unseen between."""
    steps = [{"a": "green", "b": "blue"}, {"b": "green"}, {"a": "blue", "b": "green"}]
    assert laws.flips(steps) == {"a"}


@given(st.lists(STEP))
def test_a_ramp_has_no_flips(steps: list[dict[str, str]]) -> None:
    """Users who only ever go from blue to green never flip."""
    on_green: set[str] = set()
    ramp = []
    for step in steps:
        on_green |= laws.left(step)
        ramp.append({u: "green" if u in on_green else "blue" for u in step})
    assert laws.flips(ramp) == set()


@given(st.lists(STEP, min_size=1), USERS)
def test_every_flip_is_seen(steps: list[dict[str, str]], user: str) -> None:
    """A user who was on green and ends on blue is always found."""
    ramp = [{**steps[0], user: "green"}, *steps[1:], {user: "blue"}]
    assert user in laws.flips(ramp)


def test_left_after_abort() -> None:
    """Whoever is still on green after the abort is left."""
    assert laws.left({"a": "green", "b": "blue"}) == {"a"}


@pytest.mark.parametrize(
    ("decided", "carried", "ran", "honoured"),
    [
        ("green", "green", "green", True),
        ("green", "green", "blue", False),
        ("green", "blue", "blue", False),
        ("green", "blue", "green", False),
        (None, None, "blue", False),
        ("green", None, "green", False),
        (None, None, None, False),
    ],
)
def test_hop(
    decided: str | None,
    carried: str | None,
    ran: str | None,
    honoured: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """A hop is honoured if what was decided was carried and ran; no hop lost is."""
    hop = Hop(carrier="sqs", decided=decided, carried=carried, ran=ran)
    assert hop.honoured() is honoured


def test_tally() -> None:
    """Hops are counted by carrier, the lost ones too."""
    good = Hop(carrier="sqs", decided="green", carried="green", ran="green")
    lost = Hop(carrier="sns", decided=None, carried=None, ran=None)
    expected = {"sns": Tally(made=1, honoured=0), "sqs": Tally(made=2, honoured=2)}
    assert laws.tally([good, lost, good]) == expected


@given(
    st.lists(
        st.builds(
            Hop,
            carrier=st.sampled_from(["sns", "sqs"]),
            decided=st.none() | COLOURS,
            carried=st.none() | COLOURS,
            ran=st.none() | COLOURS,
        )
    )
)
def test_tally_loses_no_hop(hops: list[Hop]) -> None:
    """Every hop is counted once, and none is honoured that was not made."""
    tallies = laws.tally(hops).values()
    assert sum(tally.made for tally in tallies) == len(hops)
    assert all(tally.honoured <= tally.made for tally in tallies)
