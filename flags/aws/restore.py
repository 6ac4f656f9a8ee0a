"""What to do once a sandbox was restored from a snapshot of itself (SnapStart)."""

from __future__ import annotations

from flags.hints import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def after_restore(environ: Mapping[str, str], *actions: Callable[[], None]) -> None:
    """Have the runtime call them, in order, after each restore; elsewhere nobody does.

    Connections are dead then, lent keys are another sandbox's, and rules are of
    unknown age: hand in each client's `reset` and each snapshot's `restored`.
    """
    if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start":
        return
    # Part of Lambda's runtime, which runs no hooks elsewhere.
    from snapshot_restore_py import register_after_restore  # noqa: PLC0415

    for action in actions:
        register_after_restore(action)
