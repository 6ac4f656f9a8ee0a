"""What the aliases of a release name now, for people who look on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.config import Config

from flags.errors import FlagsError
from flags.store.documents import COLOURS
from rollouts.controller.aliases import Aliases
from rollouts.publishing.alias import Alias
from rollouts.publishing.failures import asked
from rollouts.publishing.named import joined

# By colour, as a rollout's record has versions by role.
Named = Mapping[str, str]


def named(services: list[str], client: Callable[..., Any]) -> Named:
    """The versions by colour; a colour of which not all is known is left out.

    Nobody waits long for it: `client` makes one of Lambda, with this patience.
    """
    try:
        patience = Config(
            connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1}
        )
        aliases = Aliases(
            client=client("lambda", patience), functions={s: s for s in services}
        )
        with asked("the aliases"):
            held = {colour: aliases.held(services, colour) for colour in COLOURS}
    except FlagsError:
        return {}
    return {colour: text for colour, it in held.items() if (text := _text(it))}


def _text(held: Mapping[str, Alias | None]) -> str:
    """The versions of all services; empty if one has no such alias."""
    there = {service: _version(alias) for service, alias in held.items() if alias}
    return joined(there) if there and len(there) == len(held) else ""


def _version(alias: Alias) -> str:
    shares = (f" + {100 * share:g} % {v}" for v, share in alias.weights.items())
    return alias.version + "".join(shares)
