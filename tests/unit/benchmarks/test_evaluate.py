"""How engines are checked, and how their figures are arranged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from benchmarks import evaluate, peers
from benchmarks.harness import workload
from benchmarks.harness.report import table
from benchmarks.peers import PEERS
from benchmarks.peers.ours import Engine

WHATS = ("on_off", "split", "rules_hit", "rules_miss", "request")


class Yes(Engine):
    """An engine that has everybody in the split, and in the rules."""

    def split(self, contexts: Sequence[Any]) -> list[bool]:
        """On for all."""
        return [True for _ in contexts]

    rules = split


def found() -> dict[tuple[str, str], float]:
    """Figures of all engines, the same for each way."""
    by_name = {"ours": 2.0, "call": 3.0, "engine": 1.0, "floor": 0.5}
    by_name |= {name: 4.0 + index for index, name in enumerate(PEERS)}
    by_name |= {"segment 1000": 2.0, "flags 10": 2.0}
    return {(name, what): figure for name, figure in by_name.items() for what in WHATS}


@pytest.mark.parametrize("name", ["ours", "floor"])
def test_right_answers(name: str) -> None:
    """Ours and the handwritten code answer as all engines must."""
    evaluate.check(name, peers.engine(name))


def test_wrong_answers() -> None:
    """An engine that answers otherwise is named, with what is wrong."""
    with pytest.raises(evaluate.WrongAnswers, match=r"yes .*: rules_miss, split$"):
        evaluate.check("yes", Yes())


def test_keys() -> None:
    """The report has all engines, and ours over the floor and the fastest peer."""
    figures = evaluate.arranged(found())

    four = dict.fromkeys(evaluate.COMPARED, 4.0)
    half = dict.fromkeys(evaluate.COMPARED, 0.5)
    assert four == figures["ours_over_floor"]
    assert half == figures["ours_over_fastest_peer"]
    assert set(PEERS) == figures["peers"].keys()
    assert {"segment": {"1000"}, "flags": {"10"}} == {
        kind: sizes.keys() for kind, sizes in figures["flat"].items()
    }


def test_table() -> None:
    """Every engine has a line, and all lines are equally long or shorter."""
    lines = table(evaluate.rows(evaluate.arranged(found()))).splitlines()

    names = {line.split("  ")[0] for line in lines}
    assert {"µs", "ours", "floor", "ours / fastest peer", *PEERS} <= names


def test_workload() -> None:
    """Members are in the segment, strangers are not, and no other rule has either."""
    ids = set(workload.segment())
    everybody = [*workload.members(), *workload.strangers()]

    assert {True} == {user.key in ids for user in workload.members()}
    assert {False} == {user.key in ids for user in workload.strangers()}
    for user in everybody:
        assert user.attributes["country"] not in workload.COUNTRIES
        assert user.attributes["plan"] != workload.PLAN
        assert user.attributes["version"].startswith("4.")
        assert not user.attributes["email"].endswith(workload.DOMAIN)
