"""What went out without the decision that was current."""

from __future__ import annotations

from collections import Counter

# Messages by boto3's name of the service, requests under "http", and modules that
# could not be hooked under their own name.
skipped: Counter[str] = Counter()
