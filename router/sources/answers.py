"""Puts a visitor's cookie into a target's HTTP answer; all else stays as it came."""

from __future__ import annotations

from router.document import Edits, Malformed, Member, Node, member, quoted


def with_header(answer: bytes, cookie: str) -> bytes:
    """The answer with a Set-Cookie among its multi-value headers."""
    found = _full(answer)
    if found is None:
        return answer
    edits, many, single = Edits(found.text), found.get("multiValueHeaders"), []
    given = _set_cookie(many)
    # A name in both places keeps only its multi-value half: move ours there.
    headers = found.get("headers")
    single = [
        one.value.raw for one in (headers.members() if headers else ()) if _ours(one)
    ]
    listed = [node.raw for node in given.value.elements()] if given else []
    value = f"[{','.join([*single, *listed, quoted(cookie)])}]"
    if given is not None:
        edits.replace(given.value, value)
    elif many is not None and many.is_object:
        edits.rewrite(many, _none, (f'"Set-Cookie":{value}',))
    else:
        ours = f'"multiValueHeaders":{{"Set-Cookie":{value}}}'
        edits.rewrite(found, lambda name: name == "multiValueHeaders", (ours,))
    return edits.text().encode("utf-8", "surrogateescape")


def with_single_header(answer: bytes, cookie: str) -> bytes:
    """The answer with a Set-Cookie header, unless it has one of its own."""
    found = _full(answer)
    if found is None:
        return answer
    headers = found.get("headers")
    if _set_cookie(headers) is not None:
        return answer
    edits, ours = Edits(found.text), member("Set-Cookie", cookie)
    if headers is not None and headers.is_object:
        edits.rewrite(headers, _none, (ours,))
    else:
        added = f'"headers":{{{ours}}}'
        edits.rewrite(found, lambda name: name == "headers", (added,))
    return edits.text().encode("utf-8", "surrogateescape")


def with_cookie(answer: bytes, cookie: str) -> bytes:
    """The answer with one more entry in `cookies`.

    An answer without status code is one in the short form, which API Gateway takes
    for the body: it is written out first.
    """
    found = _full(answer)
    if found is None:
        return _written_out(answer, cookie)
    edits, cookies = Edits(found.text), found.get("cookies")
    listed = [node.raw for node in cookies.elements()] if cookies else []
    value = f"[{','.join([*listed, quoted(cookie)])}]"
    if cookies is not None and cookies.is_array:
        edits.replace(cookies, value)
    else:
        added = f'"cookies":{value}'
        edits.rewrite(found, lambda name: name == "cookies", (added,))
    return edits.text().encode("utf-8", "surrogateescape")


def _full(answer: bytes) -> Node | None:
    """The answer, if it is one in the long form."""
    node = Node.of(answer.decode("utf-8", "surrogateescape"))
    try:
        return node if "statusCode" in node else None
    except Malformed:
        return None


def _written_out(answer: bytes, cookie: str) -> bytes:
    text = answer.decode("utf-8", "surrogateescape") or "null"
    # A text is the body as it is, anything else is JSON.
    body = text if text.startswith('"') else quoted(text)
    head = '{"statusCode":200,"headers":{"content-type":"application/json"},"body":'
    return f'{head}{body},"cookies":[{quoted(cookie)}]}}'.encode(
        "utf-8", "surrogateescape"
    )


def _set_cookie(headers: Node | None) -> Member | None:
    members = headers.members() if headers else ()
    return next(filter(_ours, members), None)


def _ours(one: Member) -> bool:
    return one.name.lower() == "set-cookie"


def _none(_: str) -> bool:
    return False
