"""`rollout status`, `history`, `analysis`: what a rollout does, did, and looks like."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated, Any

import typer

from admin_cli.options import Name, Output
from admin_cli.output import table

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin_cli.desk import Desk

Watch = Annotated[
    bool, typer.Option("--watch", help="Look on until it is over or needs a person.")
]
Timeout = Annotated[
    str, typer.Option("--timeout", help="With --watch: how long; 90s, 30m, 2h.")
]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", help="Exit with the outcome's code at once.")
]
Count = Annotated[int, typer.Option("-n", "--count", min=1, help="Most transitions.")]


def status(
    ctx: typer.Context,
    name: Name,
    *,
    watch: Watch = False,
    timeout: Timeout = "30m",
    exit_code: ExitCode = False,
    output: Output = None,
) -> None:
    """Show a rollout: steps, users, failures, latency, evidence, and what is next.

    With --watch or --exit-code it exits with 0 if the canary was promoted, 20 if it was
    rolled back, 21 when the time is up, 22 if it needs a person, 4 if another rollout
    took its place.
    """
    from admin_cli import clock
    from admin_cli.rollouts import observing
    from admin_cli.rollouts.drawing import drawing
    from admin_cli.rollouts.times import length
    from admin_cli.rollouts.view import view

    desk: Desk = ctx.obj
    screen, seconds = desk.screen(output), length("--timeout", timeout)
    store, evidence = desk.session.store(), desk.session.evidence()

    def look() -> dict[str, Any]:
        found = observing.observe(store, evidence, name, desk.session.client)
        return view(found, clock.now().timestamp())

    with drawing(screen, watch=watch) as draw:
        if watch:
            code = _watched(desk, look, draw, seconds)
        else:
            shown = look()
            draw(shown, True)  # noqa: FBT003 - all of it is new
            code = _code(shown) if exit_code else 0
    if code:
        raise typer.Exit(code)


def history(
    ctx: typer.Context, name: Name, *, count: Count = 50, output: Output = None
) -> None:
    """Show what happened to a release's rollouts, the latest first."""
    from admin_cli.rollouts import observing, past

    desk: Desk = ctx.obj
    screen, store = desk.screen(output), desk.session.store()
    observing.release(store.load(), name)
    rows = past.transitions(store, name, count)
    if not rows:
        screen.note(f"{name} has had no rollout yet")
    screen.show(rows, lambda: table(past.COLUMNS, map(past.cells, rows)))


def analysis(ctx: typer.Context, name: Name, *, output: Output = None) -> None:
    """Show the judge's figures: failures by measure and stratum, evidence, proof."""
    from admin_cli.rollouts import analysing, observing

    desk: Desk = ctx.obj
    store = desk.session.store()
    state = store.load()
    look = observing.look_at(store, desk.session.evidence(), state, name)
    found = analysing.analysed(state.documents[name], look)
    desk.screen(output).show(found, lambda: analysing.text(found))


def _watched(
    desk: "Desk",
    look: "Callable[[], dict[str, Any]]",
    draw: "Callable[[Any, bool], None]",
    seconds: float,
) -> int:
    from admin_cli import clock
    from admin_cli.rollouts import watching

    _check_rollout(look())
    watch = watching.Watch(
        look=look,
        draw=draw,
        note=desk.screen(None).note,
        clock=lambda: clock.now().timestamp(),
        sleep=clock.sleep,
    )
    return watch.until(seconds)


def _code(shown: dict[str, Any]) -> int:
    from admin_cli.rollouts.outcome import CODES, Outcome

    _check_rollout(shown)
    return CODES[Outcome(shown["outcome"])]


def _check_rollout(shown: dict[str, Any]) -> None:
    """Nothing is neither healthy nor not; raises `NoRollout`."""
    from flags.errors import NoRollout

    if shown["outcome"] is None:
        name = shown["name"]
        by_hand = shown["weight"]["asked"] is not None
        set_by_hand = "a weight that was set by hand, and no rollout of a plan"
        what = set_by_hand if by_hand else "no rollout"
        msg = f"{name} has {what}; start one with `canary rollout start {name}`"
        raise NoRollout(msg)
