"""Public front doors: forged decisions, identities, and anonymous visitors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flags.token import NAME
from tests.unit.router.conftest import RULES, Bench, event

FORGED = "v1~shop.green.99999"
DOORS = ("http", "url", "rest", "alb", "alb_multi")


def forge(arrived: Any, spelling: str) -> Any:
    """Put a forged token into every place that a stranger reaches."""
    for place in ("headers", "multiValueHeaders"):
        if isinstance(arrived.get(place), dict):
            many = place == "multiValueHeaders"
            arrived[place][spelling] = [FORGED, FORGED] if many else FORGED
            cookie = f"a=1; {spelling}={FORGED}; b=2"
            arrived[place]["cookie"] = [cookie] if many else cookie
    if "cookies" in arrived:
        arrived["cookies"].append(f"{spelling}={FORGED}")
    return arrived


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.parametrize(
    "spelling",
    ["canary-decision", "Canary-Decision", "CANARY_DECISION", "canary_Decision"],
)
def test_a_forged_decision_changes_nothing(
    bench: Bench, name: str, spelling: str
) -> None:
    """In whatever spelling it comes, a stranger's token is dropped everywhere."""
    bench.weight(0)
    bench.handle(forge(event(name), spelling))
    assert bench.last.alias == "blue"
    assert "99999" not in json.dumps(bench.last.event)


@pytest.mark.parametrize("name", DOORS)
def test_the_target_gets_our_token_and_the_rest_untouched(
    bench: Bench, name: str
) -> None:
    """But for the token the event arrives as it came."""
    bench.weight(100)
    bench.handle(event(name))
    got = bench.last.event
    for place in ("headers", "multiValueHeaders"):
        if place in got:
            assert "shop.green." in str(got[place].pop(NAME))
    assert event(name) == got


SELECTORS: list[tuple[str, dict[str, str], str]] = [
    ("http", {"header": "X-USER-ID"}, "user-7"),
    ("http", {"cookie": "session"}, "s-42"),
    ("http", {"claim": "sub"}, "jwt-sub-1"),
    ("http", {"body": "user.id"}, "body-user"),
    ("rest", {"header": "x-user-id"}, "user-7"),
    ("rest", {"cookie": "session"}, "s-42"),
    ("rest", {"claim": "sub"}, "cognito-sub-1"),
    ("rest", {"claim": "tenant"}, "acme"),
    ("rest", {"body": "user.id"}, "body-user"),
    ("alb", {"claim": "sub"}, "oidc-sub-1"),
    ("alb_multi", {"cookie": "session"}, "s-42"),
    ("sns", {"attribute": "user-id"}, "user-7"),
    ("sns", {"body": "user.id"}, "body-user-7"),
    ("eventbridge", {"detail": "user.id"}, "user-7"),
    ("direct", {"body": "user.id"}, "user-7"),
    ("sqs_fifo", {"group": True}, "group-0"),  # type: ignore[dict-item]
    ("sqs_fifo", {"body": "user.id"}, "body-user-0"),
]


@pytest.mark.parametrize(("name", "selector", "identity"), SELECTORS)
def test_identity_comes_from_where_the_route_says(
    bench: Bench, name: str, selector: dict[str, str], identity: str
) -> None:
    """The value at the selected place is the key: naming it as target shows it."""
    routes = json.loads(json.dumps(RULES["routing"]["routes"]))
    routes.append({"name": "rest-of-it", "service": "shop-checkout", "match": {}})
    for route in routes:
        route["identity"] = [{"header": "absent"}, selector]
    flag = {**RULES["flags"]["shop"], "targets": {"canary": [identity]}, "weight": 0}
    bench.apply({"flags": {"shop": flag}, "routing": {"routes": routes}})
    bench.handle(event(name))
    assert "green" in {call.alias for call in bench.calls}


def anonymous(name: str) -> Any:
    """An event of somebody without an identity."""
    arrived = event(name)
    arrived.pop("cookies", None)
    for place in ("headers", "multiValueHeaders"):
        if isinstance(arrived.get(place), dict):
            gone = {"x-user-id", "cookie"}
            kept = {k: v for k, v in arrived[place].items() if k.lower() not in gone}
            arrived[place] = kept
    return arrived


def cookies_of(answer: Any) -> list[str]:
    """All Set-Cookie values of an answer, wherever they stand."""
    many = answer.get("multiValueHeaders", {}).get("Set-Cookie", [])
    single = answer.get("headers", {}).get("Set-Cookie")
    return [*answer.get("cookies", []), *many, *([single] if single else [])]


@pytest.mark.parametrize("name", DOORS)
def test_anonymous_visitors_get_a_first_party_cookie(bench: Bench, name: str) -> None:
    """Without an identity the answer brings a cookie of ours."""
    bench.weight(50)
    bench.answers[("shop-checkout", "blue")] = {"statusCode": 200, "body": "hi"}
    bench.answers[("shop-checkout", "green")] = {"statusCode": 200, "body": "hi"}
    (cookie,) = cookies_of(bench.handle(anonymous(name)))
    assert cookie.startswith("canary-id=visitor-")
    assert "; Secure" in cookie
    assert "HttpOnly" in cookie


def test_visitors_who_return_stay_where_they_are(bench: Bench) -> None:
    """Forty visitors return with their cookie: same colour, no second cookie."""
    bench.weight(50)
    for _ in range(40):
        (cookie,) = cookies_of(bench.handle(anonymous("http")))
        first = bench.last.alias
        again = anonymous("http")
        again["cookies"] = [cookie.split(";")[0]]
        answer = bench.handle(again)
        assert (first, []) == (bench.last.alias, cookies_of(answer))
    assert {call.alias for call in bench.calls} == {"blue", "green"}


def test_no_cookie_where_nothing_is_hashed(bench: Bench) -> None:
    """Without a live rollout answers stay cacheable: no cookie."""
    answer = bench.handle(anonymous("http"))
    assert {"ran": "blue"} == answer


def test_a_known_user_gets_no_cookie(bench: Bench) -> None:
    """Whoever has an identity needs no cookie."""
    bench.weight(50)
    assert [] == cookies_of(bench.handle(event("http")))


@pytest.mark.parametrize("bad", ["x", "a" * 65, "sémi", "quote%22quote"])
def test_a_cookie_that_is_none_of_ours_is_replaced(bench: Bench, bad: str) -> None:
    """A visitor id of a wrong form is not hashed; a new one is given."""
    bench.weight(50)
    arrived = anonymous("http")
    arrived["cookies"] = [f"canary-id={bad}"]
    assert len(cookies_of(bench.handle(arrived))) == 1


def test_a_load_balancer_answer_keeps_the_targets_own_cookie(bench: Bench) -> None:
    """Single-value headers hold one Set-Cookie: the target's."""
    bench.weight(50)
    own = {"statusCode": 200, "headers": {"set-cookie": "own=1"}}
    for colour in ("blue", "green"):
        bench.answers[("shop-checkout", colour)] = own
    assert own == bench.handle(anonymous("alb"))


def test_a_rest_answer_keeps_the_targets_cookies_beside_ours(bench: Bench) -> None:
    """Cookies of the target, in either place, are all still there."""
    bench.weight(50)
    own = {
        "statusCode": 200,
        "headers": {"Set-Cookie": "a=1"},
        "multiValueHeaders": {"Set-Cookie": ["b=2"]},
    }
    for colour in ("blue", "green"):
        bench.answers[("shop-checkout", colour)] = own
    many = bench.handle(anonymous("rest"))["multiValueHeaders"]["Set-Cookie"]
    assert ["a=1", "b=2"] == many[:2]
    assert many[2].startswith("canary-id=")


def test_plain_http_gets_a_cookie_that_plain_http_sends_back(bench: Bench) -> None:
    """Only a request that came by http goes without the Secure attribute."""
    bench.weight(50)
    arrived = anonymous("http")
    arrived["headers"]["x-forwarded-proto"] = "http"
    (cookie,) = cookies_of(bench.handle(arrived))
    assert "Secure" not in cookie


def test_a_named_stage_is_not_part_of_the_path(bench: Bench) -> None:
    """`/prod/checkout` on stage `prod` is the path `/checkout`."""
    arrived = event("http")
    arrived["requestContext"]["stage"] = "prod"
    arrived["rawPath"] = "/prod/checkout"
    bench.handle(arrived)
    assert bench.lines[-1]["route"] == "web"
