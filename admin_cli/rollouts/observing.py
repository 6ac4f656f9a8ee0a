"""Reads a release's rollout: its document, the routers' mark on it, the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from admin_cli.finding import find_flag
from admin_cli.rollouts import aliases, past
from admin_cli.rollouts.sight import sight
from admin_cli.rollouts.view import Found
from admin_cli.unsettled import aborted
from flags.errors import InvalidDocument, Problem
from rollouts.judge import InvalidEvidence
from rollouts.machine.rollout import Rollout

if TYPE_CHECKING:
    from collections.abc import Callable

    from flags.store.changes import State, Store, Stored
    from rollouts.evidence.look import Look
    from rollouts.evidence.table import Evidence


def release(state: State, name: str) -> Stored:
    """A release in use; raises `Unknown`, or `InvalidDocument` if it is none."""
    stored = find_flag(state, name)
    if "release" not in stored.body:
        message = "not a release; only releases have rollouts"
        raise InvalidDocument([Problem(path=f"flags.{name}", message=message)])
    return stored


def observe(
    store: Store, evidence: Evidence, name: str, client: Callable[..., Any]
) -> Found:
    """All that there is to see of a rollout now; `client` makes those of AWS."""
    state = store.load()
    stored = release(state, name)
    look, trouble = None, None
    try:
        look = look_at(store, evidence, state, name)
    except InvalidEvidence as error:
        # Nobody may be judged by it, but all else is to be seen.
        trouble = str(error)
    return Found(
        name=name,
        version=stored.version,
        body=stored.body,
        sight=sight(look) if look else None,
        marked=name in aborted(state),
        trouble=trouble,
        named=aliases.named(stored.body["release"]["services"], client),
    )


def look_at(store: Store, evidence: Evidence, state: State, name: str) -> Look | None:
    """The evidence about the rollout that runs, or else ran last; None without any."""
    rollout = Rollout.of(release(state, name).body)
    since = _since(state, name)
    if since is None and rollout is not None:
        since = past.began(store, name, rollout.id)
    return None if since is None else evidence.look(name, since)


def _since(state: State, name: str) -> int | None:
    """The version at which the live rollout began, as routers know it."""
    compiled = (state.compiled.get(name) or {}).get("release") or {}
    since: int | None = compiled.get("since")
    return since
