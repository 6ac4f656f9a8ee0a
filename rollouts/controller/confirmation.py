"""What counts only once it is seen at two looks, a while apart.

Lambda gives an alias weights of its own accord for a moment when its version changes,
and with provisioned concurrency for minutes: seen once they prove nothing.

Laws
1. What was seen is kept in the table, so that the second look may be anybody's.
2. It is seen twice if the same was seen at least `APART` and at most `RECENT` seconds
   before. Anything else begins again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

APART = 30.0
RECENT = 600.0
KEPT_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Notes of what was seen once; `client` is boto3's of DynamoDB, `now` seconds."""

    client: Any
    table: str
    now: Callable[[], float]

    def seen_before(self, release: str, rollout: str, what: str) -> bool:
        """Whether this was seen before; if not, it is noted. Raises as boto3 does."""
        now = self.now()
        key = {"pk": {"S": f"checks#{release}#{rollout}"}, "sk": {"S": "aliases"}}
        found = self.client.get_item(
            TableName=self.table, Key=key, ConsistentRead=True
        ).get("Item")
        since = float(found["at"]["N"]) if found else 0.0
        same = found is not None and found["what"]["S"] == what
        if same and 0 <= now - since <= RECENT:
            return now - since >= APART
        noted = {
            "what": {"S": what},
            "at": {"N": f"{now:.3f}"},
            "expires_at": {"N": f"{now + KEPT_SECONDS:.0f}"},
        }
        self.client.put_item(TableName=self.table, Item={**key, **noted})
        return False
