"""The controller's settings."""

from __future__ import annotations

import pytest

from rollouts.controller.config import Config, InvalidConfig

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:shop"


def test_functions_come_from_the_targets() -> None:
    """Two aliases of a function are one function."""
    config = Config.from_environ(
        {"CANARY_TABLE": "flags", "CANARY_TARGETS": f"{ARN}:blue, {ARN}:green"}
    )

    assert config.functions == {"shop": ARN}
    assert config.name == "controller"


@pytest.mark.parametrize(
    "environ", [{}, {"CANARY_TABLE": "flags", "CANARY_TARGETS": ARN}]
)
def test_what_can_not_work_is_refused(environ: dict[str, str]) -> None:
    """The message names the variable."""
    with pytest.raises(InvalidConfig, match="CANARY_T"):
        Config.from_environ(environ)
