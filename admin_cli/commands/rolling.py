"""`rollout start` and `rollout plan`: how a rollout would go, and off it goes."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Author, DryRun, IfVersion, Name, Output, Reason

if TYPE_CHECKING:
    from admin_cli.desk import Desk
    from admin_cli.output import Screen
    from admin_cli.rollouts.choosing import Chosen
    from admin_cli.rollouts.starting import Start
    from flags.store.changes import State

NameOrPlan = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A release, or a ready-made plan such as standard.",
        show_default=False,
    ),
]
Plan = Annotated[
    str | None,
    typer.Option(
        "--plan",
        help="A ready-made plan; the release's own, or else standard, if absent.",
        show_default=False,
    ),
]
PlanFile = Annotated[
    str | None,
    typer.Option(
        "--plan-file",
        help="A plan in YAML or JSON; - is standard input.",
        show_default=False,
    ),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="In place of the rollout that runs.")
]
SkipChecks = Annotated[
    bool,
    typer.Option("--skip-checks", help="Don't look at alarms, functions and aliases."),
]
Stable = Annotated[
    str | None,
    typer.Option(
        "--version-stable",
        metavar="NUMBER",
        help="The Lambda version that is stable; looked up if absent.",
        show_default=False,
    ),
]
Canary = Annotated[
    str | None,
    typer.Option(
        "--version-canary",
        metavar="NUMBER",
        help="The Lambda version of the canary; looked up if absent.",
        show_default=False,
    ),
]


def start(
    ctx: typer.Context,
    name: Name,
    *,
    plan: Plan = None,
    plan_file: PlanFile = None,
    replace: Replace = False,
    skip_checks: SkipChecks = False,
    version_stable: Stable = None,
    version_canary: Canary = None,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Start a rollout: the controller takes it through its plan from here on.

    The same plan again, while it runs with the same versions, changes nothing.
    """
    from admin_cli import changing
    from admin_cli.rollouts import starting

    desk: Desk = ctx.obj
    clerk = desk.clerk(output, (author, reason), dry_run=dry_run)
    if plan is not None and plan_file is not None:
        msg = "give --plan or --plan-file, and not both"
        raise typer.BadParameter(msg)
    state = clerk.store.load()
    begin = starting.Start(
        name=name,
        chosen=_chosen(desk, state, name, plan, plan_file),
        versions=starting.versions(version_stable, version_canary),
        by=clerk.signature.author,
        replace=replace,
    )
    if not skip_checks:
        begin = _checked(desk, clerk.screen, begin, state)
    moved = changing.carry_out(clerk.store, clerk.signature, begin.move(if_version))
    for told in begin.words(moved):
        clerk.screen.note(told)
    clerk.show(moved.entries)


def plan(ctx: typer.Context, name: NameOrPlan, *, output: Output = None) -> None:
    """Show the steps of a release's plan, or of a ready-made one, with their times."""
    from admin_cli.rollouts import choosing, planning
    from flags.store.plans import READY

    desk: Desk = ctx.obj
    state = None if name in READY else desk.load()
    chosen = choosing.looked_up(name, state, "NAME")
    found = planning.planned(chosen.plan, chosen.origin)
    desk.screen(output).show(found, lambda: planning.text(found))


def _chosen(
    desk: "Desk", state: "State", name: str, plan: str | None, path: str | None
) -> "Chosen":
    from admin_cli.rollouts import choosing, observing

    if plan is not None:
        return choosing.named(plan)
    if path is not None:
        return choosing.filed(path, desk.stdin)
    return choosing.own(observing.release(state, name).body)


def _checked(desk: "Desk", screen: "Screen", begin: "Start", state: "State") -> "Start":
    """The same with the versions that the aliases point to; says what was found."""
    from admin_cli.rollouts import observing

    body = observing.release(state, begin.name).body
    begin, notes = begin.looked(body, desk.session.client)
    for told in notes:
        screen.note(told)
    return begin
