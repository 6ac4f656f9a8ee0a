"""Fuzzes the router, guided by which of its lines an input reaches.

    python -m tests.fuzz.router --minutes 10

Runs in an environment of its own (requirements/fuzz.txt). Inputs begin with a byte that
says which law they are for, and go on with an event; the corpus is where they start
from. What breaks a law is kept in build/fuzz, and tried again if its path is given as
argument. Ends with 0 if nothing was found.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris  # type: ignore[import-untyped]  # has no types

# Only what is imported in here is looked at line by line.
with atheris.instrument_imports(include=["flags.carriers", "flags.token", "router"]):
    from flags import carriers
    from flags.token import Token
    from tests.fuzz import laws
    from tests.fuzz.mutations import dice, mutated
    from tests.fuzz.rig import Rig, corpus, releasing, rules

BUILD = Path(__file__).parents[2] / "build" / "fuzz"
LONGEST = 1 << 16

PLAIN = Rig(rules())
RELEASING = releasing()


def total(event: bytes) -> None:
    """Nothing but the router's own errors."""
    laws.total(RELEASING, event)


def invisible(event: bytes) -> None:
    """Without release and decision, the same bytes."""
    laws.invisible(PLAIN, event)


def one_place(event: bytes) -> None:
    """With a release, changed where decisions are, only there."""
    laws.one_place(RELEASING, event)


def strangers(event: bytes) -> None:
    """No unsigned token gets past a public source."""
    laws.strangers(RELEASING, event)


def nodes(event: bytes) -> None:
    """Nodes read as the standard library does."""
    laws.nodes(event)


def readers(event: bytes) -> None:
    """Tokens and carriers read anything, and what they read is written the same."""
    text = event.decode("utf-8", "surrogateescape")
    try:
        tree: Any = json.loads(event)
    except (ValueError, RecursionError):
        tree = text
    for found in (Token.parse(text), carriers.from_event(tree), _of(tree)):
        assert found is None or found == Token.parse(str(found))


def _of(tree: Any) -> Token | None:
    return carriers.from_record(tree)


LAWS: tuple[Callable[[bytes], None], ...] = (
    total,
    invisible,
    one_place,
    strangers,
    nodes,
    readers,
)


def try_one(data: bytes) -> None:
    """One input: the first byte chooses the law."""
    if data:
        LAWS[data[0] % len(LAWS)](data[1:])


def mutate(data: bytes, longest: int, seed: int) -> bytes:
    """Half of the time as a document, so that most inputs stay JSON; else as bytes."""
    throw = dice(seed)
    if throw.random() < 0.5:
        try:
            bent = mutated(data[1:], throw)
        except ValueError:
            bent = b""
        if bent and len(bent) < longest:
            return bytes([throw.randrange(len(LAWS))]) + bent
    changed: bytes = atheris.Mutate(data, longest)
    return changed


def seeds() -> Path:
    """A folder with the corpus, once for each law."""
    folder = BUILD / "seeds"
    folder.mkdir(parents=True, exist_ok=True)
    for name, event in corpus().items():
        for number, law in enumerate(LAWS):
            (folder / f"{name}-{law.__name__}").write_bytes(bytes([number]) + event)
    return folder


def main() -> None:
    """Fuzz until the time is over or something is found."""
    parser = argparse.ArgumentParser(description="Fuzz the router.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("inputs", nargs="*", help="files to try instead")
    given = parser.parse_args()
    for path in given.inputs:
        try_one(Path(path).read_bytes())
    if given.inputs:
        return
    found = BUILD / "found"
    found.mkdir(parents=True, exist_ok=True)
    arguments = [
        sys.argv[0],
        f"-max_total_time={round(given.minutes * 60)}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={BUILD}{os.sep}",
        "-timeout=10",
        "-print_final_stats=1",
        str(found),
        str(seeds()),
    ]
    atheris.Setup(arguments, try_one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
