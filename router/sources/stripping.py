"""Takes decisions from outside out of a request, in every spelling, and puts ours in.

A decision may stand in headers, multi-value headers, cookies and W3C baggage, in any
case, with underscores for dashes, more than once; a `Connection` header may list
ours, which would make proxies further on drop it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flags.token import NAME
from router.document import Edits, Node, member, quoted

# Headers whose value is a list that may name ours: what parts the list.
_LISTS = {"cookie": ";", "connection": ",", "baggage": ","}


def forged(name: str) -> bool:
    """Whether a header or cookie is named like ours, or nearly so."""
    return name.strip().lower().replace("_", "-") == NAME


def stripped(event: Node, token: str | None) -> str:
    """The event's text without decisions from outside, with `token` as header."""
    edits = Edits(event.text)
    single, many = event.get("headers"), event.get("multiValueHeaders")
    multiple = many is not None and many.is_object
    if multiple and many is not None:
        ours = (f"{quoted(NAME)}:[{quoted(token)}]",) if token else ()
        strip_headers(edits, many, ours)
    if single is not None and single.is_object:
        ours = (member(NAME, token),) if token else ()
        strip_headers(edits, single, ours)
    elif token and not multiple:
        _make_headers(edits, event, single, "{" + member(NAME, token) + "}")
    _strip_cookies(edits, event)
    return edits.text()


def strip_headers(edits: Edits, headers: Node, ours: Sequence[str]) -> None:
    """Drop all that is named like ours, and add what is ours indeed."""
    # Most requests have nothing that could be spelled so, whatever the spelling.
    text = headers.raw.lower()
    if "canary" not in text and "\\u" not in text:
        edits.add(headers, ours)
        return
    edits.rewrite(headers, forged, ours, dict(_lists(headers)))


def _make_headers(edits: Edits, event: Node, found: Node | None, ours: str) -> None:
    if found is not None:
        edits.replace(found, ours)
    elif event.is_object:
        edits.rewrite(event, lambda _: False, (f'"headers":{ours}',))


def _lists(headers: Node) -> Iterable[tuple[int, str]]:
    """New values for headers that list ours, by where the old ones start."""
    for one in headers.members():
        part = _LISTS.get(one.name.strip().lower())
        if part is None:
            continue
        value = one.value.value()
        clean = _without(value, part)
        if clean != value:
            yield one.value.start, _text(clean)


def unlisted(value: object) -> str:
    """The JSON of a baggage header, or of several, without our entries."""
    return _text(_without(value, _LISTS["baggage"]))


def _text(value: object) -> str:
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    return quoted(str(value))


def _without(value: object, part: str) -> object:
    if isinstance(value, list):
        return [_without(item, part) for item in value]
    if not isinstance(value, str) or not any(map(_named, value.split(part))):
        return value
    return part.join(pair for pair in value.split(part) if not _named(pair)).strip()


def _named(pair: str) -> bool:
    return forged(pair.partition("=")[0])


def _strip_cookies(edits: Edits, event: Node) -> None:
    """Drop ours out of the list of cookies that HTTP APIs make."""
    pairs = event.dig("cookies")
    if not isinstance(pairs, list):
        return
    forged_ones = [isinstance(pair, str) and _named(pair) for pair in pairs]
    listed = event.get("cookies")
    if listed is not None and any(forged_ones):
        edits.keep(listed, [i for i, ours in enumerate(forged_ones) if not ours])
