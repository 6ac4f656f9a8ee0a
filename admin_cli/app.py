"""The application: its global options and its commands."""

# The parameters of the callback are the global options.
# ruff: noqa: PLR0913

import os
import sys
from collections.abc import Callable

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
    repair,
    rolling,
    rolling_moves,
    rolling_views,
    routing,
    simulating,
    tidying,
    undoing,
    verbs,
    versioning,
)
from admin_cli.desk import Desk
from admin_cli.location import LocationOptions
from admin_cli.options import Output, Profile, Region, StackName, Table, Version
from admin_cli.output import plain
from admin_cli.parsing import Command, Group, locating
from admin_cli.session import Session

EPILOG = (
    "Exit codes: 0 done; 1 unexpected error; 2 bad input or usage; 3 not found; "
    "4 conflict: somebody else changed it; 5 the table can't be reached; "
    "6 something in the table is damaged, or an abort is not in force as written; "
    "10 `diff --exit-code` found a difference. Of a rollout that is watched: "
    "0 promoted; 20 rolled back; 21 the time is up; 22 it needs a person; "
    "4 another rollout took its place. Of `deploy`: 23 the warm-up failed."
)

app = typer.Typer(
    name="canary",
    cls=Group,
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def canary(
    ctx: typer.Context,
    *,
    stack_name: StackName = None,
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
            options=LocationOptions(
                stack=stack_name, table=table, region=region, profile=profile
            ),
            environ=os.environ,
            warn=_warn,
        ),
        format=output,
        stdin=sys.stdin,
        out=sys.stdout,
        err=sys.stderr,
    )


@locating
def within(ctx: typer.Context) -> None:
    """Take the options that say which table between a group and its command."""


def add(
    group: typer.Typer,
    name: str,
    command: Callable[..., None],
    panel: str | None = None,
    **settings: bool,
) -> None:
    """Make a function a command of a group."""
    register = group.command(
        name, cls=Command, context_settings=settings, rich_help_panel=panel
    )
    register(locating(command))


def grouped(commands: dict[str, Callable[..., None]]) -> typer.Typer:
    """A group of commands."""
    group = typer.Typer(cls=Group, no_args_is_help=True)
    group.callback()(within)
    for name, command in commands.items():
        add(group, name, command)
    return group


def _warn(text: str) -> None:
    """Say something that is not data."""
    sys.stderr.write(f"canary: {plain(text)}\n")


segment = grouped(
    {
        "list": membering.list_segments,
        "add": membering.add,
        "remove": membering.remove,
    }
)
rollout = grouped(
    {
        "start": rolling.start,
        "status": rolling_views.status,
        "pause": rolling_moves.pause,
        "resume": rolling_moves.resume,
        "approve": rolling_moves.approve,
        "promote": rolling_moves.promote,
        "abort": rolling_moves.abort,
        "retry": rolling_moves.retry,
        "undo": rolling_moves.undo,
        "history": rolling_views.history,
        "analysis": rolling_views.analysis,
        "plan": rolling.plan,
    }
)
versions = grouped({"list": versioning.list_versions, "prune": versioning.prune})
token = grouped(
    {"mint": minting.mint, "check": minting.check, "rotate": minting.rotate}
)

FLAGS, ROLLOUTS, FILES, DEBT = "Flags", "Rollouts", "Files", "Debt"

add(app, "list", reading.list_flags, FLAGS)
add(app, "get", reading.get, FLAGS)
add(app, "history", reading.history, FLAGS)
add(app, "diff", comparing.diff, FLAGS)
add(app, "explain", explaining.explain, FLAGS)
add(app, "enable", verbs.enable, FLAGS)
add(app, "disable", verbs.disable, FLAGS)
add(app, "set", verbs.set_serve, FLAGS)
add(app, "target", verbs.target, FLAGS)
add(app, "undo", undoing.undo, FLAGS)
add(app, "archive", undoing.archive, FLAGS)
add(app, "restore", undoing.restore, FLAGS)
app.add_typer(
    segment,
    name="segment",
    help="List segments, add ids to one, or take them out.",
    rich_help_panel=FLAGS,
)
add(app, "deploy", deploying.deploy, ROLLOUTS)
app.add_typer(
    rollout,
    name="rollout",
    help="Rollouts that advance by a plan: start, watch and steer them.",
    rich_help_panel=ROLLOUTS,
)
add(app, "routes", reading.routes, ROLLOUTS)
add(app, "route", routing.route, ROLLOUTS)
# A negative percentage is a bad percentage, not an unknown option.
add(app, "set-weight", moving.set_weight, ROLLOUTS, ignore_unknown_options=True)
add(app, "promote", moving.promote, ROLLOUTS)
add(app, "abort", moving.abort, ROLLOUTS)
add(app, "simulate", simulating.simulate, ROLLOUTS)
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
add(app, "apply", applying.apply, FILES)
add(app, "export", exporting.export, FILES)
add(app, "repair", repair.repair, FILES)
add(app, "lint", checking.lint, FILES)
add(app, "schema", checking.schema, FILES)
add(app, "stale", tidying.stale, DEBT)
add(app, "refs", tidying.refs, DEBT)
