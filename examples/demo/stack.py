"""Builds and deploys SAM templates with sam's own command line.

Laws:
1. An environment given as `env` (see `Emulator.env`) is the whole of what AWS
   settings there are; nothing of the caller's is mixed in.
2. Builds share no folder, so that two templates may be built at once. Nor the one
   above it: sam keeps there what it has built of which sources.
3. A failure shows the end of what sam printed: that is where it says why.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3

from examples.demo import emulator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SAM = emulator.ROOT / ".venv-sam" / "bin" / "sam"
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
TAIL = 40


class StackError(RuntimeError):
    """A build or a deployment failed."""


def sam_build(template: Path, folder: Path, env: Mapping[str, str]) -> Path:
    """Build a template in a folder; returns the template that was built.

    Layers get the wheels of this machine besides those of Lambda.
    """
    layer = {
        "CANARY_LAYER_HOST": "1",
        "CANARY_WHEELS": str(emulator.BUILD / "wheels"),
        "PYTHON": str(emulator.PYTHON),
    }
    _sam(
        [
            *("build", "--template-file", template, "--cached", "--parallel"),
            *("--build-dir", folder / "built", "--cache-dir", folder / "cache"),
        ],
        {**env, **layer},
    )
    return folder / "built" / "template.yaml"


def sam_deploy(
    template: Path,
    stack_name: str,
    parameters: Mapping[str, str],
    env: Mapping[str, str],
) -> None:
    """Create or update a stack and wait until it is done."""
    given = [f'{name}="{value}"' for name, value in parameters.items()]
    overrides = ["--parameter-overrides", *given] if given else []
    _sam(
        [
            *("deploy", "--template-file", template, "--stack-name", stack_name),
            *("--resolve-s3", "--no-confirm-changeset"),
            *("--no-fail-on-empty-changeset", "--capabilities", *CAPABILITIES),
            *overrides,
        ],
        env,
    )


def outputs(stack_name: str, env: Mapping[str, str]) -> dict[str, str]:
    """Outputs of a stack; addresses are such that they can be called from here."""
    stacks = client("cloudformation", env).describe_stacks(StackName=stack_name)
    return {
        output["OutputKey"]: reachable(output["OutputValue"], env)
        for output in stacks["Stacks"][0].get("Outputs", [])
    }


def client(service: str, env: Mapping[str, str]) -> Any:
    """A boto3 client for the account and the endpoint that `env` names.

    A profile that the caller has set needs `adopt` first: boto3 insists on it.
    """
    return boto3.client(
        service,
        region_name=env["AWS_DEFAULT_REGION"],
        endpoint_url=env["AWS_ENDPOINT_URL"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )


def reachable(value: str, env: Mapping[str, str]) -> str:
    """The same address by a name that exists: the emulator's are made up.

    It tells APIs and function URLs apart by host name, as AWS does, but takes the
    identifier from the path too.
    """
    host = urlsplit(value).hostname if "://" in value else None
    identifier, _, rest = (host or "").partition(".")
    kind = rest.partition(".")[0]
    if kind not in ("execute-api", "lambda-url"):
        return value
    return f"{env['AWS_ENDPOINT_URL']}/_aws/{kind}/{identifier}"


def adopt(env: Mapping[str, str]) -> None:
    """Make `env` the AWS settings of this process, for clients made elsewhere."""
    adopted = environment(env)
    os.environ.clear()
    os.environ.update(adopted)


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment with `env` in place of its AWS and Python settings."""
    foreign = ("AWS_", "PYTHON", "SAM_", "CANARY_", "VIRTUAL_ENV")
    own = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    return {**own, **env}


def _sam(arguments: Sequence[str | Path], env: Mapping[str, str]) -> None:
    if not SAM.exists():
        raise StackError(f"sam is not installed in {SAM}, run `make venvs`")
    quiet = {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.5"}
    done = subprocess.run(
        [SAM, *arguments],
        cwd=emulator.ROOT,
        env=environment({**env, **quiet}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-TAIL:])
        raise StackError(f"sam {arguments[0]} failed:\n{tail}")
