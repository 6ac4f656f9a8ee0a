"""How our decision gets into an object: as a member, in place of any of its name.

What it is called there the object says: CloudEvents allow letters and digits only.
"""

from __future__ import annotations

from collections.abc import Callable

from flags.carriers.keys import ATTRIBUTE, is_named
from flags.token import NAME, Token
from router.document import Edits, Node, member


def ours(token: Token, name: str = NAME) -> tuple[str, ...]:
    """The token as members for an object: one, or none for an empty token."""
    return (member(name, str(token)),) if token.members else ()


def names_in(holder: Node) -> tuple[str, ...]:
    """What a decision is called in an object; the first is what we call it."""
    is_cloud_event = isinstance(holder.dig("specversion"), str)
    return (ATTRIBUTE, NAME) if is_cloud_event else (NAME,)


def inside(holder: Node | None) -> Token | None:
    """The decision under its name in an object."""
    if holder is None:
        return None
    tokens = (Token.parse(holder.dig(name)) for name in names_in(holder))
    return next((token for token in tokens if token is not None), None)


def has(holder: Node) -> bool:
    """Whether something in an object is named like ours."""
    # However it is spelled: what is large is not looked through for nothing.
    text = holder.text
    if not is_named(text) and "\\u" not in text:
        return False
    return any(name in holder for name in names_in(holder))


def put(edits: Edits, holder: Node, token: Token) -> None:
    """Put the token into an object, in place of whatever is named so there."""
    names = names_in(holder)
    edits.rewrite(holder, names.__contains__, ours(token, names[0]))


def drop(edits: Edits, holder: Node) -> None:
    """Drop whatever is named like ours."""
    edits.rewrite(holder, names_in(holder).__contains__)


def put_attribute(
    edits: Edits,
    holder: Node,
    name: str,
    token: Token,
    written: Callable[[str], str],
) -> None:
    """Put the token among the message attributes that are `holder`'s member `name`.

    `written` is the attribute's text in the source's own form.
    """
    attributes = holder.get(name)
    added = (written(str(token)),) if token.members else ()
    if attributes is not None and attributes.is_object:
        edits.rewrite(attributes, _is_ours, added)
    elif added and (attributes is None or attributes.raw == "null"):
        whole = f'"{name}":{{{added[0]}}}'
        edits.rewrite(holder, lambda found: found == name, (whole,))


def _is_ours(name: str) -> bool:
    return name == NAME
