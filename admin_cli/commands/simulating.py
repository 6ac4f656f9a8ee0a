"""`simulate`: what to expect of a rollout, before it starts."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Output

if TYPE_CHECKING:
    from admin_cli.desk import Desk
    from admin_cli.simulation.planned import Played

# All of them text: whatever is wrong is told at once, and not the first of it.
Requests = Annotated[
    str,
    typer.Option(
        "--requests",
        metavar="NUMBER",
        help="Requests a minute, to both versions together.",
        show_default=False,
    ),
]
Users = Annotated[
    str | None,
    typer.Option(
        "--users",
        metavar="NUMBER",
        help="Different users a day; if absent, each request is somebody new.",
        show_default=False,
    ),
]
Plan = Annotated[
    str | None,
    typer.Option(
        "--plan",
        metavar="NAME",
        help="A ready-made plan, or a release of the table with its own.",
        show_default=False,
    ),
]
Steps = Annotated[
    str | None,
    typer.Option(
        "--steps",
        metavar="PERCENT:TIME,...",
        help="How much the canary gets, and for how long; 1:10m,5:20m,25:30m,50:30m.",
        show_default=False,
    ),
]
Errors = Annotated[
    str,
    typer.Option(
        "--errors", metavar="PERCENT", help="How many requests fail on stable."
    ),
]
Bug = Annotated[
    str,
    typer.Option(
        "--bug",
        metavar="SIZE",
        help="10x: errors tenfold; 5%: so many requests fail besides.",
    ),
]
Runs = Annotated[
    str | None,
    typer.Option(
        "--runs",
        metavar="NUMBER",
        help="Rollouts to play, with the bug and without; 100 if they take seconds.",
        show_default=False,
    ),
]
Seed = Annotated[
    str,
    typer.Option("--seed", metavar="NUMBER", help="Another one, other dice."),
]


def simulate(
    ctx: typer.Context,
    *,
    requests: Requests,
    users: Users = None,
    plan: Plan = None,
    steps: Steps = None,
    errors: Errors = "0.5%",
    bug: Bug = "10x",
    runs: Runs = None,
    seed: Seed = "1",
    output: Output = None,
) -> None:
    """Tell what a rollout would do at this traffic: how long, who is hurt, what shows.

    Plays the plan many times with made-up users, and with the judge that rollouts
    have. Neither the table nor AWS is asked, but for a release's own plan.
    """
    from admin_cli.simulation import asked, report

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    if plan is not None and steps is not None:
        msg = "give --plan or --steps, and not both"
        raise typer.BadParameter(msg)
    played = None if plan is None else _played(desk, plan)
    question = asked.read(
        {
            "--requests": requests,
            "--users": users,
            "--steps": asked.USUAL_STEPS if plan is None and steps is None else steps,
            "--errors": errors,
            "--bug": bug,
            "--runs": runs,
            "--seed": seed,
        },
        played,
    )
    for told in played.notes if played else ():
        screen.note(told)
    if question.note:
        screen.note(question.note)
    found = report.simulate(question)
    screen.show(found, lambda: report.text(found))


def _played(desk: "Desk", name: str) -> "Played":
    from admin_cli.rollouts import choosing
    from admin_cli.simulation.planned import played
    from flags.store.plans import READY

    # Without the table a name that is mistyped is told against the ready-made ones.
    state = None if name in READY else desk.load()
    return played(choosing.looked_up(name, state).plan)
