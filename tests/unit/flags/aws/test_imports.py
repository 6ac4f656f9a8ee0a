"""What the lean client costs at a cold start."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import flags.aws

ROOT = Path(flags.aws.__path__[0]).parents[1]
MODULES = sorted(info.name for info in pkgutil.iter_modules(flags.aws.__path__))
FORBIDDEN = {"boto3", "botocore", "pydantic", "urllib3", "ssl", "http", "email"}

SCRIPT = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
for name in sys.argv[2:]:
    importlib.import_module("flags.aws." + name)
loaded = set(sys.modules) - before
print(json.dumps(sorted({name.partition(".")[0] for name in loaded})))
"""


def test_client_imports_the_standard_library_only() -> None:
    """A fresh interpreter loads no SDK; TLS waits for the first secure connection."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, str(ROOT), *MODULES],
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(json.loads(done.stdout))

    assert not loaded & FORBIDDEN
    # `flags` itself brings mmh3, the one package that the request path may have.
    assert loaded <= set(sys.stdlib_module_names) | {"flags", "mmh3"}
    assert "getitem" in MODULES
