"""The router's cost on paper, and the page that quotes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import cost
from benchmarks.harness.report import table

PAGE = (Path(__file__).parents[3] / "docs" / "cost.md").read_text("utf-8")


def test_the_page_has_the_table() -> None:
    """The page shows what the command prints."""
    assert f"```\n{table(cost.rows(cost.measure()))}\n```" in PAGE


@pytest.mark.parametrize("price", ["0.0000133334", "0.0000166667", "0.20", "0.125"])
def test_the_page_has_the_prices(price: str) -> None:
    """The prices that the page names are those that are reckoned with."""
    reckoned = [*cost.GB_SECOND.values(), 1e6 * cost.REQUEST, 1e6 * cost.READ_UNIT]
    assert float(price) in [pytest.approx(one) for one in reckoned]
    assert f"${price}" in PAGE


def test_waiting_is_billed() -> None:
    """Time grows with the target's duration and the router's own memory, no other."""
    quick, slow = (cost.router(seconds, "arm64") for seconds in (0.09, 0.99))
    assert pytest.approx(10 * quick.time) == slow.time
    assert quick.requests == slow.requests
    assert quick.logs == slow.logs


def test_one_read_a_request_at_most() -> None:
    """However long the target takes, a request reads the version once."""
    assert cost.router(600, "arm64").reads == pytest.approx(0.0625)


def test_a_router_like_its_target() -> None:
    """A target of the router's size costs as much as the router, but for the rest."""
    router = cost.router(1, "x86_64")
    alone = cost.target(1 + cost.OVERHEAD, cost.ROUTER_MEMORY, "x86_64")
    assert router.time + router.requests == pytest.approx(alone)
