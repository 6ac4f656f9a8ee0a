"""The states of CloudWatch's alarms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# DescribeAlarms takes no more names at once.
_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """Alarms of one account and region; `client` is boto3's of CloudWatch."""

    client: Any

    def states(self, names: Iterable[str]) -> Mapping[str, str]:
        """OK, ALARM or INSUFFICIENT_DATA by name; who isn't there isn't in it.

        Composite alarms count too. Raises what boto3 raises.
        """
        wanted = sorted(set(names))
        found: dict[str, str] = {}
        for start in range(0, len(wanted), _MOST):
            answer = self.client.describe_alarms(
                AlarmNames=wanted[start : start + _MOST],
                AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                MaxRecords=_MOST,
            )
            for kind in ("MetricAlarms", "CompositeAlarms"):
                found |= {
                    it["AlarmName"]: it["StateValue"] for it in answer.get(kind, ())
                }
        return found
