"""The application: its global options and its commands."""

# The parameters of the callback are the global options.
# ruff: noqa: PLR0913

import os
import sys

import typer

from admin_cli.commands import applying, explaining, exporting, moving, reading
from admin_cli.desk import Desk
from admin_cli.options import Output, Profile, Region, StackName, Table, Version
from admin_cli.session import Session

EPILOG = (
    "Exit codes: 0 done; 1 unexpected error; 2 bad input or usage; 3 not found; "
    "4 conflict: somebody else changed it; 5 the table can't be reached."
)

app = typer.Typer(
    name="canary",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def canary(
    ctx: typer.Context,
    *,
    stack_name: StackName = "canary",
    table: Table = None,
    region: Region = None,
    profile: Profile = None,
    output: Output = None,
    version: Version = False,
) -> None:
    """Feature flags and canary rollouts: read, change and explain them."""
    del version
    ctx.obj = Desk(
        session=Session(
            stack=stack_name,
            table=table or None,
            region=region,
            profile=profile,
            endpoint=os.environ.get("AWS_ENDPOINT_URL"),
        ),
        format=output,
        stdin=sys.stdin,
        out=sys.stdout,
        err=sys.stderr,
    )


app.command("list")(reading.list_flags)
app.command("get")(reading.get)
app.command("routes")(reading.routes)
app.command("history")(reading.history)
app.command("explain")(explaining.explain)
app.command("apply")(applying.apply)
app.command("export")(exporting.export)
# A negative percentage is a bad percentage, not an unknown option.
app.command("set-weight", context_settings={"ignore_unknown_options": True})(
    moving.set_weight
)
app.command("promote")(moving.promote)
app.command("abort")(moving.abort)
