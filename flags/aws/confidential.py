"""One text out of an answer that holds a secret, and nothing of it in any error."""

from __future__ import annotations

import json

from flags.aws.errors import AwsError
from flags.aws.transport import Response


def text_at(service: str, response: Response, *path: str) -> str:
    """The text that stands there in the answer; raises `AwsError` if none does.

    Neither the body nor the parser's error goes along: both hold the secret.
    """
    found = _at(response.body, path)
    if isinstance(found, str):
        return found
    raise AwsError(
        response.status,
        "UnreadableAnswer",
        f"the answer has no text at {'.'.join(path)}; check the endpoint, and that "
        "what it holds is text",
        service=service,
    )


def _at(body: bytes, path: tuple[str, ...]) -> object:
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found
