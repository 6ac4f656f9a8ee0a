"""`list`, `get`, `routes`, `history`: what the table holds."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Document, Output
from admin_cli.output import as_yaml, lines, table

if TYPE_CHECKING:
    from admin_cli.desk import Desk

Tag = Annotated[
    str | None, typer.Option("--tag", help="Only with this tag.", show_default=False)
]
Owner = Annotated[
    str | None, typer.Option("--owner", help="Only of this owner.", show_default=False)
]
Archived = Annotated[bool, typer.Option("--archived", help="Only those archived.")]
Wide = Annotated[
    bool, typer.Option("--wide", help="With owner, expiry and tags in the table.")
]
Count = Annotated[int, typer.Option("-n", "--count", min=1, help="Most entries.")]


def list_flags(
    ctx: typer.Context,
    *,
    tag: Tag = None,
    owner: Owner = None,
    archived: Archived = False,
    wide: Wide = False,
    output: Output = None,
) -> None:
    """List all flags: state, version, and who changed each last."""
    from admin_cli import reading

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    wanted = reading.Wanted(archived=archived, tag=tag, owner=owner)
    rows = reading.summaries(desk.session.store(), wanted)
    if not rows and wanted == reading.Wanted():
        screen.note("the table holds no flags; write some with `canary apply`")
    elif not rows:
        screen.note("no flag is like that")
    columns: tuple[str, ...] = ("NAME", "KIND", "STATE", "VERSION", "CHANGED", "BY")
    if wide:
        columns += ("OWNER", "EXPIRES", "TAGS")
    cells = reading.wide_cells if wide else reading.cells
    screen.show(rows, lambda: table(columns, map(cells, rows)))


def get(ctx: typer.Context, name: Document, *, output: Output = None) -> None:
    """Show one document as it is stored, with its version."""
    from admin_cli import unsettled
    from admin_cli.finding import find
    from admin_cli.rollouts import brief

    desk: Desk = ctx.obj
    state = desk.session.store().load()
    stored = find(state, name)
    if name in unsettled.aborted(state):
        desk.screen(output).note(unsettled.told(name))
    shown = {
        "name": stored.name,
        "version": stored.version,
        "document": dict(stored.body),
    }
    screen = desk.screen(output)
    if (running := brief.brief(stored.body)) is not None:
        status = f"`canary rollout status {name}`"
        screen.note(f"a rollout of {name} runs ({brief.told(running)}); see {status}")
    screen.show(shown, lambda: lines(as_yaml(shown).splitlines()))


def routes(ctx: typer.Context, *, output: Output = None) -> None:
    """Show the routes in the order in which they are tried, and the default."""
    from admin_cli import reading

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    routing = reading.routing(desk.session.store().load())
    if not routing["routes"] and routing["default"] is None:
        screen.note("no routes yet; routers send everything to their own default")
    who = ("#", "ROUTE", "SERVICE", "MATCH", "IDENTITY", "ATTRIBUTES")
    columns = (*who, "TRUST", "OPTIONS")
    screen.show(routing, lambda: table(columns, reading.route_cells(routing)))


def history(
    ctx: typer.Context, name: Document, *, count: Count = 20, output: Output = None
) -> None:
    """Show who changed a document, when, why and how, the latest first."""
    from admin_cli import reading

    desk: Desk = ctx.obj
    entries = reading.history(desk.session.store(), name, count)
    columns = ("VERSION", "AT", "BY", "ACTION", "REASON", "CHANGES")
    desk.screen(output).show(
        [reading.history_data(entry) for entry in entries],
        lambda: table(columns, map(reading.history_cells, entries)),
    )
