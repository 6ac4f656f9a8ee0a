"""A session of boto3: whose credentials, and where a second factor comes from.

For an emulator on this machine the endpoint is enough.
"""

from __future__ import annotations

import warnings
from getpass import GetPassWarning, getpass
from typing import Any
from urllib.parse import urlsplit

import boto3

from admin_cli.location import Location
from flags.errors import StoreUnavailable

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def session(location: Location, endpoint: str | None) -> boto3.Session:
    """A session for a location; raises what boto3 raises of a profile."""
    found = boto3.Session(region_name=location.region, profile_name=location.profile)
    _let_ask(found)
    if urlsplit(endpoint or "").hostname not in LOOPBACK:
        return found
    # boto3 insists on what an emulator doesn't ask for.
    key = None if found.get_credentials() else "test"
    return boto3.Session(
        aws_access_key_id=key,
        aws_secret_access_key=key,
        region_name=found.region_name or "us-east-1",
        profile_name=location.profile,
    )


def _let_ask(session: Any) -> None:
    """Let a profile ask for a second factor only where somebody can type it.

    botocore would take the next line of standard input for it, a rules file's maybe.
    """
    providers = session._session.get_component("credential_provider")  # noqa: SLF001
    for provider in providers.providers:
        if hasattr(provider, "_prompter"):
            provider._prompter = _second_factor  # noqa: SLF001 - nowhere else


def _second_factor(question: str) -> str:
    """What a person types; raises `StoreUnavailable` where nobody is."""
    with warnings.catch_warnings():
        # Without a terminal getpass warns, and reads on nonetheless.
        warnings.simplefilter("error", GetPassWarning)
        try:
            return getpass(question)
        except (EOFError, GetPassWarning) as error:
            msg = (
                f"the profile asks for a second factor ({question.strip(': ')}), and "
                "nobody is here to type it: run this on a terminal, or sign in before "
                "and export the session's credentials"
            )
            raise StoreUnavailable(msg) from error
