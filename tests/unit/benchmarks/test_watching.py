"""What a watched rollout costs on paper, and the page that quotes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import watching
from benchmarks.harness.report import table
from rollouts.evidence import layout
from router.sentinel import ledger, sentinel, watch

PAGE = (Path(__file__).parents[3] / "docs" / "evidence.md").read_text("utf-8")


def test_the_page_has_the_table() -> None:
    """The page shows what the command prints."""
    assert f"```\n{table(watching.rows(watching.measure()))}\n```" in PAGE


def test_the_page_has_the_prices() -> None:
    """The prices that the page names are those that are reckoned with."""
    assert pytest.approx(0.625) == 1e6 * watching.WRITE_UNIT
    assert pytest.approx(0.125) == 1e6 * watching.READ_UNIT
    assert "$0.625 per million write" in PAGE
    assert "$0.125 per million read" in PAGE


def test_the_page_has_the_bounds() -> None:
    """What it says of numbers is what the code does."""
    claims, newcomers = watching.claims()

    assert f"{claims} a minute and container" in PAGE
    assert f"${newcomers:.5f} for the newcomers" in PAGE
    assert f"at most {watch.MOST_CLAIMS}." in PAGE
    assert f"at most {watch.MOST_NEWCOMERS} claims" in PAGE
    assert f"some {watch.ENOUGH_NEWCOMERS:,} were counted" in PAGE
    assert f"{watch.LOOKERS} containers in three seconds" in PAGE
    assert f"keeps {ledger.MOST:,} users" in PAGE
    assert f"one of {layout.SHARDS} items" in PAGE
    assert f"{sentinel.SECONDS} seconds at most" in PAGE
    assert watching.EVERY == 3


def test_more_containers_look_no_more_often() -> None:
    """Looks and judging have a bound, counts grow with the containers."""
    few, many = watching.minute(100), watching.minute(1_000)

    assert few.looks == many.looks
    assert few.state == many.state
    assert many.counts >= 10 * few.counts
