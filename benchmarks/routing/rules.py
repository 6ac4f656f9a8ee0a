"""The rules: 30 % of users to green, the same for both routers."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.harness import captured
from benchmarks.harness.endpoint import Item
from benchmarks.harness.table import Documents, written
from flags.codec import decode
from flags.model import Split
from flags.store.checks import read_file
from flags.store.memory import MemoryStore

SERVICE, HEADER = "shop", "x-user-id"
OURS, PLAIN = captured.OURS, "plain"
COLOURS = ("blue", "green")
FUNCTION = f"arn:aws:lambda:{captured.ENVIRON['AWS_REGION']}:123456789012:function"
TARGETS = ",".join(f"{FUNCTION}:{SERVICE}:{colour}" for colour in COLOURS)
FILE: dict[str, Any] = {
    "flags": {SERVICE: {"release": {"services": [SERVICE]}, "weight": 30}},
    "routing": {
        "routes": [
            {
                "name": "web",
                "service": SERVICE,
                "match": {"source": ["http"]},
                "identity": [{"header": HEADER}],
            },
            {
                "name": "callers",
                "service": SERVICE,
                "match": {"source": ["direct"]},
                "identity": [{"body": "user.id"}],
            },
        ]
    },
}


def tables() -> dict[str, list[Item]]:
    """Our table as the real writer leaves it, and the plain router's one item."""
    (ours,) = captured.our_table(_documents())
    return {OURS: ours, PLAIN: [_plain()]}


def _documents() -> Documents:
    file = read_file(FILE)
    documents = {name: flag.body() for name, flag in file.flags.items()}
    if file.routing is not None:
        documents["routing"] = file.routing.body()
    return documents


def _plain() -> Item:
    body = written(MemoryStore(), _documents()).body()
    flag = decode(body.text).flags[SERVICE] if body else None
    if flag is None or flag.release is None or not isinstance(flag.serve, Split):
        raise LookupError(f"{SERVICE} is no release that is split")
    release = {
        "name": SERVICE,
        "salt": flag.salt,
        "generation": flag.version,
        "stable": flag.release.stable,
        "ends": flag.serve.ends,
        "aliases": flag.serve.variants,
    }
    text = json.dumps({"release": release, "user_header": HEADER})
    return {"pk": {"S": "router"}, "rules": {"S": text}}
