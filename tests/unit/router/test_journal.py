"""One line for each kind of decision, and nothing in it that is private."""

from __future__ import annotations

import json
from typing import Any

import pytest
from awslambdaric.lambda_runtime_exception import FaultException

from router import journal
from router.errors import OutOfTime, service_error, target_error
from router.passage import Leg, Passage
from tests.unit.router.passages import choice, leg, passage


def always() -> float:
    """The smallest throw there is."""
    return 0.0


def never() -> float:
    """The largest throw there is."""
    return 1.0 - 2**-53


def unthrown() -> float:
    """Dice that nobody may throw."""
    raise AssertionError


def told(seen: Passage, random: Any = unthrown) -> list[dict[str, Any]]:
    """The journal's lines, parsed."""
    return [json.loads(line) for line in journal.lines(seen, random)]


def test_a_line_says_who_decided_what_and_why() -> None:
    """All fields of a plain request."""
    assert told(passage()) == [
        {
            "message": "decision",
            "source": "http",
            "route": "web",
            "service": "checkout",
            "alias": "blue",
            "reason": "SPLIT",
            "release": "shop",
            "generation": 7,
            "units": 1,
            "stale": False,
            "ms": 12.3,
        }
    ]


def test_units_of_one_kind_share_a_line() -> None:
    """A batch of ten is as many lines as kinds of decision, with the longest time."""
    seen = passage(
        leg(units=3, seconds=0.01),
        leg(units=2, seconds=0.03),
        leg(units=1, seconds=None),
        leg("green", units=4),
    )

    lines = [(line["alias"], line["units"], line["ms"]) for line in told(seen)]
    assert lines == [("blue", 6, 30.0), ("green", 4, 12.3)]


def test_choices_of_one_invocation_may_differ() -> None:
    """One alias for several reasons is several lines."""
    chosen = [choice(reason="SPLIT"), choice(reason="NO_IDENTITY")]
    seen = passage(Leg(alias="blue", choices=chosen, seconds=0.01))

    assert [line["reason"] for line in told(seen)] == ["SPLIT", "NO_IDENTITY"]


def test_the_route_says_how_many_events_are_told() -> None:
    """A throw below the route's percentage is told, any other is not."""
    seen = passage(log=25.0)

    assert len(told(seen, lambda: 0.2499)) == 1
    assert told(seen, lambda: 0.25) == []


@pytest.mark.parametrize(("log", "lines"), [(0.0, 0), (100.0, 1)])
def test_all_or_nothing_throws_no_dice(log: float, lines: int) -> None:
    """0 is none and 100 is all, whatever the dice would say."""
    assert len(told(passage(log=log), unthrown)) == lines


def test_even_a_small_share_is_reached() -> None:
    """At a hundredth of a per cent the smallest throw is told, the largest not."""
    assert told(passage(log=0.01), always)
    assert not told(passage(log=0.01), never)


def test_errors_and_fallbacks_are_always_told() -> None:
    """At 0 % the legs in trouble have their lines, and only they."""
    seen = passage(
        leg("green", error=ValueError("secret"), fallback=True),
        leg("blue", reason="NO_ALIAS"),
        leg("blue", reason="SPLIT", error=TimeoutError()),
        log=0.0,
    )

    lines = [
        (line["alias"], line["error"], line.get("fallback")) for line in told(seen)
    ]
    assert lines == [("green", "ValueError", True), ("blue", "TimeoutError", None)]


def test_stale_rules_are_always_told() -> None:
    """At 0 % every event that stale rules decided has its line, with the problem."""
    (line,) = told(passage(log=0.0, problem="the table is out of reach"))

    assert line["stale"] is True
    assert line["problem"] == "the table is out of reach"


def test_what_was_never_sent_took_no_time() -> None:
    """A refusal of our own has an error and no milliseconds."""
    (line,) = told(passage(leg(seconds=None, error=OutOfTime("too late"))))

    assert line["error"] == "OutOfTime"
    assert "ms" not in line


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (target_error(b'{"errorType":"shop.Sold$Out","errorMessage":"bob"}'), None),
        (FaultException("Sandbox.Timedout", "bob", None), "Sandbox.Timedout"),
        (service_error("TooManyRequestsException", "bob"), "TooManyRequestsException"),
        (FaultException("no room for bob@example.com", "", None), journal.ODD_TYPE),
        (FaultException("x" * 200, "bob", None), journal.ODD_TYPE),
        (FaultException("bøb", "bob", None), journal.ODD_TYPE),
        (FaultException("two\nlines", "bob", None), journal.ODD_TYPE),
    ],
)
def test_an_error_is_told_by_its_type_alone(error: Exception, name: str | None) -> None:
    """Messages hold what users sent; so does a type that is no type's name."""
    (line,) = journal.lines(passage(leg(error=error)), unthrown)

    assert "bob" not in line
    assert json.loads(line)["error"] == (name or "shop.Sold$Out")


def test_private_things_stay_private() -> None:
    """Neither who asked nor the token that was carried is in a line."""
    secret = choice(token="v1~shop.blue.7", visitor="alice")
    (line,) = journal.lines(
        passage(Leg(alias="blue", choices=[secret], seconds=None)), unthrown
    )

    assert "alice" not in line
    assert "v1~" not in line


def test_a_name_can_neither_break_nor_forge_a_line() -> None:
    """Whatever rules call a route, its line is one line of plain ASCII."""
    name = 'web\n{"message":"decision"}\r\u2028\x1b[31m"\\é'
    (line,) = journal.lines(passage(route=name), unthrown)

    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["route"] == name


def test_missing_keys_are_told_to_whoever_brought_an_override() -> None:
    """At 0 % a refused override still says that the keys could not be read."""
    (line,) = told(passage(log=0.0, refused=1, keys="the store is out of reach"))
    assert line["keys_problem"] == "the store is out of reach"
    assert told(passage(log=0.0, refused=1)) == []
    assert told(passage(log=0.0, keys="the store is out of reach")) == []


def test_a_problem_is_cut() -> None:
    """A long reason for stale rules does not make every line long."""
    (line,) = told(passage(problem="x" * 5000))

    assert len(line["problem"]) == journal.LONGEST_PROBLEM


def test_the_request_is_named_if_it_is_known() -> None:
    """With Lambda's request id a line leads to the target's own."""
    (line,) = told(passage(request_id="f7f1c0de"))

    assert line["request_id"] == "f7f1c0de"
