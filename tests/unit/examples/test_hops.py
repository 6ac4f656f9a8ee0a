"""How hops are judged, and that the functions on the way know nothing of us."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from examples.hops import report
from examples.hops.drive import Journey
from examples.hops.judge import Count, Receipt, Verdict, judge
from examples.hops.office import HOPS, SERVICES
from examples.hops.run import RELEASE
from examples.hops.ways import CARRIERS, DEADLY, Parcel, rounds, tours
from flags.store.checks import read_file
from flags.store.syntax import parse

PARCEL = Parcel(id="p", way=("sns", "sqs"))
HOME = (("blue", 0), ("blue", 1), ("blue", 2))


def told(*seen: tuple[str, int], failed: bool = False) -> list[Receipt]:
    """Receipts of the parcel, by colour and step."""
    return [
        Receipt(parcel="p", step=step, colour=colour, failed=failed)
        for colour, step in seen
    ]


def counts(
    receipts: list[Receipt], undecided: dict[str, int] | None = None
) -> tuple[Count, Count, int]:
    """What is counted for SNS and SQS, and the chains that saw both colours."""
    verdict = judge([PARCEL], receipts, undecided or {})
    return verdict.counts["sns"], verdict.counts["sqs"], verdict.mixed_chains


ONE = Count(made=1, honoured=1)
LOST = Count(made=1, lost=1)
WRONG = Count(made=1)
NONE = Count()


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (HOME, (ONE, ONE, 0)),
        (HOME[:2], (ONE, LOST, 0)),
        (HOME[:1], (LOST, NONE, 0)),
        ((), (NONE, NONE, 0)),
        ((("blue", 0), ("green", 1), ("blue", 2)), (WRONG, ONE, 1)),
        # Delivered again, to the other colour.
        ((*HOME, ("green", 2)), (ONE, WRONG, 1)),
    ],
)
def test_each_hop_is_judged(
    seen: tuple[tuple[str, int], ...], expected: tuple[Count, Count, int]
) -> None:
    """A hop is honoured on the edge's colour, else it is lost or on the wrong one."""
    assert counts(told(*seen)) == expected


def test_a_failure_is_no_arrival() -> None:
    """A hop that failed and never came again is lost; its colour counts."""
    failed = told(("blue", 1), failed=True)
    assert counts([*told(*HOME[:1]), *failed]) == (LOST, NONE, 0)
    assert counts([*told(*HOME), *failed]) == (ONE, ONE, 0)
    astray = told(("green", 1), failed=True)
    assert counts([*told(*HOME), *astray]) == (WRONG, ONE, 1)


def test_a_decision_made_anew_is_none_that_was_carried() -> None:
    """A hop whose decision the router did not find is lost, whatever ran in the end."""
    assert counts(told(*HOME), {"sqs": 1}) == (ONE, LOST, 0)


def test_all_that_is_wrong_is_told() -> None:
    """Carriers without hops, hops that failed and parcels that nobody saw are named."""
    verdict = judge([PARCEL, Parcel(id="q", way=("sns",))], told(*HOME[:2]), {})
    lines = list(report.broken(verdict))
    assert "sqs: 1 of 1 failed, 1 lost" in lines
    assert "1 parcels were never taken in" in lines
    assert sum("no hop was made" in line for line in lines) == len(CARRIERS) - 2
    mixed = Verdict(counts={}, absent=0, mixed_chains=1, chains={}, repeats=Counter())
    assert list(report.broken(mixed)) == ["1 users saw both colours in one chain"]


def test_the_figures_are_shown() -> None:
    """The table has a row for each carrier and their sum."""
    verdict = judge([PARCEL], told(*HOME), {})
    figures = report.summary(verdict, Journey(), {"weights": [30, 60]})
    out = io.StringIO()
    report.show(figures, Console(file=out, width=200))
    assert all(carrier in out.getvalue() for carrier in CARRIERS)
    assert figures["total"] == {"made": 2, "honoured": 2, "lost": 0}
    assert "1 chains (1 blue), of which 0 saw both colours" in out.getvalue()


def test_a_dozen_tours_begin_by_each_carrier() -> None:
    """Twelve tours go by all carriers, each in another order, some failing once."""
    parcels = list(tours(12))
    assert all(set(parcel.way) == set(CARRIERS) for parcel in parcels)
    assert len({parcel.way for parcel in parcels}) == 12
    for parcel in parcels:
        before = parcel.way[parcel.way.index("dynamodb") - 1]
        assert before in {"sqs", "sqs-fifo", "sns-raw"}


def test_rounds_die_where_they_can_rise() -> None:
    """What fails often enough to die does so in the queue with a dead-letter one."""
    dead = [parcel for parcel in rounds(500) if parcel.fails == DEADLY]
    assert len(dead) >= 4
    assert {parcel.way[parcel.fails_at - 1] for parcel in dead} == {"sqs"}


@pytest.mark.parametrize("file", sorted((HOPS / "services").rglob("*.py")), ids=str)
def test_no_function_knows_of_us(file: Path) -> None:
    """No code on the way has a word of decisions, or of this project."""
    text = file.read_text("utf-8").lower()
    assert not [word for word in ("flags", "canary", "decision") if word in text]


def test_each_carrier_has_a_route() -> None:
    """The rules have a route for each carrier by way of the router."""
    path = HOPS / "canary.yaml"
    text = path.read_text("utf-8")
    read_file(parse(text, str(path)))
    rules = yaml.safe_load(text)
    names = {route["name"] for route in rules["routing"]["routes"]}
    assert set(CARRIERS) - names == {"invoke-direct"}
    assert tuple(rules["flags"][RELEASE]["release"]["services"]) == SERVICES
