"""The versions of services, written for a rollout and read again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollouts.publishing.named import read, written

NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
NUMBERS = st.integers(1, 9999).map(str)
VERSIONS = st.dictionaries(
    NAMES, st.fixed_dictionaries({"stable": NUMBERS, "canary": NUMBERS}), min_size=1
)


def test_services_have_their_own() -> None:
    """Where the numbers differ, each service is named."""
    versions = {
        "cart": {"stable": "12", "canary": "13"},
        "mail": {"stable": "12", "canary": "4"},
    }

    assert {"stable": "12", "canary": "cart:13, mail:4"} == written(versions)


@pytest.mark.property
@given(versions=VERSIONS)
def test_what_was_written_is_read(versions: dict[str, dict[str, str]]) -> None:
    """Every service has its versions back."""
    kept = written(versions)

    assert versions == {service: read(kept, service) for service in versions}


@pytest.mark.parametrize(
    "kept", [None, {}, {"stable": 12}, {"stable": "mail:4"}, {"canary": "?, cart"}]
)
def test_what_is_not_told_is_nobody_s(kept: dict[str, Any] | None) -> None:
    """Without a number for a service there is no version, and no error."""
    assert {} == read(kept, "cart")


def test_no_services_have_no_versions() -> None:
    """Nothing in, nothing out."""
    assert {} == written({})
