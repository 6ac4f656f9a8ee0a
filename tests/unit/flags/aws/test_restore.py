"""After a restore from a snapshot."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
import snapshot_restore_py

from flags.aws.restore import after_restore


def test_actions_run_in_order_after_a_restore() -> None:
    """The runtime calls what was registered."""
    done: list[str] = []
    before = list(snapshot_restore_py.get_after_restore())
    environ = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    after_restore(environ, lambda: done.append("client"), lambda: done.append("rules"))
    registered = snapshot_restore_py.get_after_restore()[len(before) :]
    for action, arguments, named in registered:
        action(*arguments, **named)

    assert ["client", "rules"] == done


@pytest.mark.parametrize("kind", ["on-demand", "provisioned-concurrency", ""])
def test_elsewhere_nothing_is_registered(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is the runtime's module imported, which may not be there."""
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", ModuleType("empty"))

    after_restore({"AWS_LAMBDA_INITIALIZATION_TYPE": kind}, lambda: None)
    after_restore({}, lambda: None)
