"""Brings up the whole system: the emulator, the router's stack and the shop's.

The next version of checkout goes to green, as a person would deploy it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from examples.demo import emulator, stack
from examples.demo.emulator import BUILD, ROOT, Emulator

SHOP = ROOT / "examples" / "shop"
STACK = "canary"
SHOP_STACK = "shop"
SERVICES = ("shop-checkout", "shop-email", "shop-ledger", "shop-analytics")
ARN = "arn:aws:lambda:us-east-1:000000000000:function"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A running system and where its parts are."""

    emulator: Emulator
    outputs: Mapping[str, str]
    receipts: str
    refresh: int
    # To make one takes longer than most calls; threads may share it.
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)

    def client(self, service: str) -> Any:
        """A boto3 client for the emulator."""
        if service not in self._clients:
            self._clients[service] = stack.client(service, self.emulator.env())
        return self._clients[service]


def bring_up(
    say: Say,
    *,
    keep: bool = False,
    refresh: int = 5,
    build: Path = BUILD / "stack",
    more: Sequence[str] = (),
) -> System:
    """Start and deploy everything.

    Args:
        say: Is told what happens.
        keep: Let the emulator outlive this process.
        refresh: The router's RefreshSeconds.
        build: Where to build; two at once must not share it.
        more: Services besides the shop's that the router may invoke.
    """
    say("starting the emulator")
    running = emulator.start(keep=keep)
    try:
        return _deploy(say, running, parameters(refresh, more), build)
    except BaseException:
        running.stop()
        raise


def _deploy(
    say: Say, running: Emulator, router: Mapping[str, str], build: Path
) -> System:
    env = running.env()
    say("sam build")
    built = stack.sam_build(ROOT / "template.yaml", build, env)
    say("sam deploy: router")
    stack.sam_deploy(built, STACK, router, env)
    outputs = stack.outputs(STACK, env)
    say("sam deploy: shop")
    # Functions of one file and a layer: there is nothing to build.
    stack.sam_deploy(SHOP / "template.yaml", SHOP_STACK, shop_parameters(outputs), env)
    receipts = stack.outputs(SHOP_STACK, env)["ReceiptsTable"]
    say("checkout: next version to green")
    deploy_next(stack.client("lambda", env), SHOP / "checkout_next")
    refresh = int(router["RefreshSeconds"])
    return System(emulator=running, outputs=outputs, receipts=receipts, refresh=refresh)


def parameters(refresh: int, more: Sequence[str] = ()) -> dict[str, str]:
    """Parameters of the router's stack, as `sam deploy` takes them."""
    services = (*SERVICES, *more)
    aliases = [f"{ARN}:{name}:{c}" for name in services for c in ("blue", "green")]
    return {
        "TargetAliases": ",".join(aliases),
        "DefaultService": SERVICES[0],
        "RefreshSeconds": str(refresh),
        "TokenKeys": "/canary/token-keys",
        # So that curl can call them; the emulator checks no signature either way.
        "HttpApiAccess": "public",
        "FunctionUrlAccess": "public",
        "DeletionProtection": "false",
    }


def shop_parameters(outputs: Mapping[str, str]) -> dict[str, str]:
    """Parameters of the shop's stack: outputs of the router's."""
    wanted = ("FlagsLayerArn", "TableName", "TopicArn", "QueueUrl", "QueueArn")
    return {name: outputs[name] for name in (*wanted, "EventBusName")}


def deploy_next(functions: Any, folder: Path) -> str:
    """Publish a new version of checkout and point green to it; returns the version."""
    name = SERVICES[0]
    functions.update_function_code(FunctionName=name, ZipFile=zipped(folder))
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    version = str(functions.publish_version(FunctionName=name)["Version"])
    functions.update_alias(FunctionName=name, Name="green", FunctionVersion=version)
    return version


def zipped(folder: Path) -> bytes:
    """A folder's modules as Lambda takes code."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.glob("*.py")):
            # Not `write`: without permissions in the archive Lambda can't read it.
            member = zipfile.ZipInfo(path.name)
            member.external_attr = 0o644 << 16
            archive.writestr(member, path.read_text("utf-8"))
    return packed.getvalue()
