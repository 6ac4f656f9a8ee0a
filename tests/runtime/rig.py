"""Real runtime processes: `awslambdaric` on a Runtime API, and a stand-in for AWS.

The stand-in answers GetItem out of a memory store and Invoke out of a table of
planned answers, and remembers every request.
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
from collections.abc import Mapping
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


class _Loopback:
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
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(
        self, path: str, headers: Any, body: bytes
    ) -> tuple[int, Headers, bytes]:
        """Status, headers and body for a request."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class Aws(_Loopback):
    """DynamoDB's GetItem and Lambda's Invoke."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.reads: list[str] = []
        self.invoked: list[tuple[str, Any, Any]] = []
        self.answers: dict[str, tuple[Headers, bytes]] = {}
        super().__init__()

    def answer(
        self, path: str, headers: Any, body: bytes
    ) -> tuple[int, Headers, bytes]:
        """Either of the two."""
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
        extra, payload = self.answers.get(alias, ({}, b'{"ran":true}'))
        return 200, extra, payload

    def _item(self, sk: str) -> bytes:
        self.reads.append(sk)
        found = self.store.body()
        if found is None:
            return b"{}"
        item = {"version": {"N": str(found[0])}}
        if sk == "body":
            item["body"] = {"S": found[1]}
        return json.dumps({"Item": item}).encode()


class Function(_Loopback):
    """A function in a real runtime process; `invoke` sends it an event."""

    def __init__(self, handler: str, environ: Mapping[str, str]) -> None:
        self._events: queue.Queue[tuple[bytes, Headers]] = queue.Queue()
        self._answers: queue.Queue[tuple[str, Any]] = queue.Queue()
        super().__init__()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", handler],
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
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
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
        self.close()

    def invoke(self, event: Any, client_context: Any = None) -> tuple[str, Any]:
        """`("response", bytes)` or `("error", document)`."""
        headers = {
            "Lambda-Runtime-Aws-Request-Id": "request-1",
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 60_000),
            "Lambda-Runtime-Invoked-Function-Arn": (
                "arn:aws:lambda:eu-west-1:123456789012:function:router:live"
            ),
            "Content-Type": "application/json",
        }
        if client_context is not None:
            headers["Lambda-Runtime-Client-Context"] = json.dumps(client_context)
        payload = json.dumps(event, ensure_ascii=False).encode()
        self._events.put((payload, headers))
        return self._answers.get(timeout=30)

    def answer(
        self,
        path: str,
        headers: Any,  # noqa: ARG002
        body: bytes,
    ) -> tuple[int, Headers, bytes]:
        """The Runtime API."""
        if path.endswith("/invocation/next"):
            event, described = self._events.get()
            return 200, described, event
        if path.endswith("/response"):
            self._answers.put(("response", body))
        else:
            self._answers.put(("error", json.loads(body)))
        return 202, {}, b"{}"
