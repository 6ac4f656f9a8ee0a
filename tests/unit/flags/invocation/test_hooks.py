"""In a fresh process: what is imported when, and hooked whenever it comes."""

from __future__ import annotations

import concurrent.futures.thread
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import flags
from flags.invocation import pools

ROOT = Path(flags.__file__).parents[1]
WIRE = "v1~shop.green.12"
BEGIN = (
    "import json, os, sys; sys.path.insert(0, sys.argv[1]); before = set(sys.modules)\n"
)
POOL = f"""
with flags.carrying("{WIRE}"), ThreadPoolExecutor(1) as pool:
    print(json.dumps(str(pool.submit(flags.current).result())))
"""
BATCH = f"""
processor = BatchProcessor(event_type=EventType.SQS)
record = {{"messageId": "1", "canary-decision": "{WIRE}"}}
found = []
def handle(record):
    found.append(str(flags.current()))
process_partial_response({{"Records": [record]}}, handle, processor)
print(json.dumps(found[0]))
"""
FUTURES = "from concurrent.futures import ThreadPoolExecutor\n"
POWERTOOLS = (
    "from aws_lambda_powertools.utilities.batch import"
    " BatchProcessor, EventType, process_partial_response\n"
)


def fresh(script: str) -> Any:
    """What a script prints as JSON in a fresh, isolated interpreter."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", BEGIN + script, str(ROOT)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("library", "use"), [(FUTURES, POOL), (POWERTOOLS, BATCH)], ids=["pool", "batch"]
)
@pytest.mark.parametrize("ours_first", [True, False])
def test_whenever_it_comes(library: str, use: str, *, ours_first: bool) -> None:
    """A library that was there before, or comes later, is hooked."""
    ours = "import flags\n"
    begin = ours + library if ours_first else library + ours

    assert WIRE == fresh(begin + use)


REDIRECT = (
    "os.environ['CANARY_HANDLER'] = 'operator.eq'\nfrom flags.redirect import handler\n"
)
MODULES = "print(json.dumps(sorted(set(sys.modules) - before)))"


@pytest.mark.parametrize(
    "event",
    [
        "{}",
        "{'headers': {'canary-decision': 'v1~shop.green.12'}}",
        "{'Records': [{'messageAttributes': {}, 'body': 'x'}]}",
        "{'Records': [{'kinesis': {'data': 'e30='}}]}",
    ],
)
def test_a_redirect_imports_next_to_nothing(event: str) -> None:
    """Neither boto3 nor what evaluates flags, nor a library that takes long."""
    loaded = fresh(f"{REDIRECT}handler({event}, None)\n{MODULES}")
    packages = {name.partition(".")[0] for name in loaded}

    assert packages <= set(sys.stdlib_module_names) | {"flags"}
    slow = {"logging", "inspect", "urllib.parse", "dataclasses", "opcode", "random"}
    assert set() == slow.intersection(loaded)
    ours = [name for name in loaded if name.startswith("flags.")]
    assert not [name for name in ours if ".engine" in name or ".aws" in name]
    assert "flags.invocation.loops" not in ours


def test_hooking_twice() -> None:
    """Hooking again changes nothing."""
    executor = concurrent.futures.thread.ThreadPoolExecutor
    before = executor.submit
    pools.hook(concurrent.futures.thread)

    assert before is executor.submit


def test_interpreters_are_left_alone() -> None:
    """What runs in another interpreter is handed over as it is: it is pickled."""

    class Elsewhere(concurrent.futures.thread.ThreadPoolExecutor):
        """As Python 3.14 has it."""

    Elsewhere.__module__ = "concurrent.futures.interpreter"
    with flags.carrying(WIRE), Elsewhere(1) as pool:
        assert not pool.submit(flags.current).result().members
