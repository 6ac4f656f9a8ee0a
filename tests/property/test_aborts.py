"""An abort mark does to rules what aborting the rollout does to its documents."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.aborts import mark, marked, watched
from flags.codec import decode
from flags.model import Context, Flag, Ruleset
from flags.record import replace
from flags.release import decide
from flags.store.changes import Edit, Signature
from flags.store.plans import canonical
from flags.store.writer import Writer
from flags.testing import MemoryStore
from tests.property.strategies import carried, contexts, many, moments, rulesets

pytestmark = pytest.mark.property

ROLES = ("canary", "stable")
users = st.sampled_from(["ann", "bob", "eve", "mia"])
percents = st.integers(0, 100)
conditions = st.sampled_from(
    [
        {"attribute": "plan", "equals": "gold"},
        {"segment": "testers"},
        {"any": [{"attribute": "age", "greater_than": 17}, {"segment": "testers"}]},
    ]
)
serves = st.sampled_from(ROLES) | percents.map(
    lambda share: {"canary": share, "stable": 100 - share}
)
rules = st.lists(
    st.builds(lambda when, serve: {"when": when, "serve": serve}, conditions, serves),
    max_size=3,
).map(lambda some: [{"name": f"rule{n}", **one} for n, one in enumerate(some)])
ROLLOUT = {
    "id": "k3x9p2ab",
    "plan": canonical("standard"),
    "phase": "baking",
    "step": 0,
    "began": "2030-01-01T00:00:00Z",
    "at": "2030-01-01T00:00:00Z",
    "why": "it began",
    "extended": 0,
    "approvals": [],
    "alarms": {"watched": [], "ignored": []},
}


@st.composite
def releases(draw: st.DrawFn) -> dict[str, Any]:
    """A release with a live rollout, of any sort."""
    named = draw(st.lists(users, unique=True, max_size=4))
    cut = draw(st.integers(0, len(named)))
    by_role: dict[str, Any] = {"canary": named[:cut], "stable": named[cut:]}
    targets: dict[str, Any] = {role: keys for role, keys in by_role.items() if keys}
    if draw(st.booleans()) and "canary" not in targets:
        targets["canary"] = {"tenant": ["acme"], "key": ["tester"]}
    stable = draw(st.sampled_from(["blue", "green"]))
    canary = "green" if stable == "blue" else "blue"
    admitted = draw(st.sampled_from([[], ["testers"]]))
    rollout = {"colours": {"stable": stable, "canary": canary}, "admitted": admitted}
    return {
        "release": {"services": ["web", "email"], "stable": stable},
        **draw(st.sampled_from([{}, {"rollout": ROLLOUT | rollout}])),
        "enabled": draw(st.booleans()),
        "weight": draw(percents),
        "targets": targets,
        "rules": draw(rules),
    }


def written(store: MemoryStore, bodies: dict[str, Any]) -> Ruleset:
    """The rules after a change, as readers get them."""

    def edit(state: Any) -> list[Edit]:
        return [
            Edit(name=n, body=body, based_on=state.version(n), action="edit")
            for n, body in bodies.items()
        ]

    writer = Writer(store=store, timestamp=lambda: "t", salt=lambda: "salt")
    writer.write(edit, Signature(author="ann"))
    found = store.body()
    assert found is not None
    return decode(found.text, found.lists)


def but_for_the_draw(flag: Flag) -> Flag:
    """A flag without its version, and without a salt by which nobody is drawn."""
    return replace(flag, version=0, salt="")


@many
@given(body=releases(), more=releases(), edits=st.integers(0, 2))
def test_a_mark_is_an_abort(body: Any, more: Any, edits: int) -> None:
    """The marked rules are the rules once the release has no weight any more."""
    store = MemoryStore()
    office = more | {"release": more["release"] | {"services": ["desk"]}}
    testers = {"included": ["ann"]}
    bodies = {"shop": body, "office": office, "segment:testers": testers}
    live = written(store, bodies)
    for weight in range(edits):
        live = written(store, {"shop": body | {"weight": weight}})
    release = live.flags["shop"].release
    assert release is not None
    assert release.since == 1

    found = marked(live, frozenset({mark("shop", 1)}))

    assert watched(live) is ("rollout" in body or "rollout" in more)
    resting = {key: value for key, value in body.items() if key != "weight"}
    if "rollout" in resting:
        resting["rollout"] = resting["rollout"] | {"phase": "aborted"}
    aborted = written(store, {"shop": resting})
    assert but_for_the_draw(found.flags["shop"]) == but_for_the_draw(
        aborted.flags["shop"]
    )
    assert found.flags["office"] is live.flags["office"]
    assert replace(found, version=0, flags={}) == replace(aborted, version=0, flags={})


@many
@given(found=rulesets, context=contexts, token=carried, now=moments)
def test_nobody_is_on_a_marked_canary(
    found: Ruleset, context: Context, token: Any, now: int
) -> None:
    """Whatever the rules are, and whatever is carried, a marked release is stable."""
    releases = [flag for flag in found.flags.values() if flag.release]
    marks = frozenset(
        mark(flag.name, flag.release.since)
        for flag in releases
        if flag.release and flag.release.since is not None
    )
    ended = marked(found, marks)
    assert (ended is found) is (not marks)
    for flag in releases:
        was, now_is = flag.release, ended.flags[flag.name]
        if was is None or was.since is None or token.seal is not None:
            continue
        decision = decide(ended, now_is, context, token, now)
        assert decision.variant == was.stable
