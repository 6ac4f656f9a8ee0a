"""JMESPath that may run on what a stranger sends, and that may not."""

from __future__ import annotations

import jmespath
import pytest

from flags.expressions import LONGEST, MOST_NODES, problem
from flags.store.routing import RouteDocument
from router.sources.values import search

DOUBLED = "[`1`]" + "|[@,@][]" * 5
TOO_MUCH = {
    "doubles": (DOUBLED, "builds 11 values"),
    "objects": ("{a: @, b: @, c: @}|" * 3 + "a", "builds 9 values"),
    "mapped": ("map(&[@,@,@,@,@], @)|map(&[@,@,@,@], @)", "builds 9 values"),
    "escapes": ("to_string([to_string([@])])", "to_string more than once"),
    "glue": ("join(@, tags)", "joins by a text of the event"),
    "parts": (" || ".join(["a"] * MOST_NODES), "parts"),
    "long": ("a" * (LONGEST + 1), "characters"),
    "cut": ("a." * LONGEST, "characters"),
    "deep": ("a" + "[0]" * MOST_NODES, "parts"),
}
FINE = [
    "user.id",
    '"user-id" || session',
    "detail.items[0].sku",
    "items[?kind=='buyer'].id | [0]",
    "join('-', [tenant, user])",
    "[tenant, user, plan] | join(':', @)",
    "to_string(order)",
    "max_by(items, &price).id",
]


@pytest.mark.parametrize("case", TOO_MUCH)
def test_what_may_take_all_memory_is_refused(case: str) -> None:
    """When it is written; the message says what is too much."""
    expression, words = TOO_MUCH[case]
    route = {"name": "r", "service": "s", "match": {}}

    with pytest.raises(ValueError, match=words):
        RouteDocument.model_validate({**route, "identity": [{"body": expression}]})


@pytest.mark.parametrize("case", TOO_MUCH)
def test_what_a_table_holds_all_the_same_finds_nothing(case: str) -> None:
    """No writer of ours put it there: it is not run."""
    assert search(TOO_MUCH[case][0], {"a": 1, "tags": ["x"]}) is None


@pytest.mark.parametrize("expression", FINE)
def test_what_routes_say_is_let_through(expression: str) -> None:
    """Places, filters, and identities made of a few values."""
    assert problem(expression, jmespath.compile(expression).parsed) is None


def test_a_composed_identity_is_found() -> None:
    """The router runs it as ever."""
    assert "acme-ann" == search(FINE[4], {"tenant": "acme", "user": "ann"})
