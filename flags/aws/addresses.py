"""Where a host is: looked up at times, and remembered for when nobody answers.

`getaddrinfo` has no timeout, and a thread around it would outlive the request. What
bounds it is the resolver's own setting (`RES_OPTIONS`, which the template sets); what
keeps a container going is that it seldom asks.

Laws
1. Addresses are looked up again after `FRESH` seconds. If that fails, those from before
   serve on, for as long as it takes.
2. A lookup that failed and took long is not repeated for `PATIENCE` seconds.
"""

from __future__ import annotations

import socket
import time

from flags.hints import Any

FRESH = 60.0
PATIENCE = 30.0
# What takes longer than a resolver that is there has met one that isn't.
LONG = 0.5

Place = tuple[Any, int]
Addresses = tuple[Any, ...]


class Directory:
    """The addresses of hosts, as far as they are known."""

    def __init__(self) -> None:
        # By host and port: until when they count as fresh, and what they are.
        self._known: dict[Place, tuple[float, Addresses]] = {}
        self._silent: dict[Place, tuple[float, socket.gaierror]] = {}

    def addresses(self, place: Place, *, anew: bool = False) -> Addresses:
        """Family, kind, protocol, name and address of each; raises `gaierror`.

        `anew` says that those which are known didn't answer.
        """
        until, known = self._known.get(place, (0.0, ()))
        if known and not anew and time.monotonic() < until:
            return known
        try:
            found = self._look_up(place)
        except socket.gaierror:
            if not known:
                raise
            found = known
        self._known[place] = (time.monotonic() + FRESH, found)
        return found

    def _look_up(self, place: Place) -> Addresses:
        begun = time.monotonic()
        until, error = self._silent.get(place, (0.0, None))
        if error is not None and begun < until:
            raise socket.gaierror(*error.args)
        try:
            found = tuple(socket.getaddrinfo(*place, 0, socket.SOCK_STREAM))
        except socket.gaierror as failed:
            ended = time.monotonic()
            if ended - begun > LONG:
                self._silent[place] = (ended + PATIENCE, failed)
            raise
        self._silent.pop(place, None)
        return found


def dial(addresses: Addresses, timeout: float) -> socket.socket:
    """A socket to the first address that answers, each within the time."""
    problem: OSError | None = None
    for family, kind, protocol, _, address in addresses:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(timeout)
            sock.connect(address)
        except OSError as error:
            sock.close()
            problem = error
        else:
            return sock
    raise problem or OSError("the name has no address")
