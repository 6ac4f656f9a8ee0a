"""The application: its global options and its commands."""

# The parameters of the callback are the global options.
# ruff: noqa: PLR0913

import os
import sys

import typer

from admin_cli.commands import (
    applying,
    checking,
    comparing,
    deploying,
    explaining,
    exporting,
    membering,
    minting,
    moving,
    reading,
    rolling,
    rolling_moves,
    rolling_views,
    simulating,
    tidying,
    undoing,
    versioning,
)
from admin_cli.desk import Desk
from admin_cli.options import Output, Profile, Region, StackName, Table, Version
from admin_cli.session import Session

EPILOG = (
    "Exit codes: 0 done; 1 unexpected error; 2 bad input or usage; 3 not found; "
    "4 conflict: somebody else changed it; 5 the table can't be reached; "
    "10 `diff --exit-code` found a difference. Of a rollout that is watched: "
    "0 promoted; 20 rolled back; 21 the time is up; 22 it needs a person; "
    "4 another rollout took its place. Of `deploy`: 23 the warm-up failed."
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


segment = typer.Typer(no_args_is_help=True)
segment.command("list")(membering.list_segments)
segment.command("add")(membering.add)
segment.command("remove")(membering.remove)

rollout = typer.Typer(no_args_is_help=True)
rollout.command("start")(rolling.start)
rollout.command("status")(rolling_views.status)
rollout.command("pause")(rolling_moves.pause)
rollout.command("resume")(rolling_moves.resume)
rollout.command("approve")(rolling_moves.approve)
rollout.command("promote")(rolling_moves.promote)
rollout.command("abort")(rolling_moves.abort)
rollout.command("retry")(rolling_moves.retry)
rollout.command("undo")(rolling_moves.undo)
rollout.command("history")(rolling_views.history)
rollout.command("analysis")(rolling_views.analysis)
rollout.command("plan")(rolling.plan)

versions = typer.Typer(no_args_is_help=True)
versions.command("list")(versioning.list_versions)
versions.command("prune")(versioning.prune)

token = typer.Typer(no_args_is_help=True)
token.command("mint")(minting.mint)
token.command("check")(minting.check)
token.command("rotate")(minting.rotate)

FLAGS, ROLLOUTS, FILES, DEBT = "Flags", "Rollouts", "Files", "Debt"

app.command("list", rich_help_panel=FLAGS)(reading.list_flags)
app.command("get", rich_help_panel=FLAGS)(reading.get)
app.command("history", rich_help_panel=FLAGS)(reading.history)
app.command("diff", rich_help_panel=FLAGS)(comparing.diff)
app.command("explain", rich_help_panel=FLAGS)(explaining.explain)
app.command("undo", rich_help_panel=FLAGS)(undoing.undo)
app.command("archive", rich_help_panel=FLAGS)(undoing.archive)
app.command("restore", rich_help_panel=FLAGS)(undoing.restore)
app.add_typer(
    segment,
    name="segment",
    help="List segments, add ids to one, or take them out.",
    rich_help_panel=FLAGS,
)
app.command("deploy", rich_help_panel=ROLLOUTS)(deploying.deploy)
app.add_typer(
    rollout,
    name="rollout",
    help="Rollouts that advance by a plan: start, watch and steer them.",
    rich_help_panel=ROLLOUTS,
)
app.command("routes", rich_help_panel=ROLLOUTS)(reading.routes)
# A negative percentage is a bad percentage, not an unknown option.
app.command(
    "set-weight",
    context_settings={"ignore_unknown_options": True},
    rich_help_panel=ROLLOUTS,
)(moving.set_weight)
app.command("promote", rich_help_panel=ROLLOUTS)(moving.promote)
app.command("abort", rich_help_panel=ROLLOUTS)(moving.abort)
app.command("simulate", rich_help_panel=ROLLOUTS)(simulating.simulate)
app.add_typer(
    versions,
    name="versions",
    help="Published versions: list them, remove those that nothing names.",
    rich_help_panel=ROLLOUTS,
)
app.add_typer(
    token,
    name="token",
    help="Testers' overrides: make one, check one, exchange the keys behind them.",
    rich_help_panel=ROLLOUTS,
)
app.command("apply", rich_help_panel=FILES)(applying.apply)
app.command("export", rich_help_panel=FILES)(exporting.export)
app.command("lint", rich_help_panel=FILES)(checking.lint)
app.command("schema", rich_help_panel=FILES)(checking.schema)
app.command("stale", rich_help_panel=DEBT)(tidying.stale)
app.command("refs", rich_help_panel=DEBT)(tidying.refs)
