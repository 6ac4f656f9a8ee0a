"""The judge's figures for people."""

from __future__ import annotations

import io

from rich.console import Console

from admin_cli.rollouts.analysing import analysed, text
from flags.record import replace
from flags.store.changes import Stored
from rollouts.evidence.look import Look
from tests.unit.admin_cli.rollouts.examples import look, rollout


def shown(seen: Look) -> str:
    """What a terminal gets of it."""
    stored = Stored(name="shop", body={"rollout": rollout()}, version=7)
    out = io.StringIO()
    Console(file=out, width=200).print(text(analysed(stored, seen)))
    return out.getvalue()


def test_types_of_errors() -> None:
    """What failed on the canary, by counts; nothing is said where nothing did."""
    told = shown(replace(look(), errors={"KeyError": 3, "answer": 1}))

    assert "on the canary, by type of error: KeyError 3, answer 1" in told
    assert "type of error" not in shown(look())
