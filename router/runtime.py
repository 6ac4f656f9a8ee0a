"""Takes events from Lambda's runtime as bytes, and hands answers back as bytes.

The runtime parses each event and writes each answer anew, which costs most of a big
request and is not faithful: a key given twice collapses, 1.10 becomes 1.1, 1e400
becomes Infinity. Its client leaves both to a `marshaller`, a class attribute that
its documentation lets functions override; so it is overridden.

Of a ClientContext the runtime shows three members, and of `client` five. What a caller
sent is kept beside them, so that all of it can go on (`keep_client_context`).

Laws
1. All or nothing: where anything looks other than known, all stays as it was.
2. What is not bytes goes the runtime's own way, as if nobody had been here.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from flags.hints import Any
from router.sources.client_context import SENT

# In a package, or side by side as in the first images of the managed runtimes.
MODULES = ("awslambdaric.lambda_runtime_client", "lambda_runtime_client")
# The class that holds `marshaller`, by its present name and by its former one.
CLASSES = ("BaseLambdaRuntimeClient", "LambdaRuntimeClient")
JSON = "application/json"
# The module that has the class of contexts.
CONTEXTS = ("awslambdaric.lambda_context", "lambda_context")


class BytesMarshaller:
    """Events and answers untouched; `kept` is the runtime's own."""

    def __init__(self, kept: Any) -> None:
        self.kept = kept

    def unmarshal_request(self, request: bytes, content_type: str | None = JSON) -> Any:
        """The event as it came; what is no bytes, as the runtime would read it."""
        if isinstance(request, bytes):
            return request
        return self.kept.unmarshal_request(request, content_type)

    def marshal_response(self, response: Any) -> Any:
        """Body and content type of the answer."""
        if isinstance(response, bytes):
            # The runtime's own word for bytes is application/unknown.
            return response, JSON
        return self.kept.marshal_response(response)


def take_bytes(modules: Mapping[str, Any] = sys.modules) -> bool:
    """Whether the handler gets bytes from now on. May be repeated.

    Call it while the handler's module is imported: before the first event. Only a
    runtime that is running is asked (it is in `modules` then), so that nothing is
    imported where there is none.
    """
    for module in MODULES:
        for name in CLASSES:
            owner = getattr(modules.get(module), name, None)
            kept = getattr(owner, "__dict__", {}).get("marshaller")
            if isinstance(kept, BytesMarshaller):
                return True
            if kept is not None and _known(kept) and not _hidden(owner):
                owner.marshaller = BytesMarshaller(kept)  # type: ignore[union-attr]
                return True
    return False


def keep_client_context(modules: Mapping[str, Any] = sys.modules) -> bool:
    """Whether contexts hold all that the caller sent from now on. May be repeated."""
    for module in CONTEXTS:
        kind = getattr(modules.get(module), "LambdaContext", None)
        if isinstance(kind, type):
            if "keeps_client_context" not in vars(kind):
                _keep(kind)
            return True
    return False


def _keep(kind: Any) -> None:
    """Have each context of this class hold what it is made of."""
    begin = kind.__init__

    def begin_and_keep(
        self: Any, invoke_id: Any, client_context: Any, *rest: Any, **named: Any
    ) -> None:
        begin(self, invoke_id, client_context, *rest, **named)
        if isinstance(client_context, Mapping):
            setattr(self, SENT, client_context)

    kind.__init__ = begin_and_keep
    kind.keeps_client_context = True


def _known(kept: Any) -> bool:
    """Whether it is the runtime's own, and does what is to be replaced."""
    if type(kept).__name__ != "LambdaMarshaller":
        return False  # another layer came first: its place is not ours to take
    try:
        read = kept.unmarshal_request(b"[1]", JSON)
        body, content_type = kept.marshal_response(b"[1]")
    except Exception:  # noqa: BLE001 - whatever it is, it is not what we know
        return False
    return (read, body, type(content_type)) == ([1], b"[1]", str)


def _hidden(owner: Any) -> bool:
    """Whether a class below it has a marshaller of its own."""
    return any("marshaller" in vars(kind) for kind in owner.__subclasses__())
