"""`export`: documents out of the table, as a file or as routers read them."""

# Commands import what they need when they run: `--help` is quick.
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Output
from admin_cli.output import Format, as_json, as_yaml

if TYPE_CHECKING:
    from admin_cli.desk import Desk

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]...",
        help="Flags, segment:NAME, group:NAME, `routing`; all if none.",
        show_default=False,
    ),
]
Archived = Annotated[
    bool, typer.Option("--archived", help="With those archived, to look at them.")
]
Snapshot = Annotated[
    bool,
    typer.Option("--snapshot", help="The compiled snapshot, as routers read it."),
]


def export(
    ctx: typer.Context,
    names: Names = None,
    *,
    archived: Archived = False,
    snapshot: Snapshot = False,
    output: Output = None,
) -> None:
    """Print a file that `apply` takes: documents with their versions."""
    from admin_cli import files

    desk: Desk = ctx.obj
    if snapshot and (names or output or archived):
        msg = "--snapshot is the whole table as JSON; it takes no names and no options"
        raise typer.BadParameter(msg)
    screen = desk.screen(output, otherwise=Format.YAML)
    state = desk.session.store().load()
    if not snapshot:
        exported = files.export(state, names or [], tombstones=archived)
        write = as_json if screen.format is Format.JSON else as_yaml
        screen.out.write(write(exported))
        return
    for name in files.live(state):
        screen.note(f"{name} has a live rollout: this snapshot would keep it going")
    screen.out.write(files.snapshot(state) + "\n")
