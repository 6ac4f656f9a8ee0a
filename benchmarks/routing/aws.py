"""Stands in for DynamoDB's GetItem and Lambda's Invoke, over TLS on loopback.

A process of its own, lest it and its callers wait for each other. It does not check
signatures, which would be time of its own and of nobody measured.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any
from urllib.parse import unquote

from benchmarks.harness.endpoint import Item, Refused, Tables
from benchmarks.routing import wire

ROOT, SERVER = "root.pem", "server.pem"
OK, BAD = "HTTP/1.1 200 OK", "HTTP/1.1 400 Bad Request"
JSON = {"content-type": "application/json"}
# A user whom the mirror fails for.
UNLUCKY = "user-unlucky"
ERROR = {"errorType": "PaymentDeclined", "errorMessage": "no", "stackTrace": []}
ANSWER = json.dumps(
    {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"order": 4711, "lines": 3, "total": 12.5, "name": "Käse"}),
        "isBase64Encoded": False,
    },
    ensure_ascii=False,
).encode()


class Aws:
    """Both services. A mirror answers with what it was invoked with."""

    def __init__(self, tables: Tables, seconds: float, *, mirror: bool) -> None:
        self._tables = tables
        self._seconds = seconds
        self._mirror = mirror

    def answer(self, request: wire.Message) -> wire.Answer:
        """Either of the two."""
        path = request.first.split(" ")[1]
        return self._item(request) if path == "/" else self._invoke(path, request)

    def _item(self, request: wire.Message) -> wire.Answer:
        operation = (request.header("x-amz-target") or "").partition(".")[2]
        try:
            found = self._tables.answer(operation, json.loads(request.body))
        except (Refused, KeyError, ValueError) as error:
            text = {"__type": "ValidationException", "message": repr(error)}
            return BAD, JSON, json.dumps(text).encode()
        return OK, JSON, json.dumps(found).encode()

    def _invoke(self, path: str, request: wire.Message) -> wire.Answer:
        if self._seconds:
            time.sleep(self._seconds)
        if not self._mirror:
            return OK, JSON, ANSWER
        if UNLUCKY.encode() in request.body:
            error = json.dumps(ERROR).encode()
            return OK, {**JSON, "x-amz-function-error": "Unhandled"}, error
        context = request.header("x-amz-client-context")
        seen = {
            "function": unquote(path).split("/")[3],
            "payload": json.loads(request.body),
            "context": json.loads(base64.b64decode(context)) if context else None,
        }
        return OK, JSON, json.dumps(seen).encode()


@contextmanager
def standing_in(
    directory: Path,
    items: Mapping[str, Sequence[Item]],
    *,
    seconds: float = 0,
    mirror: bool = False,
) -> Iterator[str]:
    """The stand-in's URL for as long as it runs; its root is in `directory`."""
    import trustme  # noqa: PLC0415 - only the benchmarks have it; tests do without

    if not (directory / ROOT).exists():
        authority = trustme.CA()
        (directory / ROOT).write_bytes(authority.cert_pem.bytes())
        issued = authority.issue_cert("localhost").private_key_and_cert_chain_pem
        (directory / SERVER).write_bytes(issued.bytes())
    wanted = {"items": items, "seconds": seconds, "mirror": mirror}
    certificate = str(directory / SERVER)
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.routing.aws"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the stand-in has no standard streams")
        print(json.dumps({**wanted, "certificate": certificate}), file=process.stdin)
        process.stdin.flush()
        yield f"https://localhost:{process.stdout.readline().strip()}"
        process.stdin.close()


def run(wanted: Mapping[str, Any]) -> int:
    """Serve what is wanted; gives the port."""
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(wanted["certificate"])
    tables = Tables(items=wanted["items"])
    aws = Aws(tables, wanted["seconds"], mirror=wanted["mirror"])
    return wire.serve(context, aws.answer)


if __name__ == "__main__":
    print(run(json.loads(sys.stdin.readline())), flush=True)
    sys.stdin.read()  # until whoever started it has enough
