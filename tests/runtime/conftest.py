"""The router in a real runtime process, over a stand-in for AWS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.runtime.rig import Aws, Function
from tests.unit.router.conftest import ARN, RULES, SERVICES, Bench


@pytest.fixture
def bench() -> Bench:
    """Rules in a memory store."""
    made = Bench()
    made.apply(RULES)
    return made


@pytest.fixture
def aws(bench: Bench) -> Iterator[Aws]:
    """The stand-in for AWS, over the bench's store."""
    server = Aws(bench.store)
    yield server
    server.close()


def environ(port: int) -> dict[str, str]:
    """The router's environment."""
    arns = [f"{ARN}:{name}:{c}" for name in SERVICES for c in ("blue", "green")]
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "CANARY_TABLE": "table",
        "CANARY_TARGETS": ",".join(arns),
        "CANARY_DEFAULT_SERVICE": "shop-checkout",
        "CANARY_REFRESH_SECONDS": "60",
    }


@pytest.fixture
def router(aws: Aws) -> Iterator[Function]:
    """The router in a runtime process."""
    with Function("router.handler.handler", environ(aws.port)) as function:
        yield function
