"""Routes that can't do what they say."""

from __future__ import annotations

from typing import Any

import pytest

from admin_cli.lint import linting
from flags.store.checks import read_document
from tests.unit.admin_cli.lint.test_linting import TODAY

SHOP = {"owner": "web", "release": {"services": ["web"]}}
EVERYTHING: dict[str, Any] = {"match": {}}


def found(*routes: dict[str, Any], shop: dict[str, Any] = SHOP) -> list[str]:
    """Place and check of all warnings about these routes of the service `web`."""
    named = [
        {"name": f"r{number}", "service": "web", **route}
        for number, route in enumerate(routes)
    ]
    body = read_document("routing", {"routes": named}).body()
    all_ = linting.warnings({"routing": body}, {"shop": shop}, TODAY)
    return [f"{one.path.removeprefix('routing.')} {one.check}" for one in all_]


def match(**match: Any) -> dict[str, Any]:
    """A route with this match."""
    return {"match": match}


@pytest.mark.parametrize(
    "routes",
    [
        [EVERYTHING],
        [match(source="http", path="/a*"), match(source="http", path="/*")],
        [match(source="http", path="/a*"), match(source="rest", path="/a*")],
        [match(source="http", method="GET"), match(source="http")],
        [
            match(source="http", method="GET"),
            match(source="http", method=["GET", "PUT"]),
        ],
        [match(source="http"), match(source=["http", "rest"])],
        [match(source="http", path="/a*b"), match(source="http", path="/a*c")],
        [match(source="http", path="/?"), match(source="http", path="/a*")],
        [match(path="/*"), match(source="sqs")],
        [match(topic="*"), match(queue="*")],
        [match(source=["http", "alb"]) | {"trust": "iam"}],
        [match(source=["sqs", "sns"]) | {"batch_failures": "whole"}],
        [match(source="http") | {"idempotent": True}],
        [
            match(source=["sqs", "http"])
            | {"identity": [{"group": True}, {"claim": "a"}]}
        ],
        [match(topic="t") | {"identity": [{"attribute": "user"}, {"key": True}]}],
        [match(source="scheduler") | {"identity": [{"event": "resources[0]"}]}],
        [match(stream="clicks") | {"order": "shard"}],
        [match(source="kafka") | {"order": "key"}],
        [match(source="kinesis") | {"identity": [{"data": "tenant"}]}],
        [match(source="kinesis") | {"service": "other"}],
    ],
)
def test_what_works_gets_no_warning(routes: list[dict[str, Any]]) -> None:
    """A route that may match, and find what it looks for, is passed in silence."""
    assert [] == found(*routes)


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (EVERYTHING, match(source="http")),
        (EVERYTHING, EVERYTHING),
        (match(source=["http", "rest"]), match(source="rest", path="/a")),
        (match(path="*"), match(source="http", path="/a*")),
        (match(path="/a*"), match(source="http", path="/a/b*")),
        (match(path="/a?"), match(source="http", path="/ab")),
        (
            match(source="http", method=["get", "PUT"]),
            match(source="http", method="GET"),
        ),
        (match(source=["sns", "iot", "kafka", "pipes"]), match(topic="orders")),
    ],
)
def test_a_route_behind_a_wider_one_is_never_reached(
    wide: dict[str, Any], narrow: dict[str, Any]
) -> None:
    """Whatever it matches, the one before it takes."""
    assert ["routes[1] unreachable-route"] == found(wide, narrow)


@pytest.mark.parametrize(
    ("route", "place"),
    [
        (match(source="sqs", topic="t"), "match.topic"),
        (match(source=["http", "sns"], topic="t"), "match.topic"),
        (match(source="http", queue="q"), "match.queue"),
        (match(topic="t", bucket="b"), "match"),
        (match(source="sqs") | {"identity": [{"header": "a"}]}, "identity[0].header"),
        (match(source="http") | {"identity": [{"group": True}]}, "identity[0].group"),
        (match(bucket="b") | {"identity": [{"group": True}]}, "identity[0].group"),
        (
            match(source="sqs") | {"attributes": {"plan": {"claim": "plan"}}},
            "attributes.plan.claim",
        ),
    ],
)
def test_a_place_that_the_sources_have_not_is_told(
    route: dict[str, Any], place: str
) -> None:
    """It could never match, or never find anything."""
    assert [f"routes[0].{place} unknown-place"] == found(route)


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"match": {"source": "sqs"}, "trust": "iam"}, "trust"),
        ({"match": {"source": ["alb", "cognito", "iot"]}, "trust": "iam"}, "trust"),
        ({"match": {"source": "http"}, "batch_failures": "whole"}, "batch_failures"),
        ({"match": {"source": "mq"}, "batch_failures": "whole"}, "batch_failures"),
        ({"match": {}, "service": "other", "idempotent": True}, "idempotent"),
        ({"match": {"source": ["sqs", "mq"]}, "order": "key"}, "order"),
    ],
)
def test_what_is_said_in_vain_is_told(more: dict[str, Any], place: str) -> None:
    """An option that changes nothing is most likely meant for something else."""
    assert [f"routes[0].{place} no-effect"] == found(more)


@pytest.mark.parametrize("source", ["kinesis", "dynamodb", "kafka"])
def test_a_release_that_splits_by_key_asks_what_is_ordered(source: str) -> None:
    """The strict order of many keys costs an invocation for each change of colour."""
    for identity in ([], [{"key": True}]):
        route = match(source=source) | {"identity": identity}
        assert ["routes[0].order strict-order"] == found(route)


def test_an_archived_release_has_no_services() -> None:
    """Its services run on stable alone."""
    route = match(source="http") | {"idempotent": True}

    assert ["routes[0].idempotent no-effect"] == found(
        route, shop=SHOP | {"archived": True}
    )


@pytest.mark.parametrize(
    ("route", "message"),
    [
        (
            match(source="direct", path="/"),
            "direct has none, so none of its events match; it has nothing but itself",
        ),
        (
            match(source=["sqs", "sns"]) | {"identity": [{"key": True}]},
            (
                "sns or sqs has none, so it finds nothing; "
                "take one of attribute, body, group, event"
            ),
        ),
    ],
)
def test_messages_say_what_there_is(route: dict[str, Any], message: str) -> None:
    """The remedy names what the sources have."""
    named = {"name": "r", "service": "web", **route}
    body = read_document("routing", {"routes": [named]}).body()

    assert [message] == [
        one.message for one in linting.warnings({"routing": body}, {}, TODAY)
    ]


PLANNED = SHOP | {"plan": "standard"}
UNWATCHED = SHOP | {
    "plan": {"steps": [{"weight": 100, "bake": "5m"}], "guards": {"errors": False}}
}


@pytest.mark.parametrize(
    ("route", "shop", "warnings"),
    [
        (match(source="sqs"), PLANNED, 1),
        (match(source=["sns", "eventbridge"]), PLANNED, 1),
        (match(source=["sns", "kafka"]), PLANNED, 0),
        (match(source="http"), PLANNED, 0),
        (match(source="sqs") | {"identity": [{"group": True}]}, PLANNED, 0),
        (match(source="sqs"), SHOP, 0),
        (match(source="sqs"), UNWATCHED, 0),
        (match(source="sqs") | {"service": "other"}, PLANNED, 0),
    ],
)
def test_who_is_unknown_is_not_judged(
    route: dict[str, Any], shop: dict[str, Any], warnings: int
) -> None:
    """A plan with guards is blind where no user is known, and lint says so."""
    assert found(route, shop=shop) == ["routes[0].identity unjudged"] * warnings
