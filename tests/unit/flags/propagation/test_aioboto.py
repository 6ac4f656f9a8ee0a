"""Clients whose method is a coroutine carry the decision too."""

from __future__ import annotations

import asyncio
import json
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from flags import propagation
from flags.propagation import aioboto
from flags.token import NAME
from tests.unit.flags.propagation.conftest import OURS

pytestmark = pytest.mark.usefixtures("decided")


def module(error: Exception | None = None) -> Any:
    """A library like aiobotocore: a subclass that overrides the method."""

    class AioBaseClient(BaseClient):
        def __init__(self) -> None:
            model = SimpleNamespace(service_name="sqs")
            self.meta: Any = SimpleNamespace(
                service_model=model, region_name="eu-west-1"
            )
            self.sent: list[Any] = []

        async def _make_api_call(self, operation_name: str, api_params: Any) -> str:
            self.sent.append(api_params)
            await asyncio.sleep(0)
            if error is not None and len(self.sent) == 1:
                raise error
            return operation_name

    made = ModuleType("aiobotocore.client")
    made.AioBaseClient = AioBaseClient  # type: ignore[attr-defined]
    return made


def send(library: Any) -> list[Any]:
    """Send one message; what went out."""
    client = library.AioBaseClient()
    call = client._make_api_call("SendMessage", {"MessageBody": "b"})  # noqa: SLF001
    assert "SendMessage" == asyncio.run(call)
    return list(client.sent)


def test_coroutine() -> None:
    """A message brings the decision, and the answer comes back."""
    library = module()
    aioboto.hook(library)
    aioboto.hook(library)

    expected = {"MessageBody": "b", "MessageAttributes": {NAME: OURS}}
    assert [expected] == send(library)


def test_refused() -> None:
    """What AWS refuses with a decision goes as the caller made it."""
    error = ClientError({"Error": {"Code": "InvalidParameterValue"}}, "SendMessage")
    library = module(error)
    aioboto.hook(library)

    assert {"MessageBody": "b"} == send(library)[1]
    assert {"sqs": 1} == propagation.skipped


def test_other_errors() -> None:
    """Whatever else goes wrong is raised at once."""
    library = module(ClientError({"Error": {"Code": "Internal"}}, "SendMessage"))
    aioboto.hook(library)

    with pytest.raises(ClientError, match="Internal"):
        send(library)


def test_the_library_itself() -> None:
    """Aiobotocore's own clients, where it is installed, send it in their requests."""
    session = pytest.importorskip("aiobotocore.session")
    sent: list[Any] = []

    def answer(params: Any, **_: Any) -> Any:
        sent.append(params["body"])
        return SimpleNamespace(status_code=200), {}

    async def run() -> None:
        made = session.get_session().create_client(
            "sqs",
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        async with made as client:
            client.meta.events.register("before-call.*.*", answer)
            await client.send_message(QueueUrl="https://sqs.example/q", MessageBody="b")

    asyncio.run(run())
    [body] = sent
    assert {NAME: OURS} == json.loads(body)["MessageAttributes"]
