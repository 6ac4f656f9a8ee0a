"""What may go wrong between a client and a function; each is a plan of the proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.runtime.proxy import HEAD_END, Exchange, Fault


def late(exchange: Exchange) -> None:
    """The answer takes its time."""
    exchange.request()
    answer = exchange.run()
    exchange.silence(0.1)
    exchange.say(answer)


def dribble(exchange: Exchange) -> None:
    """The answer comes in small pieces."""
    exchange.request()
    for piece in _pieces(exchange.run(), 50):
        exchange.say(piece)
        exchange.silence(0.002)


def slower_than_anyone_waits(exchange: Exchange) -> None:
    """A piece now and then, which must not prolong the wait."""
    exchange.request()
    for piece in _pieces(exchange.run(), 1000):
        exchange.say(piece)
        exchange.silence(0.05)


def twice(exchange: Exchange) -> None:
    """The answer comes, and comes again.

    At once: no client of HTTP/1.1 can tell a second answer that comes between its
    next request and that one's own from what it waits for.
    """
    exchange.request()
    answer = exchange.run()
    exchange.say(answer + answer)


def reset_at_once(exchange: Exchange) -> None:
    """The connection breaks when the first bytes arrive."""
    exchange.reset()


def reset_before_the_run(exchange: Exchange) -> None:
    """The request arrives whole, and the connection breaks."""
    exchange.request()
    exchange.reset()


def reset_after_the_run(exchange: Exchange) -> None:
    """The function ran, and its answer is lost."""
    exchange.request()
    exchange.run()
    exchange.reset()


def hung_up_after_the_run(exchange: Exchange) -> None:
    """The same, in good order."""
    exchange.request()
    exchange.run()
    exchange.close()


def deaf(exchange: Exchange) -> None:
    """Nobody reads on."""
    exchange.silence()


def black_hole(exchange: Exchange) -> None:
    """The function ran, and nothing is heard of it."""
    exchange.request()
    exchange.run()
    exchange.silence()


def cut_in_the_head(exchange: Exchange) -> None:
    """The answer ends among its headers."""
    exchange.request()
    exchange.say(exchange.run()[:40])
    exchange.close()


def cut_in_the_body(exchange: Exchange) -> None:
    """The answer ends before its body does."""
    exchange.request()
    exchange.say(exchange.run()[:-1])
    exchange.close()


def too_long_a_length(exchange: Exchange) -> None:
    """The answer announces more than comes."""
    exchange.request()
    head, _, body = exchange.run().partition(HEAD_END)
    exchange.say(_with_length(head, len(body) + 10) + body)
    exchange.close()


def too_short_a_length(exchange: Exchange) -> None:
    """The answer announces less than comes."""
    exchange.request()
    head, _, body = exchange.run().partition(HEAD_END)
    exchange.say(_with_length(head, len(body) - 1) + body)


def refusal(
    status: int, code: str | None, body: bytes = b'{"Message":"planned"}'
) -> Fault:
    """Somebody before the function refuses the request, and keeps the connection."""

    def fault(exchange: Exchange) -> None:
        exchange.request()
        exchange.say(_refusal(status, code, body))

    return fault


def refusal_half_way(exchange: Exchange) -> None:
    """The request is refused for its size before it is read whole."""
    exchange.some(1000)
    exchange.say(_refusal(413, "RequestTooLargeException", b'{"Message":"planned"}'))
    exchange.close()


def _refusal(status: int, code: str | None, body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} Refused", f"content-length: {len(body)}"]
    lines += [f"x-amzn-ErrorType: {code}"] if code else []
    return "\r\n".join(lines).encode() + HEAD_END + body


def _with_length(head: bytes, length: int) -> bytes:
    wanted = rb"\r\ncontent-length: %d" % length
    return re.sub(rb"(?i)\r\ncontent-length: *\d+", wanted, head) + HEAD_END


def _pieces(data: bytes, count: int) -> Iterator[bytes]:
    size = max(1, len(data) // count)
    return (data[at : at + size] for at in range(0, len(data), size))
