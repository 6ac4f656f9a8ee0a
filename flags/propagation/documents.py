"""The decision as one more member of a JSON object's text.

Laws
1. It is spliced in behind the last member: no other byte moves.
2. Only one JSON object as a whole has room for it; other data stays as it is.
3. It takes the place of one that is there: a function may pass on what a stranger has
   sent it, who must not choose a colour by that. In a loop over records the decision
   that is current is the record's own, so to forward one changes nothing.
4. In a CloudEvent it is an attribute that CloudEvents allow (`flags.carriers.keys`).
"""

from __future__ import annotations

import json

from flags.carriers.keys import key_in
from flags.token import NAME

# Quotes, colon and comma around the longer of its names and the token.
COST = len(NAME) + 6


def spliced(text: str, token: str) -> str | None:
    """The text with the decision; the same text if it has it, None without room."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, dict):
        return None
    key = key_in(parsed)
    if key in parsed:
        return text if parsed[key] == token else _replaced(text, key, token)
    # Nothing but white space can come after it.
    end = text.rindex("}")
    comma = "," if parsed else ""
    return f'{text[:end]}{comma}"{key}":"{token}"{text[end:]}'


def _replaced(text: str, key: str, token: str) -> str:
    """The text of an object with another value in each member of that name."""
    decode, parts, done = json.JSONDecoder().raw_decode, [], 0
    at = text.index("{") + 1
    while True:
        name, at = decode(text, _spaced(text, at))
        start = _spaced(text, _spaced(text, at) + 1)
        _, at = decode(text, start)
        if name == key:
            parts += [text[done:start], f'"{token}"']
            done = at
        at = _spaced(text, at)
        if text[at] == "}":
            return "".join((*parts, text[done:]))
        at += 1


def _spaced(text: str, at: int) -> int:
    """The place behind white space."""
    while text[at] in " \t\n\r":
        at += 1
    return at


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
