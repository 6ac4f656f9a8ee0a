"""What is told of each unit to whoever watches a rollout."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from flags.record import replace
from router.document import Node
from router.invocations import Chosen, Invocations, Settled
from router.passage import Leg
from router.sources import recognise
from router.sources.sqs import Sqs
from tests.fuzz.rig import Reply, corpus
from tests.unit.router.conftest import ARN, Refusal
from tests.unit.router.passages import choice

FAILED = Reply(payload=b'{"errorType":"Odd","errorMessage":"no"}', error="Unhandled")
DONE = Reply(payload=b"null")


def invocations(
    event: Node,
    says: Callable[[str], Any],
    context: Any = None,
    *,
    watched: bool = True,
) -> Invocations:
    """Of one event; `says` makes an answer of an alias."""
    return Invocations(
        begin=lambda arn, *_: says(arn.rpartition(":")[2]),
        clock=lambda: 0.0,
        service="checkout",
        aliases={name: f"{ARN}:checkout:{name}" for name in ("blue", "green")},
        source=recognise(event),
        route=None,
        event=event,
        context=context,
        watched=watched,
    )


def run(made: Invocations, *aliases: str) -> list[Settled]:
    """Invoke with the event's units decided for these aliases, in turn."""
    units = made.source.units(made.event)
    chosen = [
        Chosen(unit=unit, choice=choice(aliases[index % len(aliases)]))
        for index, unit in enumerate(units)
    ]
    return made.run(chosen, lambda: None)


def legs(made: Invocations, *aliases: str) -> dict[str, Leg]:
    """The legs by alias."""
    return {leg.alias: leg for one in run(made, *aliases) for leg in one.legs}


def queue() -> Node:
    """Ten messages."""
    return Node.of(corpus()["sqs_many"])


def test_each_alias_tells_of_its_own_units() -> None:
    """As many as the leg has choices, in their order."""
    ids = [record.string("messageId") for record in Sqs().units(queue())]
    named = json.dumps({"batchItemFailures": [{"itemIdentifier": ids[3]}]}).encode()
    made = invocations(
        queue(), lambda name: Reply(payload=named) if name == "green" else DONE
    )
    found = legs(made, "blue", "green")
    assert (False, True, *(False,) * 3) == found["green"].failures
    assert (False,) * 5 == found["blue"].failures
    assert all(len(leg.choices) == len(leg.failures) for leg in found.values())


def test_an_error_fails_all_units() -> None:
    """They are told one by one all the same."""
    found = legs(invocations(queue(), lambda _: FAILED), "green")
    assert (True,) * 10 == found["green"].failures


def test_stable_in_the_canarys_place_tells_for_itself() -> None:
    """The canary that is gone failed them, and stable did not."""
    gone = Refusal("ResourceNotFoundException")
    made = invocations(queue(), lambda name: gone if name == "green" else DONE)
    found = legs(made, "green")
    assert ((True,) * 10, True) == (found["green"].failures, found["green"].fallback)
    assert (False,) * 10 == found["blue"].failures


def test_want_of_time_is_nobodys_failure() -> None:
    """Nothing was invoked, and that says nothing of the alias."""
    late = SimpleNamespace(get_remaining_time_in_millis=lambda: 0)
    found = legs(invocations(queue(), lambda _: DONE, late), "green")
    assert (None,) * 10 == found["green"].failures
    assert found["green"].error is not None


def test_what_was_not_reached_has_no_leg() -> None:
    """Behind a failed record there is nothing to tell."""
    event = Node.of(corpus()["kinesis_json"])
    settled = run(invocations(event, lambda _: FAILED), "blue", "green")
    assert [True] == [bool(one.legs) for one in settled][:1]
    assert not any(one.legs for one in settled[1:])


class Unreadable(Sqs):
    """Would rather not be asked."""

    def failures(self, *_: Any, **__: Any) -> tuple[bool | None, ...]:
        """Raises."""
        raise AssertionError


def test_nothing_is_read_for_nobody() -> None:
    """Without a watcher the source isn't asked."""
    made = invocations(queue(), lambda _: DONE, watched=False)
    found = legs(replace(made, source=Unreadable()), "green")
    assert found["green"].failures == ()


def test_to_be_watched_never_costs_a_request() -> None:
    """What can't be read is not counted."""
    made = replace(invocations(queue(), lambda _: DONE), source=Unreadable())
    (settled,) = run(made, "green")
    assert settled.outcome.error is None
    assert (None,) * 10 == settled.legs[0].failures


@pytest.mark.parametrize("name", ["sqs_many", "http_default"])
def test_a_last_wave_is_not_read_for_those_behind_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for it, so its answers are not parsed."""
    made = invocations(Node.of(corpus()[name]), lambda _: DONE, watched=False)
    monkeypatch.setattr(type(made.source), "failed", Unreadable.failures)
    assert all(one.outcome.error is None for one in run(made, "blue", "green"))
