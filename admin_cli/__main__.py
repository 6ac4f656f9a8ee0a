"""The entry point of `canary`: runs a command, and turns errors into exit codes."""

from __future__ import annotations

import io
import os
import sys
import traceback
from typing import TYPE_CHECKING

import typer
from typer.main import get_command

from admin_cli.app import app
from admin_cli.output import plain, report_error
from flags.errors import FlagsError

if TYPE_CHECKING:
    from collections.abc import Sequence

DEBUG = "CANARY_DEBUG"
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit code."""
    _open()
    if sys.stdout is None:
        told = "standard output is closed; send it to /dev/null to see nothing"
        report_error(sys.stderr, Exception(told))
        return 1
    try:
        code = get_command(app).main(argv, prog_name="canary", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has had enough; nothing is left to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _failed(error)
    return code if isinstance(code, int) else 0


def _open() -> None:
    """Python has None for a stream that is closed (`<&-`)."""
    sys.stdin = sys.stdin or io.StringIO()
    sys.stderr = sys.stderr or io.StringIO()


def _failed(error: Exception) -> int:
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    if isinstance(error, FlagsError):
        report_error(sys.stderr, error)
        return error.exit_code
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "canary"
        # Without a message it was no command at all: the help was shown instead.
        if message := error.format_message().rstrip("."):
            told = f"{plain(message)}; see `{command} --help`"
            report_error(sys.stderr, Exception(told))
        return error.exit_code
    told = f"{type(error).__name__}: {plain(error)}; {DEBUG}=1 shows where it came from"
    report_error(sys.stderr, Exception(told))
    return 1


if __name__ == "__main__":
    sys.exit(main())
