"""A function in a real runtime process (`awslambdaric`), and the Runtime API for it.

Laws
1. One thread does it all: it answers the runtime's request for work with an event, and
   waits for what comes back. Nothing is handed from thread to thread in between.
2. CPU is read when the runtime asks for work again, so that each request counts whole.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from benchmarks.routing import wire

STATUS = "/proc/{}/status"
ACCEPTED = "HTTP/1.1 202 Accepted"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:router:live"
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"
SECONDS = 60


class Failed(Exception):
    """A function that could not even start."""


class Answer(NamedTuple):
    """What a function answered, and the runtime's word for it: response or error."""

    kind: str
    body: bytes


class Runtime:
    """A started function; `invoke` sends it an event."""

    def __init__(self, handler: str, environ: Mapping[str, str]) -> None:
        self._server = wire.listening()
        self._server.settimeout(SECONDS)
        self._channel: wire.Channel | None = None
        self._number = 0
        port = self._server.getsockname()[1]
        root = str(Path(__file__).parents[2])
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", handler],
            env={
                "AWS_EXECUTION_ENV": f"AWS_Lambda_python{python}",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                "AWS_LAMBDA_FUNCTION_NAME": "router",
                "AWS_LAMBDA_FUNCTION_VERSION": "1",
                "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/router",
                "AWS_LAMBDA_LOG_STREAM_NAME": "1",
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
                "LAMBDA_TASK_ROOT": root,
                "PATH": os.environ["PATH"],
                "PYTHONPATH": root,
                **environ,
            },
            cwd=root,
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
        if self._channel is not None:
            self._channel.close()
        self._server.close()

    def ready(self) -> None:
        """Wait until it asks for work; raises `Failed` if it can't start."""
        request = self._request()
        if "/invocation/next" not in request.first:
            raise Failed(request.body.decode())

    def invoke(self, event: bytes) -> Answer:
        """Hand over an event, once it is `ready`; the answer as soon as it comes."""
        self._number += 1
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": f"request-{self._number}",
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() + SECONDS) * 1_000),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
            "Lambda-Runtime-Trace-Id": TRACE,
        }
        self._write("HTTP/1.1 200 OK", headers, event)
        answer = self._request()
        return Answer(answer.first.split(" ")[1].rpartition("/")[2], answer.body)

    def again(self) -> None:
        """Take the answer, and wait until it asks for work."""
        self._write(ACCEPTED, {}, b"")
        self.ready()

    def cpu(self) -> float:
        """Seconds of CPU that the process has taken, all of its threads."""
        # What C's clock_getcpuclockid gives on Linux; Python has it for threads only.
        return time.clock_gettime((~self._process.pid << 3) | 2)

    def peak(self) -> float:
        """The most memory that it has had, in MB."""
        status = Path(STATUS.format(self._process.pid)).read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        return int(fields["VmHWM"].split()[0]) * 1_024 / 1e6

    def _request(self) -> wire.Message:
        while True:
            if self._channel is None:
                sock, _ = self._server.accept()
                sock.settimeout(SECONDS)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._channel = wire.Channel(sock)
            try:
                return self._channel.read()
            except wire.Gone:
                self._channel.close()
                self._channel = None

    def _write(self, first: str, headers: Mapping[str, str], body: bytes) -> None:
        if self._channel is None:
            raise RuntimeError("no runtime waits for this")
        self._channel.write(first, headers, body)
