"""Functions, aliases and alarms for the tests, in a simulated account."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def function(name: str, *versions: str, **aliases: str) -> None:
    """A function with an alias for each colour that is given, at these versions."""
    client = boto3.client("lambda")
    client.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=_role(),
        Handler="app.handler",
        Code={"ZipFile": _code("1")},
        Publish=True,
    )
    for version in versions:
        client.update_function_code(
            FunctionName=name, ZipFile=_code(version), Publish=True
        )
    for alias, version in aliases.items():
        client.create_alias(FunctionName=name, Name=alias, FunctionVersion=version)


def alarm(name: str, state: str = "OK") -> None:
    """A metric alarm in this state."""
    client = boto3.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName=name,
        MetricName="Errors",
        Namespace="Shop",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


def _role() -> str:
    client = boto3.client("iam")
    found: list[dict[str, Any]] = client.list_roles()["Roles"]
    if found:
        return str(found[0]["Arn"])
    document = json.dumps(TRUST)
    made = client.create_role(RoleName="runner", AssumeRolePolicyDocument=document)
    return str(made["Role"]["Arn"])


def _code(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("app.py", f"VERSION = {text!r}\n")
    return packed.getvalue()
