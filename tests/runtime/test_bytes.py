"""Events and answers as bytes, in real runtime processes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.runtime.rig import Function
from tests.runtime.test_faults import HOSTILE


@pytest.fixture(scope="module")
def echo() -> Iterator[Function]:
    """A function that takes bytes, in one process for all tests."""
    with Function("tests.runtime.echo.handler") as function:
        yield function


@pytest.mark.parametrize("payload", [*HOSTILE, b"null", b"{ }", b"1e400"])
def test_bytes_pass_the_runtime(echo: Function, payload: bytes) -> None:
    """What a handler is sent and what it returns is not written anew."""
    ran = echo.run(payload)

    assert payload == ran.body
    assert not ran.failed
    assert ran.content_type == "application/json"


def test_six_megabytes_pass_the_runtime(echo: Function) -> None:
    """Nor is it where it would take long."""
    payload = (HOSTILE[0] * 100_000)[: 6 << 20]

    assert payload == echo.run(payload).body


def test_errors_are_the_runtimes_own(echo: Function) -> None:
    """Type, message and trace are what they are without us."""
    ran = echo.run(b"fail: \xc3\xbc")
    error = json.loads(ran.body)

    assert ran.failed
    assert ("ValueError", "fail: ü") == (error["errorType"], error["errorMessage"])
    assert "echo.py" in error["stackTrace"][0]


def test_an_answer_of_another_kind_is_written_by_the_runtime(echo: Function) -> None:
    """Who returns an object gets JSON, as ever."""
    ran = echo.run(b"object")

    assert {"plain": "ü", "number": 1} == json.loads(ran.body)
    assert ran.content_type == "application/json"
