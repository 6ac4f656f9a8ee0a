"""Puts a visitor's cookie into a target's HTTP answer; all else stays as it came."""

from __future__ import annotations

from router.document import Edits, Member, Node, member, quoted


def with_header(answer: bytes, cookie: str) -> bytes:
    """The answer with a Set-Cookie among its multi-value headers."""
    found = _full(answer)
    if found is None:
        return answer
    edits, many = Edits(found.text), found.get("multiValueHeaders")
    given, single = _set_cookie(many), _set_cookie(found.get("headers"))
    # A name in both places keeps only its multi-value half: move ours there.
    listed = [*_values(single), *_values(given), quoted(cookie)]
    value = f"[{','.join(listed)}]"
    if given is not None:
        edits.replace(given.value, value)
    elif many is not None and many.is_object:
        edits.add(many, (f'"Set-Cookie":{value}',))
    else:
        ours = f'"multiValueHeaders":{{"Set-Cookie":{value}}}'
        edits.rewrite(found, lambda name: name == "multiValueHeaders", (ours,))
    return edits.text().encode("latin-1")


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
        edits.add(headers, (ours,))
    else:
        added = f'"headers":{{{ours}}}'
        edits.rewrite(found, lambda name: name == "headers", (added,))
    return edits.text().encode("latin-1")


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
    return edits.text().encode("latin-1")


def _full(answer: bytes) -> Node | None:
    """The answer, if it is one in the long form."""
    node = Node.of(answer)
    return node if "statusCode" in node else None


def _written_out(answer: bytes, cookie: str) -> bytes:
    text = answer.decode("latin-1") or "null"
    # A text is the body as it is, anything else is JSON.
    body = text if text.startswith('"') else quoted(text)
    head = '{"statusCode":200,"headers":{"content-type":"application/json"},"body":'
    return f'{head}{body},"cookies":[{quoted(cookie)}]}}'.encode("latin-1")


def _set_cookie(headers: Node | None) -> Member | None:
    members = headers.members() if headers else ()
    return next(filter(_ours, members), None)


def _ours(one: Member) -> bool:
    return one.name.lower() == "set-cookie"


def _values(header: Member | None) -> list[str]:
    """The values of a header, as they are spelled."""
    if header is None:
        return []
    if header.value.is_array:
        return [one.raw for one in header.value.elements()]
    return [header.value.raw] if header.value.raw.startswith('"') else []
