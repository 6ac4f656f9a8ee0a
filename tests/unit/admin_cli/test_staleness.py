"""Flags that can go."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from admin_cli.staleness import Evidence, stale
from flags.store.changes import Stored

BODY: dict[str, Any] = {"variants": {"on": 1, "off": 0}, "off": "off", "serve": "on"}
RELEASE: dict[str, Any] = {"release": {"services": ["pay"]}}
OLD, NEW = "2026-01-01T00:00:00Z", "2026-05-20T00:00:00Z"


def listed(
    body: dict[str, Any],
    *,
    changed: str = OLD,
    version: int = 2,
    used: dict[str, frozenset[str]] | None = None,
) -> dict[str, Any]:
    """What is said about one flag `f` on the first of June, of 30 days."""
    known = Evidence(
        changed={"f": changed}, used=used or {}, today=date(2026, 6, 1), days=30
    )
    return stale([Stored(name="f", version=version, body=body)], known)


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


DAYS = {"2026-05-10": frozenset({"g"}), "2026-05-30": frozenset({"h"})}


@pytest.mark.parametrize(
    ("body", "changed", "version", "since"),
    [
        (BODY, OLD, 2, ["2026-05-10"]),
        (BODY, NEW, 2, ["2026-05-10"]),
        (BODY, NEW, 1, ["2026-05-20"]),
        (BODY | {"temporary": False}, OLD, 2, []),
        (RELEASE, OLD, 2, []),
    ],
)
def test_unused_flags_tell_since_when_that_is_known(
    body: dict[str, Any], changed: str, version: int, since: list[str]
) -> None:
    """Since the first report, or since they exist."""
    found = listed(body, changed=changed, version=version, used=DAYS)

    assert since == [row["since"] for row in found["never_evaluated"]]


def test_a_used_flag_is_not_listed() -> None:
    """One report is enough."""
    used = DAYS | {"2026-05-11": frozenset({"f"})}

    assert [] == listed(BODY, used=used)["never_evaluated"]


def test_no_report_is_no_evidence() -> None:
    """What is not known is null."""
    assert listed(BODY)["never_evaluated"] is None
