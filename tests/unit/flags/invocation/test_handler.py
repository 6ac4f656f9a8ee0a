"""What the frame around a handler does, and what it does not."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import threading
import traceback
from types import SimpleNamespace
from typing import Any

import pytest

import flags
from flags import carriers
from flags.token import NAME, Token

WIRE = "v1~shop.green.12"
GREEN = Token.parse(WIRE)
SET = {"headers": {NAME: WIRE}}


@flags.handler
def seen(event: Any, context: Any = None) -> tuple[Any, Any, Token]:
    """What the handler has."""
    return event, context, flags.current()


def test_from_start_to_end() -> None:
    """The decision is in force while the handler runs, and then no longer."""
    context = SimpleNamespace()
    event, given, token = seen(SET, context)

    assert token == GREEN
    assert event is SET
    assert given is context
    assert flags.current() == Token()


def test_beside_the_payload() -> None:
    """What comes in the ClientContext holds for all of a batch."""
    context = SimpleNamespace(client_context=SimpleNamespace(custom={NAME: WIRE}))
    batch = {"Records": [{NAME: "v1~shop.blue.1"}, {}]}
    event, _, token = seen(batch, context)

    assert token == GREEN
    assert type(event["Records"]) is list


def test_errors() -> None:
    """What is raised comes out, and leaves nothing in force."""

    @flags.handler
    def fail(event: Any, context: Any) -> None:  # noqa: ARG001
        raise ValueError("no")

    with pytest.raises(ValueError, match="no") as caught:
        fail(SET, None)
    assert flags.current() == Token()
    frames = traceback.extract_tb(caught.value.__traceback__)
    ours = [frame.filename for frame in frames if "/flags/" in frame.filename]
    # The runtime leaves files of this name out.
    assert [True] == [
        name.endswith("/bootstrap.py") for name in ours if "tests" not in name
    ]


def test_asynchronous_handlers() -> None:
    """A coroutine has its decision as long as it runs."""

    @flags.handler
    async def slow(event: Any, context: Any) -> Token:  # noqa: ARG001
        await asyncio.sleep(0)
        return flags.current()

    async def both() -> list[Token]:
        return [
            *await asyncio.gather(
                asyncio.create_task(slow(SET, None)),
                asyncio.create_task(slow({}, None)),
            ),
            flags.current(),
        ]

    assert [GREEN, Token(), Token()] == asyncio.run(both())


def test_handlers_that_only_turn_out_to_be_asynchronous() -> None:
    """Behind others' decorators, and in objects, a coroutine has its decision too."""

    async def slow(event: Any, context: Any, _: Any = None) -> Token:  # noqa: ARG001
        await asyncio.sleep(0)
        return flags.current()

    class App:
        async def __call__(self, event: Any, context: Any) -> Token:
            return await slow(event, context)

    hidden: list[Any] = [
        functools.partial(slow, _=7),
        App(),
        lambda event, context: slow(event, context, 7),
    ]

    async def main(function: Any) -> tuple[Token, Token]:
        return await flags.handler(function)(SET, None), flags.current()

    for function in hidden:
        assert (GREEN, Token()) == asyncio.run(main(function))


class Rude:
    """An answer, or an event, that doesn't want to be looked at."""

    def __getattr__(self, name: str) -> Any:
        raise LookupError(name)


def test_answers_come_out_as_they_are() -> None:
    """Whatever a handler returns is not looked into, nor made something else of."""

    class Awaitable:
        def __await__(self) -> Any:
            return iter(())

    for answer in (Rude(), Awaitable(), {"a": 1}, None):
        assert answer is flags.handler(lambda event, _: answer)(SET, None)  # noqa: ARG005, B023


def test_a_task_comes_out_as_it_is() -> None:
    """A task has the decision of where it was made, and is still one for its caller."""

    async def slow() -> Token:
        await asyncio.sleep(0)
        return flags.current()

    async def main() -> Token:
        begin: Any = flags.handler(lambda event, _: asyncio.create_task(slow()))  # noqa: ARG005
        task = begin(SET, None)
        assert isinstance(task, asyncio.Task)
        found: Token = await task
        return found

    assert asyncio.run(main()) == GREEN


@pytest.mark.parametrize("event", [{NAME: "v1~shop.blue.1"}, {}, {"Records": []}])
def test_a_handler_that_calls_another(event: Any) -> None:
    """What it had in force before the call it has after it, for threads too."""
    inner: Any = flags.handler(lambda event, _: flags.current())  # noqa: ARG005

    @flags.handler
    def outer(_: Any, context: Any) -> list[Token]:
        inner(event, context)
        with_thread = threading.Thread(target=lambda: found.append(flags.current()))
        found = [flags.current()]
        with_thread.start()
        with_thread.join()
        return found

    assert [GREEN, GREEN] == outer(SET, None)
    assert flags.current() == Token()


def test_handlers_at_the_same_time() -> None:
    """None of them leaves its decision behind, whichever ends last."""

    @flags.handler
    async def slow(event: Any, context: float) -> Token:  # noqa: ARG001
        await asyncio.sleep(context)
        return flags.current()

    async def both() -> None:
        await asyncio.gather(slow(SET, 0), slow({NAME: "v1~shop.blue.1"}, 0.01))

    contextvars.Context().run(asyncio.run, both())
    assert contextvars.Context().run(flags.current) == Token()


def test_it_looks_as_it_did() -> None:
    """Name, documentation and the function itself are there to be found."""
    assert "seen" == seen.__name__
    assert "What the handler has." == seen.__doc__
    assert "seen" == getattr(seen, "__wrapped__", None).__name__  # type: ignore[union-attr]


def test_handlers_that_are_no_functions() -> None:
    """An object that can be called is a handler too."""

    class App:
        def __call__(self, event: Any, context: Any) -> Token:  # noqa: ARG002
            return flags.current()

    assert flags.handler(App())(SET, None) == GREEN


class Odd(dict[str, Any]):
    """An event that can't be read."""

    def get(self, *_: object) -> Any:
        """No."""
        raise RuntimeError("no")

    def __contains__(self, _: object) -> bool:
        raise RuntimeError("no")


@pytest.mark.parametrize("event", [Odd(), None, 7, "text", [], [None], {"Records": []}])
def test_no_event_makes_it_fail(event: Any) -> None:
    """The handler gets whatever came, without a decision."""
    flags.read(SET)
    given, _, token = seen(event)

    assert given is event
    assert token == Token()
    assert (1 if isinstance(event, Odd) else 0) == carriers.unread["error"]


def test_no_event_is_looked_into_too_closely() -> None:
    """One that raises whatever it is asked for comes through as well."""
    rude = Rude()
    given, _, token = seen(rude)

    assert given is rude
    assert token == Token()
    assert carriers.unread["error"] == 1
