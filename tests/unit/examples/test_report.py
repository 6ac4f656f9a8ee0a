"""What the demo says about what it saw."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from examples.demo import report
from examples.demo.laws import Hop, Share
from examples.demo.ramp import Story

HOP = Hop(carrier="sqs", decided="green", carried="green", ran="green")
LOST = Hop(carrier="sqs", decided=None, carried=None, ran=None)


def story() -> Story:
    """A story in which every law holds."""
    return Story(
        users=2,
        requests=3,
        shares=[Share(asked=0, seen=0, users=1000), Share(asked=10, seen=9, users=900)],
        steps=[{"a": "blue", "b": "blue"}, {"a": "blue", "b": "green"}],
        hops=[HOP, HOP],
        after_abort={"a": "blue", "b": "blue"},
        late=["blue"],
    )


def test_a_good_story() -> None:
    """If every law holds, nothing is broken."""
    assert list(report.broken(story())) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"shares": [Share(asked=10, seen=30, users=900)]},
            "share: 10 % asked, 30.00 % seen",
        ),
        (
            {"steps": [{"a": "green"}, {"a": "blue"}]},
            "no flip: 1 users (a) left green on the way up",
        ),
        (
            {"after_abort": dict.fromkeys("abcd", "green")},
            "abort: 4 users (a, b, c, ...) still on green afterwards",
        ),
        (
            {"late": ["blue", "green"]},
            "abort: 1 messages decided before it still ran on green",
        ),
        ({"torn": {"a"}}, "one colour: 1 users (a) got two colours in one step"),
        ({"refused": 2}, "answers: 2 HTTP requests were not answered with 200"),
        ({"hops": [HOP, LOST]}, "hops: 1 of 2 by sqs failed, 1 lost"),
    ],
)
def test_a_broken_law_is_named(change: dict[str, object], line: str) -> None:
    """Each law that is broken gets one line, with what broke it."""
    broken = dataclasses.replace(story(), **change)  # type: ignore[arg-type]
    assert list(report.broken(broken)) == [line]


def test_a_second_opinion() -> None:
    """A share that is off by chance is made good by as many other users."""
    told = story()
    told.shares = [Share(asked=10, seen=14, users=900)]
    told.second_opinions = {10: Share(asked=10, seen=10, users=900)}
    assert list(report.broken(told)) == []


def test_the_file(tmp_path: Path) -> None:
    """The file holds all figures, by the names that others read."""
    path = tmp_path / "build" / "demo.json"
    report.write(story(), path)
    figures = json.loads(path.read_text("utf-8"))
    assert figures["users"] == 2
    assert figures["requests"] == 3
    assert figures["flips_up"] == 0
    assert figures["left_after_abort"] == 0
    assert figures["share"] == [{"asked": 0, "seen": 0}, {"asked": 10, "seen": 9}]
    assert figures["hops"] == {"sqs": {"made": 2, "honoured": 2}}
    assert figures["broken"] == []


def test_the_table() -> None:
    """The table shows what was asked, seen, and honoured."""
    out = io.StringIO()
    report.show(story(), Console(file=out, width=100))
    for text in ("10 % asked", "9.00 % seen", "2 of 2 honoured", "1 of 1 on stable"):
        assert text in out.getvalue()
