"""The decision as one more member of a JSON object's text.

Laws
1. It is spliced in behind the last member: no other byte moves.
2. Only one JSON object as a whole has room for it; other data stays as it is.
3. An object that has one keeps it.
"""

from __future__ import annotations

import json

from flags.token import NAME

# Quotes, colon and comma around the name and the token.
COST = len(NAME) + 6


def spliced(text: str, token: str) -> str | None:
    """The text with the decision; the same text if it has one, None without room."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, dict):
        return None
    if NAME in parsed:
        return text
    # Nothing but white space can come after it.
    end = text.rindex("}")
    comma = "," if parsed else ""
    return f'{text[:end]}{comma}"{NAME}":"{token}"{text[end:]}'


def spliced_data(data: object, token: str) -> object:
    """The same for text or bytes; None for what is neither, such as a file."""
    if isinstance(data, str):
        return spliced(data, token)
    if not isinstance(data, bytes | bytearray) or not data.lstrip().startswith(b"{"):
        return None
    try:
        text = data.decode()
    except ValueError:
        return None
    carried = spliced(text, token)
    if carried is None:
        return None
    return data if carried is text else carried.encode()
