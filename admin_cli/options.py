"""The global options, and the options and arguments that several commands share."""

from typing import Annotated

import typer

from admin_cli import VERSION
from admin_cli.output import Format

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Name of a flag.", show_default=False)
]
Document = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A flag, segment:NAME, group:NAME, or `routing`.",
        show_default=False,
    ),
]
Output = Annotated[
    Format | None,
    typer.Option(
        "-o",
        "--output",
        help="Format; a table on a terminal, JSON in a pipe.",
        show_default=False,
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the history.")]
Author = Annotated[
    str | None,
    typer.Option(
        "--author",
        help="Who; the AWS identity, or else the OS user.",
        show_default=False,
    ),
]
Files = Annotated[
    list[str],
    typer.Option(
        "-f",
        "--file",
        help="YAML or JSON, a folder of such, or - for standard input; repeatable.",
        show_default=False,
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
]
AllowUndeployed = Annotated[
    bool,
    typer.Option(
        "--allow-undeployed",
        help="Route to services that the router may not invoke yet.",
    ),
]
TokenKeys = Annotated[
    str | None,
    typer.Option(
        "--token-keys",
        help="Where the keys are: an SSM parameter, or the ARN of a secret; "
        "CANARY_TOKEN_KEYS, or else the stack's output TokenKeys, if absent.",
        show_default=False,
    ),
]
IfVersion = Annotated[
    int | None,
    typer.Option(
        "--if-version",
        min=0,
        help="Refuse if the document is at another version.",
        show_default=False,
    ),
]


def _show_version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"canary {VERSION}")
        raise typer.Exit


# What these leave out, `admin_cli.location` takes from the environment.
LOCATION = "Which table"
StackName = Annotated[
    str | None,
    typer.Option(
        help="The router's stack; CANARY_STACK, or else canary, if absent.",
        show_default=False,
        rich_help_panel=LOCATION,
    ),
]
Table = Annotated[
    str | None,
    typer.Option(
        help="The table; CANARY_TABLE, or else the stack's output, if absent.",
        show_default=False,
        rich_help_panel=LOCATION,
    ),
]
Region = Annotated[
    str | None,
    typer.Option(
        help="AWS region; as the AWS CLI finds it if absent.",
        show_default=False,
        rich_help_panel=LOCATION,
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        help="AWS profile; as the AWS CLI finds it if absent.",
        show_default=False,
        rich_help_panel=LOCATION,
    ),
]
Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_show_version, is_eager=True, help="Show the version."
    ),
]
SkipChecks = Annotated[
    bool, typer.Option("--skip-checks", help="Don't compare the aliases' versions.")
]
