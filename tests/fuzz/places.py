"""Where the events of each source may be changed, and what stands there.

Independent of the router on purpose: a plain description, over whole documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flags.token import NAME
from tests.fuzz.documents import Members, Number

WEB = ("rest", "http", "url", "alb", "websocket", "unknown")
_LISTS = {"cookie": ";", "connection": ",", "baggage": ","}
_ATTRIBUTES = {"sns": ("Sns", "MessageAttributes"), "sqs": ("messageAttributes",)}
_LISTS_OF_THEM = ("eventbridge", "pipes")
_BESIDE = ("kinesis", "dynamodb", "kafka", "mq", "firehose", "s3")


def forged(name: str) -> bool:
    """Whether somebody could take a header of this name for ours."""
    return name.strip().lower().replace("_", "-") == NAME


def without(source: str, tree: Any) -> Any:
    """The event without any decision in the places where the source has them."""
    if source == "pipes":
        return [_piped(one) for one in tree] if type(tree) is list else tree
    if source in ("appsync", "eventbridge") and type(tree) is list:
        return [without(source, one) for one in tree]
    if source in (*_ATTRIBUTES, *_BESIDE):
        return _records(source, _bare(tree))
    cleaned: dict[str, Callable[[Any], Any]] = {
        **dict.fromkeys(WEB, lambda found: _bare(_web(found))),
        "iot": _bare,
        **dict.fromkeys(("direct", "stepfunctions", "unknown"), _asked),
        "appsync": lambda found: _mapped(found, "request", _web),
        "eventbridge": _bus,
    }
    return cleaned[source](tree) if source in cleaned else tree


def places(source: str, tree: Any) -> Iterator[Any]:
    """What stands where a decision belongs, one for each unit; None for nothing."""
    if source in WEB:
        yield _told(tree)
    elif source == "appsync":
        pages = tree if not isinstance(tree, Members) else [tree]
        yield from (_told(page.last("request")) for page in pages)
    elif source == "eventbridge":
        pages = [tree] if isinstance(tree, Members) else tree
        yield from map(_said_by_a_bus, pages)
    elif source == "pipes":
        for record in tree:
            queued = record.last("eventSource") == "aws:sqs"
            held = record.last("messageAttributes") if queued else record
            found = held.last(NAME)
            yield found.last("stringValue") if queued else found
    else:
        for record in records(source, tree):
            held = record
            for name in _ATTRIBUTES.get(source, ()):
                held = held.last(name)
            found = held.last(NAME)
            if isinstance(found, Members):
                found = found.last("stringValue") or found.last("Value")
            yield found


def records(source: str, tree: Any) -> list[Any]:
    """The records of a batch."""
    if source in _LISTS_OF_THEM:
        return [] if isinstance(tree, Members) else list(tree)
    held = [tree.last({"mq": "messages", "firehose": "records"}.get(source, "Records"))]
    if source == "kafka" or (source == "mq" and held == [None]):
        parts = tree.last("records" if source == "kafka" else "rmqMessagesByQueue")
        held = [part for _, part in parts] if isinstance(parts, Members) else []
    # An object is a list of members here, but no list of records.
    lists = (it for it in held if isinstance(it, list) and not isinstance(it, Members))
    return [one for part in lists for one in part]


def _said_by_a_bus(event: Members) -> Any:
    metadata, detail = event.last("Metadata"), event.last("detail")
    if event.last("SystemMetadata") is not None:
        return metadata.last(NAME)
    return (detail if isinstance(detail, Members) else event).last(NAME)


def _told(request: Members) -> Any:
    for name in ("headers", "multiValueHeaders"):
        held = request.last(name)
        found = held.last(NAME) if isinstance(held, Members) else None
        if found is not None:
            return found[0] if isinstance(found, list) else found
    return None


def told(kind: str, tree: Any) -> list[Any]:
    """What a request's headers and cookies say in our name, however it is spelt."""
    pages = [tree] if isinstance(tree, Members) else tree
    found: list[Any] = []
    for page in pages if isinstance(pages, list) else ():
        if not isinstance(page, Members):
            continue
        request = page.last("request") if kind == "appsync" else page
        if isinstance(request, Members):
            found += _named_headers(request)
            cookies = request.last("cookies")
            found += [one for one in _texts(cookies) if _named(one)]
    return found


def _named_headers(request: Members) -> Iterator[Any]:
    for place in ("headers", "multiValueHeaders"):
        held = request.last(place)
        for name, value in held if isinstance(held, Members) else ():
            part = _LISTS.get(name.strip().lower())
            if forged(name):
                yield value
            elif part is not None:
                texts = _texts(value) if isinstance(value, list) else _texts([value])
                for piece in (one for text in texts for one in text.split(part)):
                    if _named(piece):
                        yield piece


def odd(tree: Any) -> bool:
    """Whether a list of texts, such as cookies, has anything else in it."""
    if isinstance(tree, Members):
        listed = any(
            isinstance(value, list) and len(_texts(value)) < len(value)
            for name, value in tree
            if name.strip().lower() in _LISTS
        )
        return listed or any(odd(value) for _, value in tree)
    return isinstance(tree, list) and any(odd(one) for one in tree)


def _texts(found: Any) -> list[str]:
    listed = found if isinstance(found, list) else []
    return [one for one in listed if type(one) is str]


def _mapped(tree: Any, name: str, change: Callable[[Any], Any]) -> Any:
    return tree.mapped(name, change) if isinstance(tree, Members) else tree


def _bare(tree: Any) -> Any:
    if not isinstance(tree, Members):
        return tree
    return Members((k, v) for k, v in tree if k != NAME)


def _emptied(tree: Any) -> Any:
    """As `_bare`; nothing at all, what is no object, and an empty one are the same."""
    return (_bare(tree) or None) if isinstance(tree, Members) else None


def _records(source: str, tree: Any) -> Any:
    def clean(record: Any) -> Any:
        record = _bare(record)
        for name in _ATTRIBUTES.get(source, ()):
            if name != "Sns":
                return _without_empty(_mapped(record, name, _emptied), name)
            return _mapped(record, "Sns", _message)
        return record

    def each(found: Any) -> Any:
        return [clean(one) for one in found] if isinstance(found, list) else found

    def parts(found: Any) -> Any:
        if not isinstance(found, Members):
            return found
        return Members((k, each(v)) for k, v in found)

    if source == "kafka":
        return _mapped(tree, "records", parts)
    if source == "mq":
        tree = _mapped(tree, "rmqMessagesByQueue", parts)
    name = {"mq": "messages", "firehose": "records"}.get(source, "Records")
    return _mapped(tree, name, each)


def _message(message: Any) -> Any:
    found = _mapped(message, "MessageAttributes", _emptied)
    return _without_empty(found, "MessageAttributes")


def _without_empty(tree: Any, name: str) -> Any:
    if not isinstance(tree, Members):
        return tree
    return Members((k, v) for k, v in tree if k != name or v)


def _bus(event: Any) -> Any:
    """What a bus delivers, by itself or with its metadata."""
    event = _mapped(_bare(event), "detail", _bare)
    return _without_empty(_mapped(event, "Metadata", _emptied), "Metadata")


def _piped(record: Any) -> Any:
    """A record of a pipe: of a queue, or of anything else."""
    name = "messageAttributes"
    return _without_empty(_mapped(_bare(record), name, _emptied), name)


def _asked(event: Any) -> Any:
    """What may have been a request, of HTTP or of AppSync."""
    return _bare(_web(_mapped(event, "request", _web)))


def _web(event: Any) -> Any:
    if not isinstance(event, Members):
        return event
    # What are no headers may be replaced by some.
    event = Members(
        (k, v if k != "headers" or isinstance(v, Members) else None) for k, v in event
    )
    for name in ("headers", "multiValueHeaders"):
        event = _without_empty(event.mapped(name, _headers), name)
    return event.mapped("cookies", _cookies)


def _headers(headers: Any) -> Any:
    if not isinstance(headers, Members):
        return headers
    return Members(
        (name, _clean(value, _LISTS.get(name.strip().lower())))
        for name, value in headers
        if not forged(name)
    )


def _clean(value: Any, part: str | None) -> Any:
    if part is None:
        return value
    if isinstance(value, list) and not isinstance(value, Members):
        return [_clean(one, part) for one in value]
    if not isinstance(value, str) or isinstance(value, Number):
        return value
    pieces = value.split(part)
    if not any(_named(one) for one in pieces):
        return value
    return part.join(one for one in pieces if not _named(one)).strip()


def _named(pair: str) -> bool:
    return forged(pair.partition("=")[0])


def _cookies(listed: Any) -> Any:
    if isinstance(listed, Members) or not isinstance(listed, list):
        return listed
    return [one for one in listed if not (isinstance(one, str) and _named(one))]
