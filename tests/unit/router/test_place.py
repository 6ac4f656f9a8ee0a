"""Where events go while rules name what is not deployed."""

from __future__ import annotations

import json

import pytest

from flags.store.compiler import compile_snapshot
from router.config import Config
from router.document import Node
from router.place import placed
from router.routing import build
from router.sources import recognise
from tests.unit.router.conftest import ARN, event


@pytest.mark.parametrize(
    ("skipped", "next_", "held"),
    [
        (False, True, False),
        (False, "iam", False),
        (True, False, False),
        (True, "iam", True),
        ("iam", True, True),
        ("iam", "iam", "iam"),
        ("iam", None, True),
        (False, None, False),
    ],
)
def test_the_strictest_trust_holds(
    skipped: object, next_: object, held: object
) -> None:
    """At public sources `iam` lets in what `true` keeps out."""
    routes = [{"name": "typo", "service": "gone", "match": {}, "trust": skipped}]
    if next_ is not None:
        routes.append({"name": "web", "service": "shop", "match": {}, "trust": next_})
    text = compile_snapshot(1, {}, {"routes": routes, "default": "shop"})
    environ = {"CANARY_TABLE": "flags", "CANARY_TARGETS": f"{ARN}:shop:blue"}
    node = Node.of(json.dumps(event("http")).encode())
    place = placed(build(text, {}), Config.from_environ(environ), recognise(node), node)
    assert (place.service, place.skipped, place.trust) == ("shop", "gone", held)
