"""JSON texts that are looked into and edited in place, never written anew.

Parsing an event and writing it again would lose the spelling of numbers, duplicate
keys and escapes, and would cost more than all the rest of the router.
"""

from router.document.edit import Edits, member, quoted
from router.document.node import Member, Node
from router.document.scan import Malformed

__all__ = ["Edits", "Malformed", "Member", "Node", "member", "quoted"]
