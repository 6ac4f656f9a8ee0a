"""What importing the library costs, and that boto3 is hooked whenever it comes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import flags
from flags.token import NAME

ROOT = Path(flags.__file__).parents[1]
WIRE = "v1~shop.green.12"

MODULES = """
import json, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
{}
print(json.dumps(sorted(set(sys.modules) - before)))
"""
FIRST_ANSWER = """
import os, flags
from flags.client import Flags
from flags.snapshot import Body
from flags.reader import TableReader
class Reader(TableReader):
    def body(self, consistent=False): return Body(1, {text!r})
import flags.composition
flags.composition.TableReader = lambda client, table: Reader(client, table)
features = flags.Flags.from_env({environ!r})
assert features.boolean("gift", default=False, key="ann", plan="gold") is True
"""
ENVIRON = {"AWS_REGION": "eu-west-1", "CANARY_TABLE": "flags"}
SNAPSHOT = {
    "schema": 2,
    "version": 1,
    "flags": {
        "gift": {
            "version": 1,
            "enabled": True,
            "variants": {"on": True, "off": False},
            "off": "off",
            "salt": "gift",
            "rules": [
                {
                    "name": "gold",
                    "when": {
                        "attribute": "plan",
                        "operator": "equals",
                        "operand": "gold",
                    },
                    "serve": {"ends": [100000], "variants": ["on"]},
                }
            ],
            "serve": "off",
        }
    },
}
# Each of them takes a cold start milliseconds, most of them by what they import.
SLOW = {
    "dataclasses",
    "datetime",
    "email",
    "email.message",
    "http",
    "http.client",
    "importlib.metadata",
    "inspect",
    "ipaddress",
    "logging",
    "pathlib",
    "random",
    "secrets",
    "ssl",
    "tempfile",
    "urllib.parse",
    "urllib.request",
    "zoneinfo",
    "flags.engine.networks",
    "flags.engine.regex",
    "flags.engine.semver",
    "flags.engine.times",
    "flags.engine.wording",
    "flags.usage",
}

# Sends one message with a client that answers itself, and shows what it got.
SEND = """
def send(client):
    import types
    seen = []
    answer = types.SimpleNamespace(status_code=200), {}
    def note(params, **_):
        seen.append(params)
    client.meta.events.register("before-parameter-build.*.*", note)
    client.meta.events.register("before-call.*.*", lambda **_: answer)
    client.send_message(QueueUrl="https://sqs.example/q", MessageBody="b")
    return seen[0].get("MessageAttributes", {})

def client():
    import boto3
    return boto3.client("sqs", region_name="eu-west-1", aws_access_key_id="test",
                        aws_secret_access_key="test")

def wrap():
    "As tracing libraries do it."
    import functools
    from botocore.client import BaseClient
    original = BaseClient._make_api_call
    @functools.wraps(original)
    def traced(*args, **kwargs):
        return original(*args, **kwargs)
    BaseClient._make_api_call = traced

import json, sys
sys.path.insert(0, sys.argv[1])
"""
EVERY_SOURCE = """
import router.handler
from router.sources import SOURCES, source
assert all(source(module, name) for _, module, name in SOURCES)
"""
READ = f'import flags; flags.read({{"headers": {{"{NAME}": "{WIRE}"}}}})\n'


def fresh(script: str) -> Any:
    """What a script prints as JSON in a fresh, isolated interpreter."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, str(ROOT)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def test_imports_are_lean() -> None:
    """`import flags` loads the standard library, mmh3 and itself, nothing else."""
    loaded = fresh(MODULES.format("import flags"))
    packages = {name.partition(".")[0] for name in loaded}

    assert packages <= set(sys.stdlib_module_names) | {"flags", "mmh3"}
    assert "flags.propagation" in loaded
    assert not [name for name in loaded if name.startswith("flags.store")]
    assert "flags.testing" not in loaded


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(
            FIRST_ANSWER.format(text=json.dumps(SNAPSHOT), environ=ENVIRON), id="flags"
        ),
        pytest.param("import router.handler", id="router"),
        pytest.param("import flags; flags.read({})", id="decisions"),
    ],
)
def test_the_request_path_is_lean(story: str) -> None:
    """Up to the first answer nothing is imported that takes long."""
    assert set() == SLOW.intersection(fresh(MODULES.format(story)))


def test_reading_decisions_costs_no_client() -> None:
    """Functions that only read decisions import nothing that evaluates flags."""
    loaded = fresh(MODULES.format("import flags; flags.read({})"))

    assert not {"flags.client", "flags.model", "flags.engine"}.intersection(loaded)


@pytest.mark.parametrize(
    "story",
    [
        READ,
        "import flags; flags.handler(print)",
        "import os; os.environ['CANARY_HANDLER'] = 'os.getcwd'; import flags.redirect",
        'import flags; flags.read({"Records": [{"kinesis": {"data": ""}}]})',
        "import concurrent.futures.thread, flags",
        "import http.client, flags.propagation.http_client",
        "import flags.invocation.loops",
        FIRST_ANSWER.format(text=json.dumps(SNAPSHOT), environ=ENVIRON),
        EVERY_SOURCE,
    ],
    ids=[
        "read",
        "handler",
        "redirect",
        "stream",
        "pool",
        "http",
        "loops",
        "flags",
        "router",
    ],
)
def test_no_types_at_a_cold_start(story: str) -> None:
    """The runtime doesn't import `typing`, which takes longer than all of ours."""
    assert "typing" not in fresh(MODULES.format(story))


@pytest.mark.parametrize(
    "story",
    [
        pytest.param("c = client()\n" + READ, id="client before flags"),
        pytest.param("import botocore.client\n" + READ + "c = client()", id="botocore"),
        pytest.param(READ + "c = client()", id="client after flags"),
        pytest.param(
            READ
            + "import importlib.util\n"
            + "importlib.util.find_spec('botocore.client')\n"
            + "c = client()",
            id="looked for before",
        ),
        pytest.param("wrap()\n" + READ + "c = client()", id="traced before"),
        pytest.param(READ + "wrap(); c = client()", id="traced after"),
        pytest.param(
            READ + "wrap(); flags.propagation.install(); c = client()", id="both"
        ),
    ],
)
def test_hooked(story: str) -> None:
    """In whatever order things come, one attribute goes out."""
    expected = {NAME: {"DataType": "String", "StringValue": WIRE}}

    assert expected == fresh(SEND + story + "\nprint(json.dumps(send(c)))")


def test_finder() -> None:
    """It waits for what may still come, and no longer for what is here."""
    story = """
from flags.propagation import hook
names = ("botocore.client", "aiobotocore.client")
waits = [name in hook._finder.homes for name in names]
print(json.dumps([waits, hook._finder in sys.meta_path]))"""

    assert [[True, True], True] == fresh(SEND + READ + story)
    assert [[False, True], True] == fresh(SEND + READ + "client()" + story)


HTTP = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
os.environ["CANARY_HTTP_HOSTS"] = {hosts!r}
import flags
first = [name for name in ("http.client", "httpcore", "aiohttp") if name in sys.modules]
import aiohttp, http.client, httpcore
methods = (http.client.HTTPConnection.endheaders, aiohttp.ClientRequest.send,
           httpcore.ConnectionPool.handle_request,
           httpcore.AsyncConnectionPool.handle_async_request)
print(json.dumps([first, [hasattr(m, "carries_decision") for m in methods]]))
"""


@pytest.mark.parametrize("hosts", ["", " ", "orders.example.com"])
def test_http_clients(hosts: str) -> None:
    """They are hooked when they come, if any host is listed, and not imported."""
    hooked = [bool(hosts.strip())] * 4

    assert [[], hooked] == fresh(HTTP.format(hosts=hosts))


def test_public_names() -> None:
    """Every public name is there, in order."""
    assert sorted(flags.__all__) == flags.__all__
    assert all(hasattr(flags, name) for name in flags.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = flags.nothing  # type: ignore[attr-defined]
