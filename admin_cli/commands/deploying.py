"""`deploy`: a new version of a release's services, and the rollout that leads to it."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import Annotated

import typer

from admin_cli.options import Author, DryRun, Output, Reason

Services = Annotated[
    list[str],
    typer.Argument(
        metavar="SERVICE...", help="Functions of one release.", show_default=False
    ),
]
Release = Annotated[
    str | None,
    typer.Option(
        "--release",
        help="The release; the one that covers them if absent.",
        show_default=False,
    ),
]
Plan = Annotated[
    str | None,
    typer.Option(
        "--plan",
        help="A ready-made plan; the release's own if absent.",
        show_default=False,
    ),
]
NoStart = Annotated[
    bool, typer.Option("--no-start", help="Publish and point; start no rollout.")
]
Warm = Annotated[
    int,
    typer.Option(
        "--warm", min=0, max=200, metavar="N", help="Invoke N times at once before."
    ),
]
WarmPayload = Annotated[
    str | None,
    typer.Option(
        "--warm-payload",
        metavar="JSON",
        help='The event of --warm; {"canary": "warm"} if absent.',
        show_default=False,
    ),
]
WarmCheck = Annotated[
    bool,
    typer.Option(
        "--warm-check/--no-warm-check", help="Whether a failed --warm stops it all."
    ),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="In place of the rollout under way.")
]
Settle = Annotated[
    float,
    typer.Option(
        "--settle",
        min=0,
        max=3600,
        metavar="SECONDS",
        help="The time that routers get to leave a canary after its abort.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing.")]


def deploy(
    ctx: typer.Context,
    services: Services,
    *,
    release: Release = None,
    plan: Plan = None,
    no_start: NoStart = False,
    warm: Warm = 0,
    warm_payload: WarmPayload = None,
    warm_check: WarmCheck = True,
    replace: Replace = False,
    settle: Settle = 10.0,
    dry_run: DryRun = False,
    yes: Yes = False,
    reason: Reason = "",
    author: Author = None,
    output: Output = None,
) -> None:
    """Publish what changed, give it to the idle colour, and start a rollout."""
    from admin_cli.publishing import carrying

    wish = carrying.Wish(
        services=tuple(dict.fromkeys(services)),
        release=release,
        plan=plan,
        starts=not no_start,
        warm=warm,
        event=carrying.event(warm_payload),
        check=warm_check,
        replace=replace,
        settle=settle,
    )
    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    carrying.Carrying(desk=ctx.obj, clerk=clerk, wish=wish, asks=not yes).carry_out()
