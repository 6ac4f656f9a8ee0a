"""Flags of a rules file, without a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flags import Reason
from flags.errors import InvalidDocument
from flags.testing import FakeClock, flags_from

ON_OFF: dict[str, Any] = {"variants": {"on": True, "off": False}, "off": "off"}
FILE = """
flags:
  gift:
    variants: {on: true, off: false}
    off: off
    rules:
      - name: testers
        when: {segment: beta}
        serve: on
    serve: off
segments:
  beta:
    included: [ann]
"""


def test_data() -> None:
    """What a rules file says, as data."""
    features = flags_from({"flags": {"gift": ON_OFF | {"serve": "on"}}})

    found = features.details("gift")

    assert (True, Reason.STATIC, 1) == (found.value, found.reason, found.version)


def test_file(tmp_path: Path) -> None:
    """A path to a rules file, segments and all."""
    path = tmp_path / "rules.yaml"
    path.write_text(FILE, "utf-8")
    features = flags_from(path)

    assert features.boolean("gift", default=False, key="ann") is True
    assert features.boolean("gift", default=True, key="bob") is False


def test_no_flags() -> None:
    """A file without flags is one too."""
    assert "x" == flags_from({}).string("theme", default="x")


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        ({"gift": {"serve": "on"}}, "flags.gift"),
        ({"gift": ON_OFF | {"serve": "onn"}}, "flags.gift.serve"),
    ],
)
def test_problems(flags: dict[str, Any], problem: str) -> None:
    """What `canary apply` would refuse is refused."""
    with pytest.raises(InvalidDocument, match=problem):
        flags_from({"flags": flags})


def test_time_is_given() -> None:
    """A schedule follows the clock that the test holds."""
    clock = FakeClock()
    flag = ON_OFF | {"serve": "on", "schedule": {"from": "2030-01-01T00:00:00Z"}}
    features = flags_from({"flags": {"gift": flag}}, now=clock)

    assert Reason.SCHEDULE == features.details("gift").reason
    clock.now = 1_900_000_000
    assert features.boolean("gift", default=False) is True


def test_the_same_users_in_every_run() -> None:
    """Splits don't depend on chance."""
    flag = ON_OFF | {"serve": {"on": 50, "off": 50}}
    runs = [
        [
            flags_from(rules).boolean("gift", default=False, key=f"u{n}")
            for n in range(9)
        ]
        for rules in [{"flags": {"gift": flag}}] * 2
    ]

    assert runs[0] == runs[1]
    assert {True, False} == set(runs[0])
