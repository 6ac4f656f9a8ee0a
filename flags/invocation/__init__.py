"""One invocation of a function: its decision is in force from its start to its end."""

from flags.invocation.bootstrap import handler

__all__ = ["handler"]
