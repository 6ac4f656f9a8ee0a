"""Whether a target had a cold start, by the end of its log.

Lambda hands out the last 4 KB of a function's log with the answer, if asked to; its
last line but a few is Lambda's report, which has the time of initialization if there
was one. Text or JSON, as the function's log is set up.

Law: what can't be read is a warm start. So a log that nobody gets leaves all in one
stratum, on both versions alike.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable

from flags.aws.invoke import InvokeAnswer
from flags.record import Record
from router.targets import Begin, Sent

_TEXT, _JSON = b"REPORT RequestId:", b'"platform.report"'
_SIGNS = (
    b"Init Duration:",
    b"Restore Duration:",
    b'"initDurationMs"',
    b'"restoreDurationMs"',
)


def is_cold(log: str | None) -> bool:
    """Whether the report in the end of a log, base64, is that of a cold start."""
    if not log:
        return False
    try:
        lines = binascii.a2b_base64(log).splitlines()
    except ValueError:
        return False
    report = _last(line for line in lines if _TEXT in line or _JSON in line)
    return any(sign in report for sign in _SIGNS)


def _last(lines: Iterable[bytes]) -> bytes:
    found = b""
    for line in lines:
        found = line
    return found


class Thermometer:
    """Begins an event's invocations, and knows afterwards which alias was cold."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        # By ARN. Where an event asks an alias twice, one cold start is enough.
        self.cold: set[str] = set()

    def begin(
        self,
        arn: str,
        payload: bytes,
        context: str | None,
        tenant: str | None,
        timeout: float,
    ) -> Sent:
        """As any other beginning; raises what that one does."""
        sent = self._begin(arn, payload, context, tenant, timeout)
        return _Felt(sent=sent, arn=arn, cold=self.cold)


class _Felt(Record):
    """An invocation whose answer is looked at."""

    sent: Sent
    arn: str
    cold: set[str]

    def result(self) -> InvokeAnswer:
        """The answer; raises what the invocation does."""
        answer = self.sent.result()
        if is_cold(answer.log):
            self.cold.add(self.arn)
        return answer
