"""Events of the corpus as nobody has seen them: bent, cut, deepened, forged."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

from flags.token import NAME
from tests.fuzz.documents import Members, Number, depth, dump, load
from tests.fuzz.rig import FORGED

# Values in the wrong place, some of which break what is not careful.
ODD: tuple[Any, ...] = (
    None,
    True,
    "",
    "text",
    "\ud800",
    "\x00",
    Number("0"),
    Number("-1.10"),
    Number("1e400"),
    Number("9" * 5000),
    Members(),
    [],
    Members([("", None)]),
    [None, "x"],
    Members([("a", Number("1")), ("a", Number("2"))]),
    Members([("S", "x"), ("N", "1")]),
    FORGED,
)
SPELLINGS = (
    NAME,
    "Canary-Decision",
    "CANARY-DECISION",
    "canary_decision",
    "Canary_Decision",
    " canary-decision",
    "canary-decision\t",
)
# Documents deeper than this are not taken apart: that is done by recursion.
DEEPEST = 60
BRACKETS = (("[", "]"), ('{"a":', "}"), ('[{"b":[', "]}]"))


def dice(seed: int) -> Random:
    """Throws that come again with the seed."""
    return Random(seed)  # noqa: S311 - no secret


def bent(tree: Any, throw: Random) -> Any:
    """The document with one member or element dropped, replaced, doubled or moved."""
    spots = list(_spots(tree))
    if not spots:
        return deepcopy(throw.choice(ODD))
    holder, index = throw.choice(spots)
    move = throw.randrange(5)
    if move == 0:
        del holder[index]
    elif move == 1:
        holder.insert(index, deepcopy(holder[index]))
    elif move == 2:
        other, there = throw.choice(spots)
        holder[index] = _with(holder[index], deepcopy(_value(other[there])))
    else:
        holder[index] = _with(holder[index], deepcopy(throw.choice(ODD)))
    return tree


def forge(tree: Any, throw: Random) -> Any:
    """The document with tokens of strangers wherever a request has headers."""
    for request in _requests(tree):
        for _ in range(throw.randint(1, 3)):
            _forge(request, throw)
    return tree


def damaged(text: bytes, throw: Random) -> bytes:
    """The bytes cut off, changed, or with others between them."""
    at = throw.randrange(len(text) + 1)
    move = throw.randrange(4)
    if move == 0:
        return text[:at]
    if move == 1:
        return text[:at] + throw.randbytes(throw.randint(1, 4)) + text[at:]
    if move == 2:
        return (
            text[:at] + throw.choice((b'"', b"\\", b"{", b"]", b",")) + text[at + 1 :]
        )
    return text[:at] + text[throw.randrange(len(text) + 1) :]


def deepened(text: str, throw: Random) -> str:
    """The document with one scalar nested thousands of levels deep."""
    opening, closing = throw.choice(BRACKETS)
    levels = throw.choice((5, 7, 50, 900, 3000))
    spots = [at for at in range(len(text)) if text.startswith((":null", ":true"), at)]
    if not spots:
        return opening * levels + text + closing * levels
    at = throw.choice(spots) + 1
    return (
        text[:at]
        + opening * levels
        + text[at : at + 4]
        + closing * levels
        + text[at + 4 :]
    )


def mutated(event: bytes, throw: Random) -> bytes:
    """An event after a few of these, most of them still JSON."""
    text = event.decode()
    if depth(text) <= DEEPEST:
        text = _bent_often(load(event), throw)
    if throw.random() < 0.15:
        text = deepened(text, throw)
    out = text.encode("utf-8", "surrogatepass")
    return damaged(out, throw) if throw.random() < 0.15 else out


def _bent_often(tree: Any, throw: Random) -> str:
    if throw.random() < 0.5:
        tree = forge(tree, throw)
    as_ascii, text = throw.random() < 0.3, ""
    for _ in range(throw.choice((0, 1, 1, 2, 4))):
        tree = bent(tree, throw)
        text = dump(tree, ascii_only=as_ascii)
        if depth(text) > DEEPEST:
            break
    return text or dump(tree, ascii_only=as_ascii)


def _spots(tree: Any) -> Any:
    """Every place in the document, as holder and index."""
    if not isinstance(tree, list):
        return
    for index, one in enumerate(tree):
        yield tree, index
        yield from _spots(_value(one))


def _value(one: Any) -> Any:
    """What an element or a member holds; members are tuples."""
    return one[1] if isinstance(one, tuple) else one


def _with(one: Any, value: Any) -> Any:
    return (one[0], value) if isinstance(one, tuple) else value


def _requests(tree: Any) -> Any:
    pages = tree if isinstance(tree, list) and not isinstance(tree, Members) else [tree]
    for page in pages:
        if not isinstance(page, Members):
            continue
        request = page.last("request")
        inside = isinstance(request, Members) and request.last("headers") is not None
        found = request if inside else page
        if any(found.last(name) for name in ("headers", "multiValueHeaders")):
            yield found


def _forge(request: Members, throw: Random) -> None:
    spelling, many = throw.choice(SPELLINGS), request.last("multiValueHeaders")
    headers, cookies = request.last("headers"), request.last("cookies")
    cookie = f"a=1; {spelling}={FORGED}; b=2"
    where = throw.randrange(5)
    if where == 0 and isinstance(many, Members):
        many.append((spelling, [FORGED] * throw.randint(1, 3)))
    elif where == 1 and isinstance(many, Members):
        many.append(("Cookie", [cookie, f"{spelling}={FORGED}"]))
    elif where == 2 and isinstance(headers, Members):
        headers.append((throw.choice(("cookie", "Cookie", "COOKIE")), cookie))
        headers.append(("Connection", f"close, {spelling}"))
    elif where == 3 and isinstance(cookies, list):
        cookies.append(f"{spelling}={FORGED}")
    elif isinstance(headers, Members):
        headers.insert(throw.randrange(len(headers) + 1), (spelling, FORGED))
