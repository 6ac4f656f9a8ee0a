"""Malformed documents: each is refused with a place, or works."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flags.codec import decode
from flags.engine import evaluate
from flags.errors import InvalidDocument
from flags.model import Context
from flags.store.changes import Commit, Edit, Signature, State
from flags.store.checks import File, read_file
from flags.store.planning import plan
from flags.store.syntax import parse, render
from tests.property.schemas import SCHEMA, conditions, drawn, nasty, spoilt
from tests.property.strategies import json_values, many

pytestmark = pytest.mark.property

slow = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
NOW = 1_800_000_000.0
CONTEXTS = (
    Context(),
    Context(
        key="ann", attributes={"plan": "gold", "age": 7, "tenant": {"key": "acme"}}
    ),
    Context(key="\ud800", attributes={"plan": ["a", 1], "tenant": "acme", "x": None}),
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
GOOD = parse(
    """
flags:
  cart:
    variants: {on: true, off: false}
    off: off
    serve: {on: 30, off: 70}
  gift:
    description: a gift
    owner: shop
    tags: [q4]
    temporary: true
    expires: 2026-12-31
    variants: {a: 1, b: 2.5, c: 3}
    off: c
    requires: [{flag: cart, variant: "on"}]
    schedule: {from: 2026-12-01T09:00:00+01:00, until: 2027-12-24,
      days: [mon, tue], hours: 09:00-17:00, zone: Europe/Amsterdam}
    targets: {a: [ann], b: {tenant: [acme], key: [bob]}}
    rules:
    - name: some
      when:
        any:
        - {attribute: plan, in: [gold, 1, true], ignore_case: true}
        - {attribute: email, matches: "^[a-z]+@example[.]com$"}
        - {attribute: version, version_in: ">=1.2 <3 || 5.x"}
        - {attribute: ip, in_network: [10.0.0.0/8, "2001:db8::/32"], not: true}
        - {attribute: id, modulo: {divisor: 10, from: 0, to: 3}}
        - none: [{segment: beta}, {attribute: now, before: 2026-12-01}]
      serve: {split: {a: 50, b: 50}, by: tenant}
    serve:
      ramp:
      - {at: 2026-12-01, split: {a: 5, b: 95}}
      - {at: 2027-01-01T00:00:00Z, split: {a: 50, b: 50}}
      linear: true
  shop:
    release: {services: [web], stable: green}
    weight: 12.5
    targets: {canary: [ann]}
    rules: [{when: {attribute: plan, starts_with: g}, serve: canary}]
segments:
  beta: {by: tenant, included: [acme, bolt], excluded: [core],
    rules: [{attribute: age, greater_than: 4}, {segment: inner}]}
  inner: {included: ["7"]}
groups:
  tests: {exclusive: {gift: 30, cart: 30.5}}
  q4: {holdout: 5, flags: [gift], by: tenant}
routing:
  default: web
  routes: [{name: a, service: web, match: {source: [http], path: "/*"},
    identity: [{header: x-user}, {body: user.id}]}]
""",
    "good",
)


def planned(file: File) -> Commit:
    """The first commit of all that a file holds."""
    edits = [
        Edit(name=name, body=document.body(), based_on=0, action="apply")
        for name, document in file.documents().items()
    ]
    signature = Signature(author="ann")
    return plan(State(), edits, signature, at="2026-11-01T00:00:00Z", salt="salt")


def works(data: Any) -> bool:
    """Whether documents are good; if not, each problem has its place."""
    try:
        commit = planned(read_file(data))
    except InvalidDocument as error:
        refusal = error
    else:
        answers(commit)
        return True
    assert all(problem.message for problem in refusal.problems)
    assert all(p.path for p in refusal.problems) or not isinstance(data, dict)
    # It can be printed, whatever was in the document.
    str(refusal).encode()
    return False


def answers(commit: Commit) -> None:
    """Read a snapshot back, and evaluate its flags for all sorts of people."""
    lists = {name: frozenset(ids) for name, ids in commit.lists.items()}
    rules = decode(commit.body, lists)
    for name, flag in rules.flags.items():
        for context in CONTEXTS:
            decision = evaluate(rules, name, context, NOW)
            assert decision.variant in flag.variants


def test_good() -> None:
    """What the spoilt documents were made of works."""
    assert works(GOOD)
    assert VALIDATOR.is_valid(GOOD)


@given(data=drawn("Flag") | drawn("Segment") | drawn("Group") | json_values)
@slow
def test_documents_of_the_schema(data: Any) -> None:
    """What the schema takes is taken, or refused with a place."""
    for part in ("flags", "segments", "groups"):
        works({part: {"name": data}})


@given(when=conditions, window=drawn("Window"), segment=drawn("Segment"))
@slow
def test_parts_of_the_schema(when: Any, window: Any, segment: Any) -> None:
    """Conditions, windows and segments of all forms work in a flag, or are refused."""
    flag = {"variants": {"on": True, "off": False}, "off": "off", "serve": "on"}
    rules = [{"when": when, "serve": "on"}]
    works({"flags": {"gift": {**flag, "rules": rules}}})
    works({"flags": {"gift": {**flag, "schedule": window}}})
    works({"segments": {"beta": segment}})


@given(data=spoilt(GOOD))
@many
def test_spoilt_documents(data: Any) -> None:
    """One value wrong or missing somewhere: refused with a place, or still good."""
    works(data)


@given(data=spoilt(GOOD))
@many
def test_the_schema_is_no_stricter_than_the_checks(data: Any) -> None:
    """What an editor underlines would be refused too."""
    if works(data):
        errors = [error.message for error in VALIDATOR.iter_errors(data)]
        assert [] == errors


@given(data=spoilt(GOOD), value=nasty)
@many
def test_spoilt_edits(data: Any, value: Any) -> None:
    """A change of good documents is planned, or refused with a place."""
    store = planned(read_file(GOOD))
    assert store.snapshot == 1
    works({**GOOD, "flags": {**GOOD["flags"], "gift": value}})  # type: ignore[dict-item,index]
    works(data)


@given(
    place=st.integers(0, 2_500),
    removed=st.integers(0, 30),
    added=st.text(alphabet="ab:{}[],&*!|>-?'\"#\n\t 1~<=é\ud800", max_size=8),
    as_json=st.booleans(),
)
@many
def test_spoilt_texts(place: int, removed: int, added: str, *, as_json: bool) -> None:
    """A text with a hole or a blot is read or refused, and nothing else happens."""
    text = json.dumps(GOOD) if as_json else render(GOOD)
    text = text[:place] + added + text[place + removed :]
    with suppress(InvalidDocument):
        works(parse(text, "rules.yaml"))
