"""Runs the AWS emulator as a child process of ours, on the loopback only.

Laws:
1. It sees nothing of the caller's environment but what is named here: functions
   inherit the emulator's variables, so a stray one would change what they do.
2. Every emulator has a port, a scratch folder and a process group of its own, so
   that several run side by side and one is stopped with all that it started.
3. A process is ended only if it still is the emulator that was started: process
   numbers are used again.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
STATE = BUILD / "emulator.json"
PYTHON = ROOT / ".venv-emulator" / "bin" / "python"

ATTEMPTS = 3
START_SECONDS = 30.0
STOP_SECONDS = 5.0


class EmulatorError(RuntimeError):
    """The emulator did not start."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """A running emulator; as a context manager it stops at the end."""

    pid: int
    port: int

    @property
    def endpoint(self) -> str:
        """Address of every service."""
        return f"http://127.0.0.1:{self.port}"

    def env(self) -> dict[str, str]:
        """Variables that make boto3, sam and functions talk to this emulator."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            # A file that cannot be: profiles of the caller must not interfere.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def alive(self) -> bool:
        """Whether the process still is the emulator that was started, however busy."""
        return _is_emulator(self.pid)

    def stop(self) -> None:
        """End the emulator and all that it started; does nothing the second time."""
        if _is_emulator(self.pid):
            _end_group(self.pid)
        # Not at exit once more: the port and its folder may be another's by then.
        atexit.unregister(self.stop)
        shutil.rmtree(_scratch(self.port), ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start(port: int | None = None, *, keep: bool = False) -> Emulator:
    """Start an emulator and wait until it answers.

    Args:
        port: Where to listen; by default the system chooses.
        keep: Let it outlive this process.

    Raises:
        EmulatorError: It ended or stayed silent; the message names its log.
    """
    for _ in range(1 if port else ATTEMPTS):
        # Another process may take a free port before the emulator does.
        chosen = _free_port(port)
        process = _launch(chosen)
        emulator = Emulator(pid=process.pid, port=chosen)
        if _wait(process, emulator):
            if not keep:
                atexit.register(emulator.stop)
            return emulator
    raise EmulatorError(f"emulator on port {chosen} did not start, see {_log(chosen)}")


def save(emulator: Emulator) -> None:
    """Remember an emulator that outlives this process."""
    STATE.parent.mkdir(parents=True, exist_ok=True)
    STATE.write_text(json.dumps(dataclasses.asdict(emulator)))


def saved() -> Emulator | None:
    """The emulator that was remembered, if it still runs."""
    try:
        emulator = Emulator(**json.loads(STATE.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return emulator if emulator.alive() else None


def forget() -> None:
    """Stop the emulator that was remembered, if any, and forget it."""
    if emulator := saved():
        emulator.stop()
    STATE.unlink(missing_ok=True)


def _launch(port: int) -> subprocess.Popen[bytes]:
    if not PYTHON.exists():
        raise EmulatorError(f"emulator is not installed in {PYTHON}, run `make venvs`")
    scratch = _scratch(port)
    scratch.mkdir(parents=True, exist_ok=True)
    with _log(port).open("wb") as log:
        return subprocess.Popen(
            [PYTHON, "-m", "ministack"],
            cwd=scratch,
            env=_environment(port, scratch),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _environment(port: int, scratch: Path) -> dict[str, str]:
    kept = ("HOME", "LANG", "LC_ALL", "PATH", "TZ")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        # These two would open ports of their own, the same for every emulator.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # Functions may do what their roles allow, and nothing else, as on AWS.
        "AUTH": "true",
        "TMPDIR": str(scratch),
    }


def _wait(process: subprocess.Popen[bytes], emulator: Emulator) -> bool:
    """Whether it answers in time; otherwise, and on Ctrl-C, it is ended."""
    answers = False
    try:
        deadline = time.monotonic() + START_SECONDS
        # Not by its command: for a moment a new process has none.
        while process.poll() is None and time.monotonic() < deadline:
            if answers := _answers(emulator.endpoint):
                # From here on the number is all that counts, since `make down` has
                # no more; this keeps Popen from warning that nobody waited.
                process.returncode = 0
                return True
            time.sleep(0.05)
    finally:
        if not answers:
            process.kill()
            process.wait()
            shutil.rmtree(_scratch(emulator.port), ignore_errors=True)
    return False


def _answers(endpoint: str) -> bool:
    # No proxy of the caller's stands between us and the loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{endpoint}/_ministack/health", timeout=2):
            return True
    except OSError:
        return False


def _end_group(pid: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and _is_emulator(pid):
            time.sleep(0.05)


def _is_emulator(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # an ended child is a zombie until asked for
    return "ministack" in _command(pid)


def _command(pid: int) -> str:
    if Path("/proc/self/cmdline").exists():  # slim images have no `ps`
        try:
            return Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            return ""
    ps = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True, check=False).stdout


def _free_port(wanted: int | None) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted or 0))
        except OSError as error:
            raise EmulatorError(f"port {wanted} is taken, choose another") from error
        port: int = probe.getsockname()[1]
        return port


def _log(port: int) -> Path:
    return BUILD / f"emulator-{port}.log"


def _scratch(port: int) -> Path:
    return BUILD / f"emulator-{port}"
