"""Functions in a simulated Lambda, and what the simulation can't answer."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError

Answer = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class Wire:
    """Sees every request to Lambda; `answers` come before the simulation's own."""

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def sent(self, operation: str) -> list[dict[str, Any]]:
        """What was asked of this operation."""
        return [asked for name, asked in self.calls if name == operation]

    def fail(self, operation: str, code: str, times: int = 1) -> None:
        """Let the next requests of this kind be refused."""
        left = [times]
        before = self.answers.get(operation)

        def refuse(asked: dict[str, Any]) -> dict[str, Any]:
            if left[0]:
                left[0] -= 1
                raise refusal(code, operation)
            return before(asked) if before else PASS

        self.answers[operation] = refuse


# What every request of boto3 goes through; the library has no other door.
DOOR = "_make_api_call"
# Let the simulation answer after all.
PASS: dict[str, Any] = {}


def refusal(code: str, operation: str) -> ClientError:
    """What boto3 raises when Lambda refuses."""
    return ClientError({"Error": {"Code": code, "Message": "said so"}}, operation)


@contextmanager
def wired(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """See all requests, and answer what the simulation doesn't know."""
    wire = Wire(
        answers={
            "ListProvisionedConcurrencyConfigs": lambda _: {
                "ProvisionedConcurrencyConfigs": []
            },
            "ListFunctionUrlConfigs": lambda _: {"FunctionUrlConfigs": []},
        }
    )
    real = getattr(botocore.client.BaseClient, DOOR)

    def call(self: Any, operation: str, asked: dict[str, Any]) -> Any:
        if self.meta.service_model.service_name != "lambda":
            return real(self, operation, asked)
        wire.calls.append((operation, asked))
        if answer := wire.answers.get(operation):
            found = answer(asked)
            if found is not PASS:
                return found
        return real(self, operation, asked)

    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, DOOR, call)
        yield wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account with functions."""

    client: Any
    role: str

    def make(self, name: str, *, aliases: tuple[str, ...] = ("blue", "green")) -> None:
        """A function whose aliases are on version 1."""
        self.client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=self.role,
            Handler="app.handler",
            Code={"ZipFile": zipped("first")},
        )
        self.client.publish_version(FunctionName=name)
        for alias in aliases:
            self.client.create_alias(FunctionName=name, Name=alias, FunctionVersion="1")

    def code(self, name: str, text: str) -> None:
        """Other code."""
        self.client.update_function_code(FunctionName=name, ZipFile=zipped(text))

    def aliases(self, name: str) -> dict[str, str]:
        """The versions of the aliases."""
        found = self.client.list_aliases(FunctionName=name)["Aliases"]
        return {alias["Name"]: alias["FunctionVersion"] for alias in found}

    def versions(self, name: str) -> list[str]:
        """The published versions."""
        found = self.client.list_versions_by_function(FunctionName=name)["Versions"]
        return [one["Version"] for one in found if one["Version"] != "$LATEST"]


def account() -> Account:
    """The simulated account, with a role for functions."""
    role = boto3.client("iam").create_role(
        RoleName="functions", AssumeRolePolicyDocument=json.dumps({})
    )
    return Account(client=boto3.client("lambda"), role=role["Role"]["Arn"])


def zipped(text: str) -> bytes:
    """A package of one file, the same bytes for the same text."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), text)
    return packed.getvalue()
