"""Whom IAM vouches for: not for guests, whose keys anybody is given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from router.document import Node
from router.sources import recognise
from tests.fuzz.rig import corpus

POOL = "eu-west-1:00000000-0000-4000-8000-000000000001"
GUEST, KNOWN = "unauthenticated", "authenticated"


def rest(event: Any, kind: str) -> None:
    """The caller as REST and WebSocket APIs tell of it."""
    caller = event["requestContext"]["identity"]
    caller.update(cognitoAuthenticationType=kind, cognitoIdentityId=POOL)


def http(event: Any, kind: str) -> None:
    """As HTTP APIs do."""
    iam = event["requestContext"]["authorizer"]["iam"]
    iam["cognitoIdentity"] = {"amr": [kind], "identityId": POOL}


def appsync(event: Any, kind: str) -> None:
    """As AppSync does."""
    event["identity"].update(cognitoIdentityAuthType=kind, cognitoIdentityId=POOL)


@pytest.mark.parametrize(
    ("name", "tell"),
    [
        ("rest_iam", rest),
        ("websocket_connect_iam", rest),
        ("http_iam", http),
        ("appsync_iam", appsync),
    ],
)
def test_guests_of_an_identity_pool_are_not_vouched_for(name: str, tell: Any) -> None:
    """Users who have signed in are, and so is who has keys of another kind."""
    event = json.loads(corpus()[name])
    vouched = [_vouched(event)]
    for kind in (KNOWN, GUEST):
        tell(event, kind)
        vouched.append(_vouched(event))

    assert [True, True, False] == vouched


def _vouched(event: Any) -> bool:
    node = Node.of(json.dumps(event).encode())
    return recognise(node).vouched(node)
