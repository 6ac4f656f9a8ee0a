"""Errors become one line and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

import pytest

from admin_cli import VERSION
from flags.store.dynamodb import DynamoStore

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary


def failing(error: BaseException) -> object:
    """A method that raises."""

    def fail(_: DynamoStore) -> NoReturn:
        raise error

    return fail


def test_an_unexpected_error_is_one_line(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is shown a traceback who didn't ask for one."""
    monkeypatch.setattr(DynamoStore, "load", failing(RuntimeError("odd\x1b[31m")))

    result = canary("get", "shop")

    assert (1, "") == (result.code, result.out)
    assert (
        "canary: error: RuntimeError: odd\\u001b[31m; "
        "CANARY_DEBUG=1 shows where it came from\n" == result.err
    )


def test_debug_shows_the_traceback(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CANARY_DEBUG=1 is for whoever mends the tool."""
    monkeypatch.setattr(DynamoStore, "load", failing(RuntimeError("odd")))
    monkeypatch.setenv("CANARY_DEBUG", "1")

    result = canary("get", "shop")

    assert 1 == result.code
    assert result.err.startswith("Traceback")


def test_an_interrupt_is_quiet(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control-C exits with 130, as in a shell."""
    monkeypatch.setattr(DynamoStore, "load", failing(KeyboardInterrupt()))

    result = canary("get", "shop")

    assert (130, "", "") == (result.code, result.out, result.err)


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        (("get",), "Missing argument 'NAME'; see `canary get --help`"),
        (("aplly",), "No such command 'aplly'. Did you mean 'apply'?; see"),
        (("list", "--al"), "No such option: --al"),
        (("abort", "shop", "--if-version", "1"), "No such option: --if-version"),
        (("promote", "shop", "--if-version", "x"), "--if-version"),
        (("list", "-o", "xml"), "Invalid value for "),
        (("set-weight", "shop", "5", "--reson", "x"), "nexpected extra argument"),
    ],
)
def test_wrong_usage_is_one_line_with_the_help_to_read(
    canary: Canary, argv: tuple[str, ...], error: str
) -> None:
    """Usage errors look like all others, and exit with 2."""
    result = canary(*argv)

    assert (2, "") == (result.code, result.out)
    assert result.err.startswith("canary: error: ")
    assert error in result.err
    assert f"see `canary{' ' + argv[0] if len(argv) > 1 else ''}" in result.err


def test_no_command_shows_the_help(canary: Canary) -> None:
    """`canary` alone is no command, but no error text either."""
    result = canary()

    assert 2 == result.code
    assert "Exit codes: 0 done" in result.out + result.err
    assert "canary: error" not in result.err


def test_help_and_version_need_no_account(canary: Canary) -> None:
    """Both answer without a table."""
    assert f"canary {VERSION}\n" == canary("--version").out
    assert "Exit codes: 0 done" in canary("--help").out


def test_help_is_quick() -> None:
    """Nothing slow is imported before a command runs."""
    code = (
        "import sys; from admin_cli.__main__ import main; main(['--help']);"
        "print(sorted({'boto3', 'botocore', 'moto', 'flags.store.checks'} "
        "& {*sys.modules}))"
    )

    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert "[]" == shown.stdout.splitlines()[-1]


def test_a_closed_pipe_is_quiet() -> None:
    """`canary ... | head` ends without a complaint."""
    code = (
        "import os, sys; from admin_cli.__main__ import main;"
        "r, w = os.pipe(); os.close(r); os.dup2(w, 1); sys.exit(main(['--version']))"
    )

    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert (1, "") == (ended.returncode, ended.stderr)


def closed(command: str) -> subprocess.CompletedProcess[str]:
    """`canary` as a shell runs it, with some of its streams closed."""
    shell = f'"$0" -m admin_cli {command}'
    return subprocess.run(
        ["sh", "-c", shell, sys.executable],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
    )


def test_closed_output_is_one_line() -> None:
    """Nobody would see what was asked for, and that is said."""
    ended = closed("--version >&-")

    told = "standard output is closed; send it to /dev/null to see nothing"
    assert (1, f"canary: error: {told}\n") == (ended.returncode, ended.stderr)


def test_closed_input_is_empty() -> None:
    """Nothing comes from it, and nobody is there to be asked."""
    ended = closed("lint --offline -f - <&-")

    assert 2 == ended.returncode
    assert '"message": "empty; expected a mapping' in ended.stdout


def test_all_may_be_closed() -> None:
    """Then there is nothing but the exit code."""
    ended = closed("--version <&- >&- 2>&-")

    assert (1, "", "") == (ended.returncode, ended.stdout, ended.stderr)
