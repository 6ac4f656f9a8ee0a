"""`diff`: two revisions of a document, or a file and the table."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import AllowUndeployed, Output
from admin_cli.output import Format, lines

if TYPE_CHECKING:
    from admin_cli.desk import Desk
    from admin_cli.output import Screen
    from admin_cli.revisions import Comparison

DIFFERENT = 10
Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]",
        help="A flag, segment:NAME, group:NAME, or `routing`.",
        show_default=False,
    ),
]
From = Annotated[
    int | None,
    typer.Option(
        "--from", min=0, help="Earlier version; the one before.", show_default=False
    ),
]
To = Annotated[
    int | None,
    typer.Option(
        "--to", min=1, help="Later version; the last one.", show_default=False
    ),
]
Files = Annotated[
    list[str] | None,
    typer.Option(
        "-f",
        "--file",
        help="Compare these files or folders with the table; - is standard input.",
        show_default=False,
    ),
]
Prune = Annotated[
    bool, typer.Option("--prune", help="With -f: also what the file lacks.")
]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", help="Exit with 10 if anything differs.")
]


def diff(
    ctx: typer.Context,
    name: Name = None,
    *,
    old: From = None,
    new: To = None,
    file: Files = None,
    prune: Prune = False,
    allow_undeployed: AllowUndeployed = False,
    exit_code: ExitCode = False,
    output: Output = None,
) -> None:
    """Show what changed between two versions, or what applying a file would change."""
    desk: Desk = ctx.obj
    screen = desk.screen(output)
    if (name is None) is (not file):
        msg = "give a NAME, or a file with -f, and not both"
        raise typer.BadParameter(msg)
    if file:
        _refuse(from_or_to=(old, new) != (None, None))
        found = _file(desk, screen, file, prune=prune, allow=allow_undeployed)
    else:
        _refuse(prune=prune)
        found = _revisions(desk, name or "", old, new)
    if not found:
        screen.note("nothing differs")
    if found or screen.format is not Format.TABLE:
        screen.show(
            [one.data() for one in found],
            lambda: lines(text for one in found for text in one.texts()),
        )
    if exit_code and found:
        raise typer.Exit(DIFFERENT)


def _refuse(*, from_or_to: bool = False, prune: bool = False) -> None:
    if from_or_to:
        msg = "--from and --to go with a NAME"
        raise typer.BadParameter(msg)
    if prune:
        msg = "--prune goes with -f"
        raise typer.BadParameter(msg)


def _revisions(
    desk: "Desk", name: str, old: int | None, new: int | None
) -> "list[Comparison]":
    from admin_cli import revisions
    from admin_cli.finding import find

    store = desk.session.store()
    return revisions.compare(store, find(store.load(), name), old, new)


def _file(
    desk: "Desk", screen: "Screen", paths: list[str], *, prune: bool, allow: bool
) -> "list[Comparison]":
    from admin_cli import changing, fileset, portions, revisions, traffic
    from flags.store.changes import Signature

    file = fileset.documents(paths, desk.stdin, desk.load)
    for told in traffic.held_against(file, desk.load):
        screen.note(told)
    deployed = None if allow else desk.session.deployed()
    doomed = None if prune else ()
    sheet = portions.Sheet(file=file, doomed=doomed, deployed=deployed)
    commit = changing.rehearse(desk.load(), sheet.edits, Signature(author=""))
    return [revisions.planned(entry) for entry in commit.entries]
