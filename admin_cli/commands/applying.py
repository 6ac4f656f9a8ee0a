"""`apply`: documents from a file into the table."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import (
    AllowUndeployed,
    Author,
    DryRun,
    Files,
    IfVersion,
    Output,
    Reason,
)

if TYPE_CHECKING:
    from admin_cli.desk import Desk
    from admin_cli.portions import Sheet

Prune = Annotated[
    bool,
    typer.Option("--prune", help="Archive what the files lack, but for the routing."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Prune without asking.")]
Force = Annotated[
    bool, typer.Option("--force", help="Use the name of an archived document again.")
]
MoveStable = Annotated[
    bool,
    typer.Option(
        "--move-stable",
        help="Let releases change the stable colour of services: everybody moves.",
    ),
]
InParts = Annotated[
    bool,
    typer.Option(
        "--in-parts", help="In several transactions, for more than 49 documents."
    ),
]


def apply(
    ctx: typer.Context,
    file: Files,
    *,
    dry_run: DryRun = False,
    prune: Prune = False,
    yes: Yes = False,
    force: Force = False,
    move_stable: MoveStable = False,
    in_parts: InParts = False,
    allow_undeployed: AllowUndeployed = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Write the documents of files, all of them or none."""
    from admin_cli import files, fileset, portions, traffic

    desk: Desk = ctx.obj
    documents = fileset.documents(file, desk.stdin, desk.load)
    clerk = desk.clerk(output, (author, reason), dry_run=dry_run)
    for told in traffic.held_against(documents, desk.load):
        clerk.screen.note(told)
    state = desk.load()
    deployed = None if allow_undeployed else desk.session.deployed()
    for doubt in deployed.doubts(documents, state) if deployed else ():
        clerk.screen.note(f"{doubt.path}: {doubt.message}")
    if anew := files.redrawn(documents, state):
        clerk.screen.note(
            f"{len(anew)} documents come from another table, and users are drawn anew "
            "here; `canary export --salts` keeps them where they are"
        )
    sheet = portions.Sheet(
        file=documents,
        if_version=if_version,
        force=force,
        move_stable=move_stable,
        deployed=deployed,
    )
    if prune:
        asked = not (dry_run or yes)
        doomed = _confirmed(desk, sheet) if asked else None
        sheet = replace(sheet, doomed=doomed)
    nothing = "nothing changed: the table holds all of this already"
    if in_parts:
        clerk.show(portions.write_in_parts(clerk, sheet), nothing)
    else:
        clerk.write(sheet.edits, nothing)


def _confirmed(desk: "Desk", sheet: "Sheet") -> list[str]:
    """What a person agrees to archive; nothing else is, whatever comes meanwhile."""
    from admin_cli import archiving

    state = desk.load()
    doomed = archiving.surplus(sheet.file, state)
    # What can't be archived is told before anybody is asked.
    archiving.archive(state, doomed)
    if doomed:
        desk.confirmed(f"archive {', '.join(doomed)}", "--prune")
    return doomed
