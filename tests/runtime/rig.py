"""Real runtime processes: `awslambdaric` on a Runtime API, and a stand-in for AWS.

The stand-in answers GetItem out of a memory store, and Invoke out of a table of
planned answers or of functions in runtime processes of their own. It remembers every
request.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from flags.store.memory import MemoryStore

ROOT = Path(__file__).parents[2]
Headers = Mapping[str, str]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A peer that a test has ended is no error."""


class Loopback:
    """A server on a free loopback port; `answer` says what a request gets."""

    def __init__(self) -> None:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body in one segment: two would wait for a delayed ACK.
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                self._answer(self.rfile.read(length))

            def do_GET(self) -> None:
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                status, headers, payload = owner.answer(self.path, self.headers, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(
            # `close` waits for the end of a turn.
            target=self._server.serve_forever,
            args=(0.02,),
            daemon=True,
        ).start()

    def answer(
        self, path: str, headers: Any, body: bytes
    ) -> tuple[int, Headers, bytes]:
        """Status, headers and body for a request."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class Aws(Loopback):
    """DynamoDB's GetItem, Lambda's Invoke, Systems Manager's GetParameter."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.reads: list[str] = []
        self.invoked: list[tuple[str, Any, Any]] = []
        self.answers: dict[str, tuple[Headers, bytes]] = {}
        self.functions: dict[str, Function] = {}
        self.refusals: dict[str, tuple[int, str]] = {}
        self.refused = "as planned"
        self.delay = 0.0
        # Parameters of Systems Manager by name, and whether the table can't be reached.
        self.parameters: dict[str, str] = {}
        self.away = False
        self.sent: list[dict[str, str]] = []
        super().__init__()

    def answer(
        self, path: str, headers: Any, body: bytes
    ) -> tuple[int, Headers, bytes]:
        """Either of the two."""
        if path == "/" and "GetParameter" in headers.get("x-amz-target", ""):
            return self._parameter(json.loads(body)["Name"])
        if path == "/" and self.away:
            return 500, {"x-amzn-ErrorType": "InternalServerError"}, b"{}"
        if path == "/":
            return 200, {}, self._item(json.loads(body)["Key"]["sk"]["S"])
        arn = unquote(path).removesuffix("/invocations")
        function, alias = arn.split(":")[-2:]
        context = headers.get("x-amz-client-context")
        self.invoked.append(
            (
                f"{function}:{alias}",
                body,
                json.loads(base64.b64decode(context)) if context else None,
            )
        )
        self.sent.append({name.lower(): value for name, value in headers.items()})
        time.sleep(self.delay)
        if alias in self.refusals:
            status, code = self.refusals[alias]
            said = json.dumps({"Message": self.refused}).encode()
            return status, {"x-amzn-ErrorType": code}, said
        if alias in self.functions:
            return _invoke(self.functions[alias], self.sent[-1], body)
        extra, payload = self.answers.get(alias, ({}, b'{"ran":true}'))
        return 200, extra, payload

    def _parameter(self, name: str) -> tuple[int, Headers, bytes]:
        self.reads.append(name)
        if name not in self.parameters:
            return 400, {"x-amzn-ErrorType": "ParameterNotFound"}, b"{}"
        found = {"Parameter": {"Name": name, "Value": self.parameters[name]}}
        return 200, {}, json.dumps(found).encode()

    def _item(self, sk: str) -> bytes:
        self.reads.append(sk)
        found = self.store.body()
        if found is None:
            return b"{}"
        item: dict[str, Any] = {"version": {"N": str(found[0])}}
        if sk == "body":
            item["body"] = {"S": found[1]}
        elif marks := self.store.load().aborted:
            item["aborted"] = {"SS": sorted(marks)}
        return json.dumps({"Item": item}).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a runtime process answered: a response, or an error's document.

    `cause` is what it told X-Ray of an error.
    """

    failed: bool
    body: bytes
    content_type: str | None
    cause: str = ""


class Function(Loopback):
    """A function in a real runtime process; `invoke` sends it an event.

    What it writes goes to the file `log`, or is lost. `options` are Python's.
    """

    def __init__(
        self,
        handler: str,
        environ: Mapping[str, str] = {},
        log: Path | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self._log = (log or Path(os.devnull)).open("wb")
        self._events: queue.Queue[tuple[bytes, Headers]] = queue.Queue()
        self._answers: queue.Queue[Ran] = queue.Queue()
        super().__init__()
        self._process = subprocess.Popen(
            [sys.executable, *options, "-m", "awslambdaric", handler],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.port}",
                "AWS_LAMBDA_FUNCTION_NAME": "router",
                "AWS_LAMBDA_FUNCTION_VERSION": "1",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                "LAMBDA_TASK_ROOT": str(ROOT),
                "AWS_REGION": "eu-west-1",
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                **environ,
            },
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()
        self.close()

    def invoke(self, event: Any, client_context: Any = None) -> tuple[str, Any]:
        """`("response", bytes)` or `("error", document)`."""
        payload = json.dumps(event, ensure_ascii=False).encode()
        context = None if client_context is None else json.dumps(client_context)
        ran = self.run(payload, client_context=context)
        if ran.failed:
            return "error", json.loads(ran.body)
        return "response", ran.body

    def run(
        self,
        payload: bytes,
        *,
        client_context: str | None = None,
        tenant_id: str | None = None,
        trace: str | None = None,
        seconds: float = 60.0,
    ) -> Ran:
        """Send an event, byte by byte; `seconds` are what the function may take."""
        headers = {
            "Lambda-Runtime-Aws-Request-Id": "request-1",
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + seconds) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": (
                "arn:aws:lambda:eu-west-1:123456789012:function:router:live"
            ),
            "Content-Type": "application/json",
        }
        given = {
            "Lambda-Runtime-Client-Context": client_context,
            "Lambda-Runtime-Aws-Tenant-Id": tenant_id,
            "Lambda-Runtime-Trace-Id": trace,
        }
        headers |= {name: text for name, text in given.items() if text is not None}
        self._events.put((payload, headers))
        return self._answers.get(timeout=30)

    def answer(
        self, path: str, headers: Any, body: bytes
    ) -> tuple[int, Headers, bytes]:
        """The Runtime API."""
        if path.endswith("/invocation/next"):
            event, described = self._events.get()
            return 200, described, event
        self._answers.put(
            Ran(
                failed=not path.endswith("/response"),
                body=body,
                content_type=headers.get("content-type"),
                cause=headers.get("lambda-runtime-function-xray-error-cause", ""),
            )
        )
        return 202, {}, b"{}"


def _invoke(
    function: Function, headers: Mapping[str, str], body: bytes
) -> tuple[int, Headers, bytes]:
    """What Lambda makes of a function's answer."""
    context = headers.get("x-amz-client-context")
    ran = function.run(
        body,
        client_context=base64.b64decode(context).decode() if context else None,
        tenant_id=headers.get("x-amz-tenant-id"),
        trace=headers.get("x-amzn-trace-id"),
    )
    failed = {"X-Amz-Function-Error": "Unhandled"} if ran.failed else {}
    return 200, {"X-Amz-Executed-Version": "1", **failed}, ran.body
