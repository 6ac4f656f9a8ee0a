"""Cold starts, by the report at the end of a log."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from flags.aws.invoke import InvokeAnswer
from router.sentinel.coldness import Thermometer, is_cold

REPORT = (
    "REPORT RequestId: 8f5a\tDuration: 12.30 ms\tBilled Duration: 13 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 40 MB\t"
)
JSON = (
    '{"time":"2026-01-02T03:04:05.678Z","type":"platform.report","record":{"requestId":'
    '"8f5a","metrics":{"durationMs":12.3,"billedDurationMs":13,"memorySizeMB":128,'
    '"maxMemoryUsedMB":40%s},"status":"success"}}'
)


def encoded(text: str) -> str:
    """As in the header."""
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("log", "cold"),
    [
        (REPORT + "Init Duration: 210.03 ms\t\n", True),
        (REPORT + "Restore Duration: 500.1 ms\tBilled Restore Duration: 1 ms\n", True),
        (REPORT + "\n", False),
        (JSON % ',"initDurationMs":210.03', True),
        (JSON % ',"restoreDurationMs":210.03', True),
        (JSON % "", False),
        ("Init Duration: says the function\n" + REPORT, False),
        ("", False),
    ],
)
def test_reports(log: str, *, cold: bool) -> None:
    """Lambda's own line counts, as text and as JSON; nothing else does."""
    assert is_cold(encoded(log)) is cold


@pytest.mark.parametrize("log", [None, "", "%%%", "A"])
def test_no_log_is_warm(log: str | None) -> None:
    """What can't be read says nothing."""
    assert is_cold(log) is False


def test_a_thermometer_knows_which_alias_was_cold() -> None:
    """By its ARN, once the answer was there."""

    class Sent:
        def result(self) -> InvokeAnswer:
            return InvokeAnswer(
                status=200,
                function_error=None,
                payload=b"{}",
                error_type=None,
                executed_version="1",
                log=encoded(REPORT + "Init Duration: 1 ms"),
            )

    def begin(*_: Any) -> Sent:
        return Sent()

    felt = Thermometer(begin)
    sent = felt.begin("arn:green", b"", None, None, 1.0)
    assert felt.cold == set()
    sent.result()
    assert felt.cold == {"arn:green"}
