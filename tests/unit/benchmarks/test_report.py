"""Figures for programs and for people."""

from __future__ import annotations

import json
import sys

import pytest

from benchmarks.harness import report

FIGURES = {"ours": 1.5, "peers": {"a": 3.0}}


def rows(figures: report.Figures) -> report.Rows:
    """The figures as a table."""
    return [["", "µs"], ["ours", f"{figures['ours']:.1f}"]]


def test_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --json all figures are printed, and nothing else."""
    monkeypatch.setattr(sys, "argv", ["bench", "--json"])

    report.main("About.", lambda: FIGURES, rows)

    assert FIGURES == json.loads(capsys.readouterr().out)


def test_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without it there is a table, names to the left and figures to the right."""
    monkeypatch.setattr(sys, "argv", ["bench"])

    report.main("About.", lambda: FIGURES, rows)

    assert "       µs\nours  1.5\n" == capsys.readouterr().out


def test_over() -> None:
    """Ratios are of the keys that both sides have."""
    found = report.over({"a": 1.0, "b": 3.0, "c": 1.0}, {"a": 2.0, "b": 1.5})

    assert {"a": 0.5, "b": 2.0} == found


def test_fastest() -> None:
    """Each key has its own fastest peer."""
    found = report.fastest({"x": {"a": 1.0, "b": 9.0}, "y": {"a": 2.0, "b": 3.0}})

    assert {"a": 1.0, "b": 3.0} == found


def test_machine() -> None:
    """What is told of the machine is Python's version, and nothing that names it."""
    assert {"python"} == report.machine().keys()
