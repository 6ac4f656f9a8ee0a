"""Taking bytes from the runtime, or not; with a real one: `tests/runtime`."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

from router.runtime import BytesMarshaller, take_bytes

NEW, OLD = "awslambdaric.lambda_runtime_client", "lambda_runtime_client"


def client(name: str, **attributes: Any) -> Any:
    """A runtime's module with one class."""
    return SimpleNamespace(**{name: type(name, (), attributes)})


@pytest.mark.parametrize("module", [NEW, OLD])
@pytest.mark.parametrize("name", ["BaseLambdaRuntimeClient", "LambdaRuntimeClient"])
def test_the_marshaller_is_replaced_once(module: str, name: str) -> None:
    """Wherever the class is, and whatever its name; again it is as it is."""
    kept = LambdaMarshaller()
    modules = {module: client(name, marshaller=kept)}

    assert take_bytes(modules)
    assert take_bytes(modules)
    placed = getattr(modules[module], name).marshaller
    assert isinstance(placed, BytesMarshaller)
    assert placed.kept is kept


def test_instances_have_it() -> None:
    """The runtime makes its client before it imports the handler."""
    module = client("BaseLambdaRuntimeClient", marshaller=LambdaMarshaller())
    below = type("LambdaRuntimeClient", (module.BaseLambdaRuntimeClient,), {})
    running = below()
    take_bytes({NEW: module})

    assert b"[1.10]" == running.marshaller.unmarshal_request(b"[1.10]")


class Foreign:
    """A marshaller of another layer."""

    def unmarshal_request(self, request: bytes, _content_type: str) -> Any:
        """As the runtime does."""
        return json.loads(request)

    def marshal_response(self, response: Any) -> tuple[Any, str]:
        """As the runtime does."""
        return response, "application/json"


def odd(**methods: Any) -> Any:
    """A marshaller of the runtime's name that does something else."""
    return type("LambdaMarshaller", (), methods)()


READS = staticmethod(lambda request, _type: json.loads(request))
UNKNOWN = [
    None,
    Foreign(),
    odd(),
    odd(unmarshal_request=READS),
    odd(unmarshal_request=READS, marshal_response=lambda _self, r: r),
    odd(
        unmarshal_request=lambda _self, r, _t: r,
        marshal_response=lambda _self, r: (r, "application/json"),
    ),
]


@pytest.mark.parametrize("marshaller", UNKNOWN)
def test_what_is_unknown_stays(marshaller: Any) -> None:
    """An older runtime, a newer one, or another layer's work is left alone."""
    module = client("BaseLambdaRuntimeClient", marshaller=marshaller)

    assert not take_bytes({NEW: module})
    assert module.BaseLambdaRuntimeClient.marshaller is marshaller


def test_an_older_client_has_none() -> None:
    """Without the attribute there is nothing to replace, and nothing is added."""
    module = client("LambdaRuntimeClient")

    assert not take_bytes({OLD: module})
    assert not hasattr(module.LambdaRuntimeClient, "marshaller")


def test_a_class_below_goes_its_own_way() -> None:
    """Where an heir has a marshaller of its own a new one above would be in vain."""
    module = client("BaseLambdaRuntimeClient", marshaller=LambdaMarshaller())
    type("Heir", (module.BaseLambdaRuntimeClient,), {"marshaller": Foreign()})

    assert not take_bytes({NEW: module})


def test_outside_lambda_nothing_is_imported() -> None:
    """No runtime, no bytes; and it is not looked for."""
    modules: dict[str, Any] = {}
    before = set(sys.modules)

    assert not take_bytes(modules)
    assert before == set(sys.modules)


def test_other_kinds_go_the_runtimes_way() -> None:
    """What is no bytes is for the marshaller that was there."""
    ours = BytesMarshaller(LambdaMarshaller())

    assert (b"{}", "application/json") == ours.marshal_response(b"{}")
    assert ('{"a": 1}', "application/json") == ours.marshal_response({"a": 1})
    assert {"a": 1} == ours.unmarshal_request('{"a": 1}')  # type: ignore[arg-type]
