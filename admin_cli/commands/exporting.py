"""`export`: documents out of the table, as a file or as routers read them."""

# Commands import what they need when they run: `--help` is quick.
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING, Annotated, Any

import typer

from admin_cli.options import Output
from admin_cli.output import Format, as_json, as_yaml

if TYPE_CHECKING:
    from admin_cli.desk import Desk
    from admin_cli.output import Screen

# More take seconds to write and to read as YAML.
MOST_IDS = 100_000
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


Salts = Annotated[
    bool,
    typer.Option("--salts", help="With how users were drawn, for a new table."),
]


def export(  # noqa: PLR0913 - its options
    ctx: typer.Context,
    names: Names = None,
    *,
    archived: Archived = False,
    salts: Salts = False,
    snapshot: Snapshot = False,
    output: Output = None,
) -> None:
    """Print a file that `apply` takes: documents with their versions."""
    from admin_cli import files

    desk: Desk = ctx.obj
    if snapshot and (names or output or archived or salts):
        msg = "--snapshot is the whole table as JSON; it takes no names and no options"
        raise typer.BadParameter(msg)
    screen = desk.screen(output, otherwise=Format.YAML)
    state = desk.session.store().load()
    if not snapshot:
        exported = files.export(state, names or [], tombstones=archived, salts=salts)
        screen.out.write(_written(screen, output or desk.format, exported))
        return
    for name in files.live(state):
        screen.note(f"{name} has a live rollout: this snapshot would keep it going")
    screen.out.write(files.snapshot(state) + "\n")


def _written(screen: "Screen", asked: Format | None, exported: dict[str, Any]) -> str:
    """The file's text: YAML, unless it takes long and nobody has asked for it."""
    from admin_cli.files import count_ids

    if screen.format is Format.JSON:
        return as_json(exported)
    if asked is None and (ids := count_ids(exported)) > MOST_IDS:
        screen.note(
            f"{ids} ids: written as JSON, which is YAML too, and read much faster; "
            "-o yaml writes lines of YAML"
        )
        return as_json(exported)
    return as_yaml(exported)
