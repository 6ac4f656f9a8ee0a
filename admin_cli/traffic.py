"""Who is on which version is no file's business: what keeps that of a release.

Laws
1. Pure: bodies in, bodies out.
2. An absent `weight` keeps the stored one, an absent `stable` the stored colour.
3. While a rollout runs, both are its own: they stay, whatever a file says. Its state is
   in no file, and neither a file nor an earlier version brings another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flags.store.changes import State
from flags.store.checks import File
from flags.store.documents import FlagDocument
from flags.store.plans import running
from flags.store.stable import stable_of

Body = Mapping[str, Any]
_OWN = ("weight", "rollout")


def merge(document: FlagDocument, stored: Body | None) -> dict[str, Any]:
    """The new body of a flag, with the traffic that the operator gave it."""
    body = document.body()
    if document.release is None:
        return body
    before = stored if stored and "release" in stored else {}
    if running(before):
        return _held(body, before)
    if document.release.stable is None and before:
        body["release"] = {**body["release"], "stable": stable_of(before)}
    kept = ("rollout",) if document.weight is not None else _OWN
    return body | {key: before[key] for key in kept if key in before}


def written(body: Body) -> Body:
    """What a file says of a stored body: nothing that its rollout decides."""
    left_out = _OWN if running(body) else ("rollout",)
    return {key: part for key, part in body.items() if key not in left_out}


def held_against(file: File, load: Callable[[], State]) -> list[str]:
    """What the file asks of traffic while a rollout runs, and in vain: sentences.

    The table is loaded only if the file asks for anything of the kind.
    """
    asked = {name: flag for name, flag in file.flags.items() if _asks(flag)}
    documents = load().documents if asked else {}
    return [
        f"{name}: a rollout runs, so weight and stable colour stay as they are; "
        f"`canary abort {name}` ends it"
        for name, flag in asked.items()
        if name in documents and _contradicts(flag, documents[name].body)
    ]


def kept_traffic(body: Body, current: Body) -> dict[str, Any]:
    """An earlier body of a release with the traffic of now."""
    if "release" not in body or "release" not in current:
        return dict(written(body))
    return _held(body, current)


def brought_back(body: Body, current: Body) -> dict[str, Any]:
    """An earlier body with the traffic of then, but the rollout's state of now."""
    kept = {key: part for key, part in body.items() if key != "rollout"}
    if "release" in body and "rollout" in current:
        kept["rollout"] = current["rollout"]
    return kept


def _held(body: Body, current: Body) -> dict[str, Any]:
    """A body of a release, with the traffic of another."""
    kept = {key: part for key, part in body.items() if key not in _OWN}
    kept |= {key: current[key] for key in _OWN if key in current}
    return kept | {"release": {**body["release"], "stable": stable_of(current)}}


def _asks(flag: FlagDocument) -> bool:
    release = flag.release
    return release is not None and (release.stable or flag.weight) is not None


def _contradicts(flag: FlagDocument, stored: Body) -> bool:
    if not running(stored) or "release" not in stored or flag.release is None:
        return False
    colour, weight = stable_of(stored), stored.get("weight")
    return (flag.release.stable or colour, flag.weight) not in {
        (colour, weight),
        (colour, None),
    }
