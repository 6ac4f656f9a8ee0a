"""Versions that fail, on green."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.conftest import Shop

# Versions of the checkout and of the ledger that answer, and do nothing. After an
# exception the emulator would have to start a process anew, which takes long.
BAD_CHECKOUT = """
def handler(event, context):
    print("out of stock")
    return {"statusCode": 500, "body": "out of stock"}
"""
BAD_LEDGER = """
def handler(event, context):
    print("the book is closed")
    refused = [record["messageId"] for record in event["Records"]]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in refused]}
"""


@contextmanager
def green_is(shop: Shop, function: str, source: str) -> Iterator[None]:
    """Green of a function runs this code."""
    before = deploy(shop, function, source)
    try:
        yield
    finally:
        point(shop, function, before)


def deploy(shop: Shop, function: str, source: str) -> str:
    """Point green to a version of this code; returns the version it was on."""
    functions = shop.system.client("lambda")
    alias = {"FunctionName": function, "Name": "green"}
    before = str(functions.get_alias(**alias)["FunctionVersion"])
    functions.update_function_code(FunctionName=function, ZipFile=zipped(source))
    functions.get_waiter("function_updated_v2").wait(FunctionName=function)
    version = functions.publish_version(FunctionName=function)["Version"]
    functions.update_alias(**alias, FunctionVersion=version)
    return before


def zipped(source: str) -> bytes:
    """A module as Lambda takes it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    return packed.getvalue()


def point(shop: Shop, function: str, version: str) -> None:
    """Point green to a version."""
    shop.system.client("lambda").update_alias(
        FunctionName=function, Name="green", FunctionVersion=version
    )
