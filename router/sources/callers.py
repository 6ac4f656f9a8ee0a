"""Whether IAM knows who signed a request.

Guests of a Cognito identity pool sign as well, with keys that anybody is given: IAM
has checked the signature, and nobody who they are.
"""

from __future__ import annotations

from flags.hints import Any

_GUEST = "unauthenticated"


def vouched(arn: str, *, guest: Any) -> bool:
    """Whether there is a caller's ARN, and no pool that says it is a guest's.

    `guest` is what the source says of an identity pool: a text, or several; None, or
    nothing, where no pool gave the keys.
    """
    said = guest if isinstance(guest, list) else [guest]
    return bool(arn) and not any(
        isinstance(one, str) and one.lower() == _GUEST for one in said
    )
