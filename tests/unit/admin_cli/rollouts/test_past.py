"""Transitions as rows."""

from __future__ import annotations

import pytest

from admin_cli.rollouts.past import cells


@pytest.mark.parametrize(
    ("why", "reason", "told"),
    [
        ("aborted by bo: errors", "errors", "aborted by bo: errors"),
        ("next is step 2", "next is step 2; not told", "next is step 2; not told"),
        ("started by bo", "v42", "started by bo (v42)"),
        ("started by bo", "", "started by bo"),
        ("", "by hand", "by hand"),
    ],
)
def test_why_is_told_once(why: str, reason: str, told: str) -> None:
    """What happened, and what people or the controller said of it."""
    row = {
        "at": "2026-03-02T09:14:00Z",
        "version": 7,
        "rollout": "k3j2h1g0",
        "phase": "aborted",
        "step": None,
        "of": None,
        "weight": None,
        "author": "bo",
        "why": why,
        "reason": reason,
    }

    assert told == cells(row)[-1]
