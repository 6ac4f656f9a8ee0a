"""Tells SNS topics and EventBridge buses of what happened to a rollout.

The same text goes to both: JSON, `docs/monitoring.md` has its members. EventBridge sees
source `canary` and detail type `Rollout <event>`, SNS the attributes `release` and
`event`, to filter by.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

SOURCE = "canary"
# Characters that a subject in SNS may have.
_SUBJECT = 100


class NotTold(Exception):
    """A topic or a bus did not take what it was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """`client` makes boto3's client of a service in a region."""

    client: Callable[[str, str], Any]

    def tell(self, target: str, event: str, detail: Mapping[str, Any]) -> None:
        """Tell one target, by its ARN; raises `NotTold` or what boto3 raises.

        `detail` has `id`, the same whenever the same is told, and `release`.
        """
        _, _, service, region, *_ = target.split(":")
        client = self.client(service, region)
        text = json.dumps(detail, ensure_ascii=False, separators=(",", ":"))
        if service == "sns":
            client.publish(**_message(target, event, detail, text))
            return
        answer = client.put_events(
            Entries=[
                {
                    "EventBusName": target,
                    "Source": SOURCE,
                    "DetailType": f"Rollout {event}",
                    "Detail": text,
                }
            ]
        )
        if answer["FailedEntryCount"]:
            entry = answer["Entries"][0]
            msg = f"{target}: {entry.get('ErrorCode')}: {entry.get('ErrorMessage')}"
            raise NotTold(msg)


def _message(
    topic: str, event: str, detail: Mapping[str, Any], text: str
) -> dict[str, Any]:
    release = str(detail["release"])
    ordered = {"MessageGroupId": release, "MessageDeduplicationId": str(detail["id"])}
    return {
        "TopicArn": topic,
        "Subject": f"Rollout of {release}: {event}"[:_SUBJECT],
        "Message": text,
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value}
            for name, value in (("release", release), ("event", event))
        },
        **(ordered if topic.endswith(".fifo") else {}),
    }
