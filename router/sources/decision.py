"""How our decision gets into an object: as a member, in place of any of its name."""

from __future__ import annotations

from collections.abc import Callable

from flags.token import NAME, Token
from router.document import Edits, Node, member


def ours(token: Token) -> tuple[str, ...]:
    """The token as members for an object: one, or none for an empty token."""
    return (member(NAME, str(token)),) if token.members else ()


def put(edits: Edits, holder: Node, token: Token) -> None:
    """Put the token into an object, in place of whatever is named so there."""
    edits.rewrite(holder, _is_ours, ours(token))


def drop(edits: Edits, holder: Node) -> None:
    """Drop whatever is named like ours."""
    edits.rewrite(holder, _is_ours)


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
