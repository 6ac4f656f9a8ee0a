"""Feature flags and carried canary decisions for AWS Lambda.

    import flags

    decision = flags.read(event, context)   # what was decided up the chain
    decision.variant("shop")                # "green", "blue" or None

    features = flags.Flags.from_env()
    features.boolean("free-gift", default=False, key=user)

Importing this module is all that it takes for boto3 to carry the decision on.
"""

from flags.client import Flags
from flags.errors import FlagsError
from flags.model import Context, Decision, Details, ErrorCode, Reason
from flags.propagation import current, read, records
from flags.token import Carried, Token

__all__ = [
    "Carried",
    "Context",
    "Decision",
    "Details",
    "ErrorCode",
    "Flags",
    "FlagsError",
    "Reason",
    "Token",
    "current",
    "read",
    "records",
]
