"""A redirected function outside of Lambda's runtime, as tests and tools run it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from awslambdaric import bootstrap

import flags
from flags.token import NAME, Token

WIRE = "v1~shop.green.12"


def handler(event: Any, context: Any) -> tuple[Any, Any, Token]:
    """What the original handler has."""
    return event, context, flags.current()


@pytest.fixture
def redirect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """The redirect to a handler of that name."""
    monkeypatch.delitem(sys.modules, "awslambdaric.bootstrap", raising=False)
    monkeypatch.setitem(sys.modules, "shop", sys.modules[__name__])
    monkeypatch.setitem(sys.modules, "shop.orders", sys.modules[__name__])
    monkeypatch.setenv("_HANDLER", "flags.redirect.handler")

    def made(name: str) -> Any:
        monkeypatch.setenv("CANARY_HANDLER", name)
        sys.modules.pop("flags.redirect", None)
        return import_module("flags.redirect").handler

    yield made
    sys.modules.pop("flags.redirect", None)


@pytest.mark.parametrize("name", ["shop.handler", "shop/orders.handler"])
def test_the_handler_runs_with_its_decision(
    redirect: Callable[[str], Any], name: str
) -> None:
    """Dots and slashes name the module; what looks for the handler finds it."""
    event = {NAME: WIRE}
    made = redirect(name)

    assert (event, "context", Token.parse(WIRE)) == made(event, "context")
    assert name == os.environ["_HANDLER"]
    assert made.__wrapped__ is handler


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("", ValueError, "CANARY_HANDLER is '': give it as `module.function`"),
        ("handler", ValueError, "CANARY_HANDLER is 'handler'"),
        ("no_such_module.handler", ImportError, "no_such_module"),
        ("shop.nothing", AttributeError, "nothing"),
    ],
)
def test_wrong_handlers(
    redirect: Callable[[str], Any], name: str, error: type[Exception], message: str
) -> None:
    """The error says what is wrong with the name."""
    with pytest.raises(error, match=message):
        redirect(name)


@pytest.fixture
def runtime(
    monkeypatch: pytest.MonkeyPatch, redirect: Any, tmp_path: Path
) -> Callable[[str], Any]:
    """The redirect within Lambda's runtime, with a function that doesn't start."""
    (tmp_path / "raising.py").write_text("raise ValueError('no start')\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "awslambdaric.bootstrap", bootstrap)
    made: Callable[[str], Any] = redirect
    return made


def test_within_the_runtime(runtime: Callable[[str], Any]) -> None:
    """The runtime's own way to a handler is taken."""
    assert runtime("shop.handler").__wrapped__ is handler


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("", "Runtime.MalformedHandlerName", "CANARY_HANDLER is not set"),
        ("shop.nothing", "Runtime.HandlerNotFound", "'nothing' missing on module"),
        ("no_such.handler", "Runtime.ImportModuleError", "module 'no_such'"),
        ("raising.handler", "ValueError", "no start"),
    ],
)
def test_what_the_runtime_says(
    runtime: Callable[[str], Any], name: str, kind: str, message: str
) -> None:
    """An error at the start is the runtime's, and its trace the function's own."""
    with pytest.raises(bootstrap.FaultException) as caught:
        runtime(name)

    assert kind == caught.value.exception_type
    assert message in caught.value.msg
    assert "redirect" not in "".join(caught.value.trace or [])
