"""Works off the orders that come by SQS. FAULT says what is wrong with this version."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from . import faults, receipts


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do what can be done, and hand the rest back to the queue."""
    colour = receipts.colour_of(context)
    fates: dict[str, str] = {}
    lines = []
    for record in event["Records"]:
        order = json.loads(record["body"])
        attempt = int(record["attributes"]["ApproximateReceiveCount"])
        fate = faults.fate(
            os.environ.get("FAULT", faults.GOOD), order["order"], order["user"], attempt
        )
        fates[record["messageId"]] = fate
        line = receipts.line(order, "worker", colour, attempt, fate)
        lines.append(line | receipts.noted(record["messageAttributes"]))
    receipts.keep(lines)
    # As one slow query for all of a batch would be.
    if faults.SLOW in fates.values():
        time.sleep(faults.SLOW_SECONDS)
    failed = [name for name, fate in fates.items() if fate == faults.FAILED]
    print(json.dumps({"colour": colour, "done": len(fates), "failed": len(failed)}))
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
