"""The Lambda function: the only place of the router that reads the environment."""

from __future__ import annotations

import json
import os
import sys
import time
from functools import cache

from flags import dice
from flags.aws.client import AwsClient
from flags.aws.credentials import CredentialSource
from flags.aws.restore import after_restore
from flags.aws.transport import Transport
from flags.hints import Any
from flags.reader import TableReader
from flags.snapshot import Snapshot
from router import error_reports, lookout, runtime, stable, targets
from router.config import Config
from router.dispatch import Router
from router.recorder import Recorder
from router.routing import build, marked, watched
from router.stable import StableColours
from router.trust import Trust

# Packed with the router by those who want rules before the table was ever reached.
# Not by pathlib, which takes a cold start five milliseconds.
BOOTSTRAP = os.path.join(os.path.dirname(__file__), "bootstrap.json")  # noqa: PTH118, PTH120


@cache
def compose() -> Router:
    """The router as deployed."""
    config = Config.from_environ(os.environ)
    transport = Transport.from_environ(os.environ)

    lent = CredentialSource(os.environ, now=time.time, transport=transport)

    def client(service: str) -> AwsClient:
        return AwsClient.from_environ(
            service, os.environ, transport=transport, credentials=lent
        )

    functions = client("lambda")
    snapshot = Snapshot(
        TableReader(client("dynamodb"), config.table),
        build,
        now=time.time,
        random=dice.throw,
        refresh=config.refresh,
        bootstrap=_bootstrap(),
        marked=marked,
        watched=watched,
    )
    after_restore(os.environ, functions.reset, snapshot.restored)
    return Router(
        config=config,
        snapshot=snapshot,
        trust=Trust.from_environ(os.environ, client, time.time),
        recorder=Recorder(
            _write, random=dice.throw, now=time.time, every=config.metrics_every
        ),
        begin=targets.begin_with(functions),
        new_id=_new_id,
        now=time.time,
        clock=time.perf_counter,
        lookout=lookout.deployed(client, config, snapshot, _write),
        colours=StableColours(
            stable.reader(name, client) if (name := config.stable_parameter) else None,
            time.time,
        ),
    )


def _bootstrap() -> str | None:
    try:
        with open(BOOTSTRAP, encoding="utf-8") as file:  # noqa: PTH123 - as above
            return file.read()
    except FileNotFoundError:
        return None


def _write(line: str) -> None:
    # In one piece: Lambda's runtime flushes after each, and `print` writes two.
    sys.stdout.write(f"{line}\n")


def _new_id() -> str:
    import secrets  # noqa: PLC0415 - cost; for visitors who are new here

    return secrets.token_urlsafe(12)


def _text(event: Any) -> bytes:
    """An event that the runtime has parsed, as JSON again."""
    text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # A lone surrogate, which UTF-8 has no way to write.
        return json.dumps(event, separators=(",", ":")).encode()


# In Lambda the composition belongs to the cold start, not to the first request.
_IN_LAMBDA = "AWS_LAMBDA_FUNCTION_NAME" in os.environ
_REPORTED = _IN_LAMBDA and error_reports.take_errors()
if _IN_LAMBDA:
    runtime.take_bytes()
    runtime.keep_client_context()
    compose()


def handler(event: Any, context: Any) -> Any:
    """Route one event: bytes where the runtime hands them over, else as parsed."""
    try:
        if isinstance(event, bytes):
            return compose().handle(event, context)
        return json.loads(compose().handle(_text(event), context) or b"null")
    except Exception as error:
        if not _REPORTED:
            raise
        raise error_reports.reported(error, context) from None
