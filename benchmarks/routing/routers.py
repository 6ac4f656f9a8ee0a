"""The routers as they are deployed: a handler, and the environment that it finds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import botocore

from benchmarks.harness import captured
from benchmarks.routing.aws import ROOT
from benchmarks.routing.rules import OURS, PLAIN, SERVICE, TARGETS

FLOOR = "floor"
ROUTERS = (OURS, PLAIN)
HANDLERS = {
    OURS: "router.handler.handler",
    PLAIN: "benchmarks.plain_router.handler.handler",
    FLOOR: "benchmarks.routing.floor.handler",
}
USUAL = "usual.pem"
REFRESH = "5"


def environ(directory: Path, url: str) -> dict[str, str]:
    """What all find in their environment; `url` stands in for AWS."""
    return {
        **captured.ENVIRON,
        "AWS_CA_BUNDLE": str(directory / ROOT),
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPYCACHEPREFIX": str(directory / "bytecode"),
        "CANARY_DEFAULT_SERVICE": SERVICE,
        "CANARY_REFRESH_SECONDS": REFRESH,
        "CANARY_TABLE": OURS,
        "CANARY_TARGETS": TARGETS,
        "PLAIN_TABLE": PLAIN,
        "TARGETS": TARGETS,
        "POWERTOOLS_METRICS_NAMESPACE": "router",
        "POWERTOOLS_SERVICE_NAME": "router",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }


def with_usual_roots(directory: Path, found: Mapping[str, str]) -> dict[str, str]:
    """The same with all roots that botocore brings, besides the stand-in's."""
    usual = Path(botocore.__file__).parent / "cacert.pem"
    own = (directory / ROOT).read_bytes()
    (directory / USUAL).write_bytes(usual.read_bytes() + own)
    return {**found, "AWS_CA_BUNDLE": str(directory / USUAL)}
