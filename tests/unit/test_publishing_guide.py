"""docs/publishing.md keeps up with what counts as a change."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from rollouts.publishing.fingerprint import COUNTED, IGNORED

GUIDE = (Path(__file__).parents[2] / "docs" / "publishing.md").read_text("utf-8")
_, _, COUNTS = GUIDE.partition("\n### What counts\n")
COUNTS, _, REST = COUNTS.partition("\n### What doesn't count\n")
REST = REST.partition("\n## ")[0]


@pytest.mark.parametrize(("field", "why"), COUNTED.items())
def test_every_field_that_counts_is_told(field: str, why: str) -> None:
    """The guide has a row for each field that counts, in the code's words."""
    assert f"| `{field}` | {why} |" in COUNTS


@pytest.mark.parametrize(("field", "why"), IGNORED.items())
def test_every_field_that_does_not_count_is_told(field: str, why: str) -> None:
    """The guide has a row for each field that doesn't count, in the code's words."""
    assert f"| `{field}` | {why} |" in REST


def test_somebody_decided_about_every_field_of_lambda() -> None:
    """All fields that boto3 knows are in one of the tables, and in one alone."""
    model = boto3.client("lambda", region_name="eu-west-1").meta.service_model
    known = set(model.shape_for("FunctionConfiguration").members)

    assert set() == known - COUNTED.keys() - IGNORED.keys()
    assert set() == COUNTED.keys() & IGNORED.keys()
