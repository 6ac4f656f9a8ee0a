"""Both stores keep the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from flags.snapshot import Body
from flags.store.changes import Store
from flags.testing import MemoryStore, StoreContract
from tests.contracts.store_contract import Wire, abort, dynamo, reader, scan, table


class TestMemoryStore(StoreContract):
    """The store in memory."""

    def empty(self) -> Store:
        """A new one."""
        return MemoryStore()


class TestDynamoStore(StoreContract):
    """The store in a table; unchanged means that no item differs."""

    @pytest.fixture(autouse=True)
    def _table(self) -> Iterator[None]:
        with table() as self.client:
            yield

    def empty(self) -> Store:
        """The one over this test's table."""
        return dynamo(self.client)

    def everything(self, store: Store) -> Any:  # noqa: ARG002
        """Every item."""
        return scan(self.client)

    def seen(self, store: Store) -> Body | None:  # noqa: ARG002
        """What the lean reader reads."""
        return reader(Wire(self.client)).body()

    def mark(self, store: Store, mark: str) -> None:  # noqa: ARG002
        """What a router writes."""
        abort(self.client, mark)
