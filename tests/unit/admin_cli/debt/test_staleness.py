"""Flags that can go."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from admin_cli.debt.staleness import Evidence, stale
from flags.store.changes import Stored

BODY: dict[str, Any] = {"variants": {"on": 1, "off": 0}, "off": "off", "serve": "on"}
RELEASE: dict[str, Any] = {"release": {"services": ["pay"]}}
OLD, NEW = "2026-01-01T00:00:00Z", "2026-05-20T00:00:00Z"


def listed(
    body: dict[str, Any],
    *,
    changed: str = OLD,
    created: str | None = OLD,
    used: frozenset[str] = frozenset(),
    watched: date | None = date(2026, 4, 1),
) -> dict[str, Any]:
    """What is said about one flag `f` on the first of June, of 30 days."""
    known = Evidence(
        changed={"f": changed},
        created={"f": created} if created else {},
        used=used,
        watched=watched,
        today=date(2026, 6, 1),
        days=30,
    )
    return stale([Stored(name="f", version=2, body=body)], known)


@pytest.mark.parametrize(
    ("body", "expired"),
    [
        (BODY | {"expires": "2026-05-31"}, ["f"]),
        (RELEASE | {"expires": "2026-05-31"}, ["f"]),
        (BODY | {"expires": "2026-06-01"}, []),
        (BODY, []),
    ],
)
def test_a_flag_expires_after_its_day(body: dict[str, Any], expired: list[str]) -> None:
    """On the day itself it may still be there; releases expire as well."""
    assert expired == [row["name"] for row in listed(body)["expired"]]


@pytest.mark.parametrize(
    ("body", "changed", "names"),
    [
        (BODY, OLD, ["f"]),
        (BODY | {"temporary": True}, OLD, ["f"]),
        (BODY, NEW, []),
        (BODY, "2026-05-02T23:59:59Z", ["f"]),
        (BODY, "2026-05-03T00:00:00Z", []),
        (BODY | {"temporary": False}, OLD, []),
        (BODY | {"serve": {"on": 50, "off": 50}}, OLD, []),
        (RELEASE, OLD, []),
    ],
)
def test_what_is_the_same_for_everyone_and_old_can_go(
    body: dict[str, Any], changed: str, names: list[str]
) -> None:
    """Releases and permanent flags stay, and so does what changed lately."""
    found = listed(body, changed=changed)["rolled_out"]

    assert names == [row["name"] for row in found]


@pytest.mark.parametrize(
    ("body", "created", "since"),
    [
        (BODY, OLD, ["2026-05-02"]),
        (BODY, "2026-05-02T23:59:59Z", ["2026-05-02"]),
        (BODY, "2026-05-03T00:00:00Z", []),
        (BODY, NEW, []),
        (BODY, None, []),
        (BODY | {"temporary": False}, OLD, []),
        (RELEASE, OLD, []),
    ],
)
def test_unused_flags_are_at_least_so_old(
    body: dict[str, Any], created: str | None, since: list[str]
) -> None:
    """A new flag had no time to be used; one of unknown age may be new."""
    found = listed(body, created=created, changed=NEW)

    assert since == [row["since"] for row in found["never_evaluated"]]


def test_a_used_flag_is_not_listed() -> None:
    """One report is enough."""
    assert [] == listed(BODY, used=frozenset({"f"}))["never_evaluated"]


@pytest.mark.parametrize("watched", [None, date(2026, 5, 3)])
def test_too_few_reports_are_no_evidence(watched: date | None) -> None:
    """What is not known of all the days is null."""
    assert listed(BODY, watched=watched)["never_evaluated"] is None
