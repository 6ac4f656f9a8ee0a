"""The reader for Node.js agrees with the vectors, and with this library."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import flags
from flags import carriers
from flags.carriers import batches
from flags.token import NAME, Token

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
READER = ROOT / "examples" / "node-reader"
TSC = READER / "node_modules" / ".bin" / "tsc"
OLDEST = 20
TOKENS = ("v1~shop.green.12", "v1~a.x.1~shop.blue.3", "v2~shop.green.12", "v1", None, 7)


def node(*arguments: str, given: str | None = None) -> str:
    """What the program prints; skips where Node.js is missing or too old."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("needs Node.js")
    version = subprocess.run(
        [found, "--version"], capture_output=True, text=True, check=True
    ).stdout
    if int(version.strip().lstrip("v").partition(".")[0]) < OLDEST:
        pytest.skip(f"needs Node.js {OLDEST} or later, not {version.strip()}")
    ran = subprocess.run(
        [found, *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=READER,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_its_own_tests() -> None:
    """The golden vectors and its own tests pass."""
    wire = json.loads((HERE / "wire.json").read_text("utf-8"))
    kinds = ("tokens", "events", "writes", "baggage")
    vectors = sum(len(wire[kind]) for kind in kinds)

    ran = node("--test", "--test-reporter=tap")

    passed = next(line for line in ran.splitlines() if line.startswith("# pass "))
    assert int(passed.removeprefix("# pass ")) > vectors


def test_both_readers_agree() -> None:
    """Real events, and such with tokens put in anywhere, are read alike."""
    events = [
        json.loads(path.read_text("utf-8"), parse_float=str)
        for path in sorted((ROOT / "tests" / "events").glob("*.json"))
    ]
    draw = random.Random(5)  # noqa: S311 - no secret, and the same each time
    events += [planted(event, draw) for event in events for _ in range(8)]
    lines = "".join(json.dumps(event) + "\n" for event in events)

    theirs = [
        json.loads(line)
        for line in node("../../tests/golden/reads.mjs", given=lines).splitlines()
    ]

    for event, read in zip(events, theirs, strict=True):
        assert read == ours(event), event


def test_types() -> None:
    """The types that TypeScript sees are those of the code."""
    if not TSC.exists():
        pytest.skip("needs `npm ci` in examples/node-reader")
    node(str(TSC))


def ours(event: Any) -> list[str | None]:
    """What this library reads: of the event, and of each of its records."""
    found: list[Token | None] = [carriers.from_event(event)]
    if batches.places(event) is not None:
        found += [flags.current() for _ in flags.records(event)]
    return [str(token) if token and token.members else None for token in found]


def planted(value: Any, draw: random.Random) -> Any:
    """The value with our name, and something like a token, in some of its objects."""
    if isinstance(value, list):
        return [planted(part, draw) for part in value]
    if isinstance(value, str) and value.startswith("{") and draw.random() < 0.5:
        return replanted(value, draw)
    if not isinstance(value, dict):
        return value
    grown = {key: planted(part, draw) for key, part in value.items()}
    if draw.random() < 0.3:
        text = draw.choice(TOKENS)
        shapes = (
            text,
            {"stringValue": text, "dataType": "String"},
            {"Type": "String", "Value": text},
            {"S": text},
            [text],
        )
        name = draw.choice((NAME, NAME, NAME, NAME.title()))
        grown[name] = draw.choice(shapes)
    return grown


def replanted(text: str, draw: random.Random) -> str:
    """The same inside of a JSON text."""
    try:
        return json.dumps(planted(json.loads(text), draw))
    except ValueError:
        return text
