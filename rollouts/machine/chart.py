"""The table of transitions as `docs/rollouts.md` shows it: made of the code.

python -m rollouts.machine.chart
"""

from __future__ import annotations

from collections.abc import Iterator

from rollouts.machine import phases


def chart() -> str:
    """The table in Markdown, an event and a destination a row."""
    head = ["| event | from | to | when |", "|---|---|---|---|"]
    return "\n".join([*head, *_rows()])


def _rows() -> Iterator[str]:
    for event, when in phases.EVENTS.items():
        leads: dict[str, list[str]] = {}
        for phase in phases.PHASES:
            if to := phases.TABLE.get((phase, event)):
                leads.setdefault(to, []).append(phase)
        for to, origins in leads.items():
            yield f"| `{event}` | {', '.join(origins)} | {to} | {when} |"


if __name__ == "__main__":
    print(chart())  # noqa: T201 - what it is for
