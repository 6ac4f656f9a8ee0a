"""Versions of two tables are never taken for each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.codec import decode
from flags.errors import InvalidSnapshot
from flags.lineage import lineage_in, stamped, version_of
from flags.model import Context, Flag, Reason, Release, Ruleset
from flags.release import decide, is_foreign, is_newer
from flags.token import Carried, Token

lineages = st.integers(1, 999_999)
versions = st.integers(1, 999_999_999)
OURS, THEIRS = 123_456, 654_321


@given(versions, lineages, lineages)
def test_a_number_is_of_one_lineage(version: int, ours: int, theirs: int) -> None:
    """Only the lineage that stamped it finds the version again."""
    number = stamped(version, ours)

    assert version_of(number, ours) == version
    assert version_of(number, theirs) == (version if ours == theirs else None)


@given(st.lists(versions, min_size=2, max_size=2, unique=True), lineages, lineages)
def test_order_is_by_version(pair: list[int], one: int, other: int) -> None:
    """Whatever the lineages, the later version is the greater number."""
    low, high = sorted(pair)

    assert stamped(low, one) < stamped(high, other)


@given(versions, lineages)
def test_a_token_has_room(version: int, lineage: int) -> None:
    """The grammar's 15 digits are enough, however often a release changed."""
    for number in (version, 10**12):
        made = Carried(release="a", variant="b", generation=stamped(number, lineage))
        token = Token(members=(made,))
        assert Token.parse(str(token)) == token


@given(st.integers(0, 999_999), lineages)
def test_numbers_from_before_lineages(version: int, lineage: int) -> None:
    """A number below a million is a version, and without a lineage any number is."""
    assert version_of(version, lineage) == version
    assert version_of(version * 10**6, 0) == version * 10**6
    assert stamped(version, 0) == version


@pytest.mark.parametrize(
    ("number", "lineage"),
    [("7", 7), (7, 7), ("0", 0), (10**6, 0), ("x", 0), (None, 0), (-1, 0), ([], 0)],
)
def test_what_is_stored(number: object, lineage: int) -> None:
    """What is not a lineage is none."""
    assert lineage_in(number) == lineage


@pytest.mark.parametrize("bad", [-1, 10**6, "7", True, 1.0])
def test_a_snapshot_with_a_bad_lineage(bad: object) -> None:
    """It is refused, as anything else that is wrong in it."""
    text = '{"schema":2,"version":1,"flags":{},"lineage":%s}'
    said = {"7": '"7"', True: "true"}.get(bad, bad)

    assert decode(text % 7).lineage == 7
    with pytest.raises(InvalidSnapshot):
        decode(text % said)


def rules(lineage: int) -> Ruleset:
    """A rollout that began at version 5, with nobody on the canary."""
    release = Release(services=("web",), stable="blue", canary="green", since=5)
    variants = {"blue": "blue", "green": "green"}
    shop = Flag(
        name="shop",
        version=9,
        enabled=True,
        variants=variants,
        off="blue",
        salt="s",
        targets={},
        rules=(),
        serve="blue",
        release=release,
    )
    return Ruleset(version=1, flags={"shop": shop}, lineage=lineage)


@pytest.mark.parametrize(
    ("generation", "reason"),
    [
        (stamped(7, OURS), Reason.CARRIED),
        (stamped(4, OURS), Reason.HEALED),
        (stamped(7, THEIRS), Reason.STATIC),
        (stamped(4, THEIRS), Reason.STATIC),
        (7, Reason.CARRIED),
        (4, Reason.HEALED),
    ],
)
def test_a_decision_of_another_table(generation: int, reason: Reason) -> None:
    """It means nothing, so it is made again; those of ours and of before hold."""
    found = rules(OURS)
    carried = Carried(release="shop", variant="green", generation=generation)

    made = decide(found, found.flags["shop"], Context(key="ann"), carried, 0.0)

    assert made.reason is reason
    assert made.version <= 9
    assert is_foreign(carried, OURS) is (reason is Reason.STATIC)
    assert not is_newer(found.flags["shop"], carried, OURS)


def test_a_newer_decision_of_ours() -> None:
    """It says that the rules are old; one of another table doesn't."""
    shop = rules(OURS).flags["shop"]
    for lineage, newer in ((OURS, True), (THEIRS, False)):
        carried = Carried(
            release="shop", variant="green", generation=stamped(10, lineage)
        )
        assert is_newer(shop, carried, OURS) is newer
