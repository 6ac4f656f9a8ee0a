"""The outputs of the router's stack, and the parameters that it was deployed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from flags.errors import StoreUnavailable
from flags.store.remedies import refused, said_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What a stack says; `instead` is what else to name, and the option for it."""

    stack: str
    found: Mapping[str, str]
    instead: tuple[str, str]
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Any, stack: str, instead: tuple[str, str]) -> Outputs:
        """Ask CloudFormation; raises `StoreUnavailable`."""
        config = Config(connect_timeout=5, read_timeout=20)
        client = session.client("cloudformation", config=config)
        try:
            described = client.describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as error:
            told = _unread(error, stack, session.region_name, instead)
            raise StoreUnavailable(told) from error
        listed = described.get("Outputs", ())
        given = described.get("Parameters", ())
        return cls(
            stack=stack,
            found={one["OutputKey"]: str(one["OutputValue"]) for one in listed},
            instead=instead,
            parameters={
                one["ParameterKey"]: str(one.get("ParameterValue", "")) for one in given
            },
        )

    def get(self, key: str) -> str:
        """An output; raises `StoreUnavailable` if the stack hasn't got it."""
        if key in self.found:
            return self.found[key]
        what, option = self.instead
        msg = (
            f"the stack {self.stack} has no output {key}: name the router's stack with "
            f"--stack-name, or its {what} with {option}"
        )
        raise StoreUnavailable(msg)


def _unread(
    error: ClientError, stack: str, region: str, instead: tuple[str, str]
) -> str:
    what, option = instead
    if "does not exist" not in said_by(error):
        why = refused(error, f"the stack {stack}")
        why = why or f"the stack {stack} can't be read: {said_by(error)}"
        return f"{why}; or name its {what} with {option}"
    return (
        f"there is no stack {stack} in {region}: deploy it with `sam deploy`, "
        f"or name another with --stack-name, or a {what} with {option}"
    )
