"""Step Functions executions carry the decision in their input."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flags import propagation
from flags.propagation.boto import carrying
from flags.token import NAME
from tests.unit.flags.propagation.conftest import NUMBERS, WIRE

pytestmark = pytest.mark.usefixtures("decided")


def test_start_execution(aws: Any) -> None:
    """An execution's input has it, beside what the caller gave."""
    client = aws("stepfunctions")
    machine = client.create_state_machine(
        name=f"orders-{next(NUMBERS)}",
        definition=json.dumps({"StartAt": "a", "States": {"a": {"Type": "Succeed"}}}),
        roleArn="arn:aws:iam::123456789012:role/any",
    )["stateMachineArn"]
    started = client.start_execution(stateMachineArn=machine, input='{"id": 7}')
    found = client.describe_execution(executionArn=started["executionArn"])

    assert f'{{"id": 7,"{NAME}":"{WIRE}"}}' == found["input"]


@pytest.mark.parametrize("operation", ["StartExecution", "StartSyncExecution"])
def test_no_input(operation: str) -> None:
    """No input is an empty object."""
    sent = carrying("stepfunctions", operation, {"stateMachineArn": "m"})

    assert {"stateMachineArn": "m", "input": f'{{"{NAME}":"{WIRE}"}}'} == sent


@pytest.mark.parametrize("given", ["[1]", "null", "{", "", 7, None])
def test_other_input(given: Any) -> None:
    """Input that is no JSON object stays as it is, and is counted."""
    params = {"stateMachineArn": "m", "input": given}

    assert carrying("stepfunctions", "StartExecution", params) is params
    assert {"stepfunctions": 1} == propagation.skipped


def test_a_decision_already() -> None:
    """Input that has this decision stays as it is."""
    params = {"stateMachineArn": "m", "input": json.dumps({NAME: WIRE})}

    assert carrying("stepfunctions", "StartExecution", params) is params
    assert not propagation.skipped


def test_limit() -> None:
    """Input that would outgrow the limit only with a decision goes without."""

    def carries(size: int, letter: str = "y") -> bool:
        given = '{"x":"' + letter * ((size - 8) // len(letter.encode())) + '"}'
        params = {"stateMachineArn": "m", "input": given}
        sent = carrying("stepfunctions", "StartExecution", params)
        assert len(sent["input"].encode()) <= 262_144
        return sent is not params

    assert carries(262_144 - 37)
    assert not carries(262_144 - 36)
    assert not carries(262_144 - 36, "é")
