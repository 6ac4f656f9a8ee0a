"""Reads an answer of HTTP/1.1, without `http.client`, which imports all of `email`.

Laws
1. Whole or not at all: what is cut off, malformed or over a limit is no answer.
2. Strict: lines end in CRLF, lengths are digits, and no header is folded. What two
   readers might read in two ways is refused.
3. A connection is kept only if the answer says where it ends, the peer doesn't mean
   to close, and nothing came behind it.
"""

from __future__ import annotations

from collections.abc import Callable

from flags.hints import TypeAlias

MAX_HEAD = 64 * 1024
MAX_BODY = 32 * 1024 * 1024
# Of informational answers, which come before the one that counts.
MAX_EARLY = 8
MAX_SIZE_LINE = 1024
CHUNK = 64 * 1024

SWITCHING, OK, NO_CONTENT, NOT_MODIFIED = 101, 200, 204, 304

# At most so many bytes, as soon as there are some; none at the end of the stream.
Receive: TypeAlias = Callable[[int], bytes]
Headers: TypeAlias = dict[str, str]
Answer: TypeAlias = tuple[int, Headers, bytes, bool]


class BadAnswer(Exception):
    """What came is no answer, or not all of one."""


def read(receive: Receive, method: str) -> Answer:
    """Status, headers, body, and whether the connection may be used again.

    Names of headers are in lower case; one that comes twice is joined.
    """
    stream = _Stream(receive)
    for _ in range(1 + MAX_EARLY):
        version, status, headers = _head(stream)
        if status == SWITCHING:
            raise BadAnswer("switches to a protocol that nobody asked for")
        if status >= OK:
            break
    else:
        raise BadAnswer("nothing but informational answers")
    empty = method == "HEAD" or status in {NO_CONTENT, NOT_MODIFIED}
    body, ends = (b"", True) if empty else _body(stream, headers)
    kept = ends and stream.drained and _kept(version, headers)
    return status, headers, body, kept


class _Stream:
    """The bytes of an answer, in the portions that its parts need."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._data = b""

    @property
    def drained(self) -> bool:
        """Whether nothing is left of what was received."""
        return not self._data

    def until(self, mark: bytes, limit: int) -> bytes:
        """What comes before a mark, which is skipped."""
        while (end := self._data.find(mark)) < 0 and len(self._data) <= limit:
            self._data += self._more(CHUNK)
        if not 0 <= end <= limit:
            raise BadAnswer(f"its head or a line is over {limit} bytes")
        found, self._data = self._data[:end], self._data[end + len(mark) :]
        return found

    def exactly(self, size: int) -> bytes:
        """So many bytes."""
        parts = [self._data[:size]]
        self._data = self._data[size:]
        missing = size - len(parts[0])
        while missing:
            parts.append(self._more(min(missing, CHUNK)))
            missing -= len(parts[-1])
        return b"".join(parts)

    def rest(self) -> bytes:
        """All that comes until the peer closes."""
        parts, size = [self._data], len(self._data)
        self._data = b""
        while data := self._receive(CHUNK):
            parts.append(data)
            size = _bounded(size + len(data))
        return b"".join(parts)

    def _more(self, limit: int) -> bytes:
        data = self._receive(limit)
        if not data:
            raise BadAnswer("the answer was cut off")
        return data


def _head(stream: _Stream) -> tuple[str, int, Headers]:
    """Version, status and headers."""
    text = stream.until(b"\r\n\r\n", MAX_HEAD).decode("latin-1")
    first, *lines = text.split("\r\n")
    version, _, rest = first.partition(" ")
    digits, _, _ = rest.partition(" ")
    known = version in {"HTTP/1.1", "HTTP/1.0"}
    # One look at the whole instead of one at each line.
    stray = max(text.count("\r"), text.count("\n")) > len(lines) or "\0" in text
    if not known or len(digits) != 3 or not _number(digits) or digits < "100":  # noqa: PLR2004
        raise BadAnswer("not an answer of HTTP/1.1")
    headers: Headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if stray or not colon or name.split() != [name]:
            raise BadAnswer("a header is malformed")
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return version, int(digits), headers


def _body(stream: _Stream, headers: Headers) -> tuple[bytes, bool]:
    """The body, and whether it has an end of its own."""
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked":
            raise BadAnswer("its transfer-encoding is not chunked")
        return _chunks(stream), True
    if length is None:
        return stream.rest(), False
    if not _number(length):
        raise BadAnswer("its content-length is no number")
    return stream.exactly(_bounded(int(length))), True


def _chunks(stream: _Stream) -> bytes:
    parts, total = [], 0
    while size := _size(stream.until(b"\r\n", MAX_SIZE_LINE)):
        total = _bounded(total + size)
        parts.append(stream.exactly(size))
        if stream.exactly(2) != b"\r\n":
            raise BadAnswer("a chunk is longer than it says")
    left = MAX_HEAD
    while trailer := stream.until(b"\r\n", left):  # nobody reads those
        left -= len(trailer)
    return b"".join(parts)


def _size(line: bytes) -> int:
    """The size of a chunk; what may follow it is for nobody."""
    digits = line.partition(b";")[0].strip(b" \t").decode("latin-1")
    if not digits or set(digits) - set("0123456789abcdefABCDEF"):
        raise BadAnswer("the size of a chunk is no number")
    return _bounded(int(digits, 16))


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _bounded(size: int) -> int:
    if size > MAX_BODY:
        raise BadAnswer(f"its body is over {MAX_BODY} bytes")
    return size


def _kept(version: str, headers: Headers) -> bool:
    words = headers.get("connection", "").lower()
    return "close" not in words if version == "HTTP/1.1" else "keep-alive" in words
