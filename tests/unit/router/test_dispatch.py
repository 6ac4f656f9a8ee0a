"""From an event to an answer, over every source."""

from __future__ import annotations

import json
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest

from flags.aborts import mark
from flags.errors import StoreUnavailable
from flags.store.changes import Commit, Edit, Signature
from flags.store.planning import plan
from flags.token import NAME
from router.errors import NoService, NotDeployed, RulesUnavailable, UnknownEvent
from tests.fuzz.rig import Reply
from tests.unit.router.conftest import ARN, RULES, Bench, Refusal, event

# CloudWatch Logs, which no source here knows.
UNKNOWN = {"awslogs": {"data": "H4sIAAAAAAAA/w=="}}

SINGLE = {
    "http": "shop-checkout",
    "url": "shop-checkout",
    "rest": "shop-checkout",
    "alb": "shop-checkout",
    "alb_multi": "shop-checkout",
    "sns": "shop-email",
    "eventbridge": "shop-analytics",
    "direct": "shop-checkout",
}


@pytest.mark.parametrize(("name", "service"), SINGLE.items())
def test_routes_every_source_to_its_service(
    bench: Bench, name: str, service: str
) -> None:
    """Each event reaches its service's stable alias, and the answer comes back."""
    answer = bench.handle(event(name))
    assert (service, "blue") == (bench.last.service, bench.last.alias)
    assert {"ran": "blue"} == answer


@pytest.mark.parametrize("name", ["http", "url", "rest", "alb", "sns", "eventbridge"])
def test_everyone_is_on_the_canary_at_100_percent(bench: Bench, name: str) -> None:
    """At 100 % every source's event goes to green."""
    bench.weight(100)
    bench.handle(event(name))
    assert bench.last.alias == "green"


def test_one_user_gets_one_colour_at_every_door(bench: Bench) -> None:
    """The same identity is on the same colour whatever the event source."""
    bench.weight(50)
    for name in ("http", "url", "rest", "alb", "alb_multi", "sns", "eventbridge"):
        bench.handle(event(name))
    assert len({call.alias for call in bench.calls}) == 1


def test_a_batch_is_split_into_one_invocation_a_colour(bench: Bench) -> None:
    """Ten messages of ten users become two invocations that cover all, once."""
    bench.weight(50)
    bench.handle(event("sqs"))
    assert ["blue", "green"] == sorted(call.alias for call in bench.calls)
    routed = [r["messageId"] for call in bench.calls for r in call.event["Records"]]
    expected = [record["messageId"] for record in event("sqs")["Records"]]
    assert sorted(expected) == sorted(routed)


def test_every_record_carries_its_decision(bench: Bench) -> None:
    """Each record goes out with the token of the colour that it went to."""
    bench.weight(50)
    bench.handle(event("sqs"))
    for call in bench.calls:
        for record in call.event["Records"]:
            token = record["messageAttributes"][NAME]["stringValue"]
            assert token.startswith(f"v1~shop.{call.alias}.")


def test_failed_messages_of_both_colours_are_merged(bench: Bench) -> None:
    """The batch answer lists what failed on either colour."""
    bench.weight(50)

    def first_fails(call: Any) -> dict[str, Any]:
        failed = call.event["Records"][0]["messageId"]
        return {"batchItemFailures": [{"itemIdentifier": failed}]}

    bench.answers = {("shop-ledger", c): first_fails for c in ("blue", "green")}
    answer = bench.handle(event("sqs"))
    expected = [c.event["Records"][0]["messageId"] for c in bench.calls]
    assert expected == [f["itemIdentifier"] for f in answer["batchItemFailures"]]


def test_a_colour_that_raises_fails_its_own_messages_only(bench: Bench) -> None:
    """All messages of the failing colour are reported, none of the other's."""
    bench.weight(50)
    error = json.dumps({"errorType": "Boom", "errorMessage": "no"}).encode()
    bench.answers[("shop-ledger", "green")] = Reply(payload=error, error="Unhandled")
    answer = bench.handle(event("sqs"))
    green = next(call for call in bench.calls if call.alias == "green")
    expected = [record["messageId"] for record in green.event["Records"]]
    assert expected == [f["itemIdentifier"] for f in answer["batchItemFailures"]]


def test_a_batch_of_one_colour_fails_as_the_target_did(bench: Bench) -> None:
    """With nothing to merge, the target's own error comes out."""
    error = json.dumps({"errorType": "Boom", "errorMessage": "no"}).encode()
    bench.answers[("shop-ledger", "blue")] = Reply(payload=error, error="Unhandled")
    with pytest.raises(Exception, match="no"):
        bench.handle(event("sqs"))


def test_fifo_groups_are_never_split(bench: Bench) -> None:
    """All messages of a FIFO group go to one colour, in their order."""
    bench.weight(50)
    bench.handle(event("sqs_fifo"))
    seen: dict[str, str] = {}
    for call in bench.calls:
        for record in call.event["Records"]:
            group = record["attributes"]["MessageGroupId"]
            assert seen.setdefault(group, call.alias) == call.alias
    assert set(seen.values()) == {"blue", "green"}


def test_a_carried_decision_holds(bench: Bench) -> None:
    """A message decided for green stays green at a weight that says blue."""
    bench.weight(0)
    arrived = event("sns")
    token = {"Type": "String", "Value": "v1~shop.green.2"}
    arrived["Records"][0]["Sns"]["MessageAttributes"][NAME] = token
    bench.handle(arrived)
    assert ("green", "CARRIED") == (bench.last.alias, bench.lines[-1]["reason"])


def test_a_message_in_flight_at_an_abort_is_healed(bench: Bench) -> None:
    """After an abort a green token leads to blue, and goes on as blue."""
    bench.weight(100)
    bench.handle(event("sns"))
    sent = bench.last.event["Records"][0]
    bench.abort()
    bench.handle({"Records": [sent]})
    token = bench.last.event["Records"][0]["Sns"]["MessageAttributes"][NAME]["Value"]
    assert ("blue", "HEALED") == (bench.last.alias, bench.lines[-1]["reason"])
    assert token.startswith("v1~shop.blue.")


def test_a_message_in_flight_at_a_mark_is_healed(bench: Bench) -> None:
    """A router's abort mark does at once what an abort does: nobody is on green."""
    bench.weight(100)
    bench.handle(event("sns"))
    sent = bench.last.event["Records"][0]
    since = bench.store.load().version("shop")
    assert "green" == bench.last.alias

    assert bench.store.mark(mark("shop", since))
    bench.now += 10
    bench.handle({"Records": [sent]})
    token = bench.last.event["Records"][0]["Sns"]["MessageAttributes"][NAME]["Value"]
    assert ("blue", "HEALED") == (bench.last.alias, bench.lines[-1]["reason"])
    assert f"v1~shop.blue.{since}" == token
    bench.handle(event("http"))
    assert "blue" == bench.last.alias


def test_a_mark_is_over_with_the_rollout(bench: Bench) -> None:
    """The rollout after an aborted one is not aborted by the mark on that one."""
    bench.weight(100)
    assert bench.store.mark(mark("shop", bench.store.load().version("shop")))
    bench.abort()
    bench.weight(100)
    bench.handle(event("http"))

    assert "green" == bench.last.alias


def test_a_token_from_an_earlier_rollout_is_healed(bench: Bench) -> None:
    """What was decided in the last rollout says nothing in the next one."""
    bench.weight(100)
    bench.handle(event("sns"))
    old = bench.last.event
    bench.abort()
    bench.weight(0)
    bench.handle(old)
    assert ("blue", "HEALED") == (bench.last.alias, bench.lines[-1]["reason"])


def test_newer_tokens_make_the_router_read_again(bench: Bench) -> None:
    """A decision by newer rules is honoured, not healed by old ones."""
    bench.weight(0)
    bench.handle(event("sns"))
    now = bench.now
    bench.weight(100)
    other = bench.new_router()
    other.handle(json.dumps(event("sns")).encode(), None)
    carried = bench.last.event
    bench.now = now + 0.1
    bench.handle(carried)
    assert ("green", "CARRIED") == (bench.last.alias, bench.lines[-1]["reason"])


def test_untrusted_routes_drop_carried_decisions(bench: Bench) -> None:
    """With `trust: false` a token that comes in is dropped, not believed."""
    rules = json.loads(json.dumps(RULES))
    rules["routing"]["routes"][1]["trust"] = False
    bench.apply({"routing": rules["routing"]})
    bench.weight(0)
    arrived = event("sns")
    token = {"Type": "String", "Value": "v1~shop.green.2"}
    arrived["Records"][0]["Sns"]["MessageAttributes"][NAME] = token
    bench.handle(arrived)
    assert bench.last.alias == "blue"


def test_promotion_swaps_roles(bench: Bench) -> None:
    """After a promotion everyone is on green, which is stable now."""
    bench.weight(10)
    bench.promote()
    bench.handle(event("http"))
    assert ("green", "STATIC") == (bench.last.alias, bench.lines[-1]["reason"])


def test_an_unknown_event_goes_to_the_default_services_stable_alias(
    bench: Bench,
) -> None:
    """An event that nobody knows runs on stable, untouched; the log says why."""
    bench.weight(100)
    bench.handle(UNKNOWN)
    assert ("shop-checkout", "blue") == (bench.last.service, bench.last.alias)
    assert bench.last.payload == json.dumps(UNKNOWN).encode()
    assert bench.lines[-1]["reason"] == "UNKNOWN_EVENT"


def test_an_unknown_event_without_default_names_its_shape(bench: Bench) -> None:
    """The error lists keys and types, no values, and the remedy."""
    bench.apply({"routing": {"routes": []}})
    with pytest.raises(UnknownEvent, match=r"awslogs: dict.*DefaultService"):
        bench.handle(UNKNOWN)


def test_no_route_and_no_default_is_one_clear_error(bench: Bench) -> None:
    """An event that no route matches says so, with the remedy."""
    bench.apply({"routing": {"routes": []}})
    with pytest.raises(NoService, match="canary apply"):
        bench.handle(event("http"))


def test_a_service_outside_the_deployment_is_never_invoked(bench: Bench) -> None:
    """A rule can't name a function that the deployment doesn't."""
    bench.apply({"routing": {"default": "payroll"}})
    with pytest.raises(NotDeployed, match="TargetAliases"):
        bench.handle(event("direct"))
    assert not bench.calls


def test_a_route_to_what_is_not_deployed_is_as_if_not_there(bench: Bench) -> None:
    """The next route that matches takes its events, and that is told."""
    routes = RULES["routing"]["routes"]
    typo = {"name": "typo", "service": "shop-chekout", "match": {}}
    bench.apply(RULES | {"routing": {"routes": [typo, *routes]}})
    assert bench.handle(event("http")) == {"ran": "blue"}
    assert (bench.last.service, bench.lines[-1]["route"]) == ("shop-checkout", "web")
    assert bench.lines[-1]["not_deployed"] == "shop-chekout"


def test_without_another_route_the_default_takes_its_events(bench: Bench) -> None:
    """That of the rules, or of the deployment where that is not deployed either."""
    typo = {"name": "typo", "service": "shop-chekout", "match": {}}
    bench.apply({"routing": {"default": "shop-email", "routes": [typo]}})
    bench.handle(event("http"))
    assert bench.last.service == "shop-email"

    bench.apply({"routing": {"default": "shop-emial", "routes": [typo]}})
    bench.router = bench.new_router(CANARY_DEFAULT_SERVICE="shop-ledger")
    bench.handle(event("http"))
    assert bench.last.service == "shop-ledger"


def test_the_journal_tells_of_a_skipped_route_whatever_its_share(bench: Bench) -> None:
    """`log: 0` hides decisions, but not that the rules are wrong."""
    typo = {"name": "typo", "service": "shop-chekout", "match": {}}
    quiet = {"name": "quiet", "service": "shop-email", "match": {}, "log": 0}
    bench.apply({"routing": {"routes": [typo, quiet]}})
    bench.handle(event("http"))
    assert bench.lines[-1]["not_deployed"] == "shop-chekout"


@pytest.mark.parametrize("routes", [slice(1, 2), slice(0, 0)], ids=["route", "default"])
def test_a_skipped_route_keeps_its_distrust(bench: Bench, routes: slice) -> None:
    """A typo in a route with `trust: false` lets no decision in that it kept out."""
    typo = {"name": "typo", "service": "shop-emial", "match": {}, "trust": False}
    others = RULES["routing"]["routes"][routes]
    bench.apply({"routing": {"default": "shop-email", "routes": [typo, *others]}})
    bench.weight(0)
    arrived = event("sns")
    token = {"Type": "String", "Value": "v1~shop.green.2"}
    arrived["Records"][0]["Sns"]["MessageAttributes"][NAME] = token
    bench.handle(arrived)
    assert (bench.last.service, bench.last.alias) == ("shop-email", "blue")
    passed = bench.last.event["Records"][0]["Sns"]["MessageAttributes"][NAME]["Value"]
    assert passed.startswith("v1~shop.blue.")


def test_a_vanished_canary_alias_falls_to_stable(bench: Bench) -> None:
    """If green is gone, blue runs once, with a token that says blue."""
    bench.weight(100)
    bench.answers[("shop-email", "green")] = Refusal("ResourceNotFoundException")
    answer = bench.handle(event("sns"))
    attributes = bench.last.event["Records"][0]["Sns"]["MessageAttributes"]
    assert {"ran": "blue"} == answer
    assert ["green", "blue"] == [call.alias for call in bench.calls]
    assert "shop.blue." in attributes[NAME]["Value"]


def test_a_vanished_stable_alias_is_an_error(bench: Bench) -> None:
    """If stable itself is gone there is nothing to fall to."""
    bench.answers[("shop-email", "blue")] = Refusal("ResourceNotFoundException")
    with pytest.raises(Exception, match="as planned"):
        bench.handle(event("sns"))
    assert len(bench.calls) == 1


def test_throttling_comes_out_under_its_own_name(bench: Bench) -> None:
    """The source sees the error that Lambda gave, and retries as ever."""
    bench.answers[("shop-email", "blue")] = Refusal("TooManyRequestsException")
    with pytest.raises(Exception, match="as planned") as caught:
        bench.handle(event("sns"))
    assert type(caught.value).__name__ == "TooManyRequestsException"


def test_warm_requests_read_no_table(bench: Bench) -> None:
    """A hundred requests within the refresh time read nothing."""
    bench.handle(event("http"))
    reads: list[str] = []
    bench.store.version = lambda **_: reads.append("version")  # type: ignore[method-assign]
    bench.store.body = lambda **_: reads.append("body")  # type: ignore[method-assign]
    for _ in range(100):
        bench.now += 0.02
        bench.handle(event("http"))
    assert reads == []


def test_a_change_arrives_within_five_seconds(bench: Bench) -> None:
    """A container that was idle decides by rules at most five seconds old."""
    bench.handle(event("http"))
    before = bench.now
    bench.weight(100)
    bench.now = before + 5
    bench.handle(event("http"))
    assert bench.last.alias == "green"


def test_last_known_good_survives_the_table(bench: Bench) -> None:
    """With the table away for a day decisions stay, and the log says stale."""
    bench.weight(100)
    bench.handle(event("http"))

    def gone(**_: object) -> None:
        msg = "away"
        raise StoreUnavailable(msg)

    bench.store.version = gone  # type: ignore[method-assign]
    bench.store.body = gone  # type: ignore[method-assign]
    bench.now += 86_400
    bench.handle(event("http"))
    assert ("green", True) == (bench.last.alias, bench.lines[-1]["stale"])


def test_http_is_answered_by_stable_before_any_rules() -> None:
    """A cold start without rules sends people to the default service's stable."""
    bench = Bench()
    bench.router = bench.new_router(CANARY_DEFAULT_SERVICE="shop-checkout")
    assert {"ran": "blue"} == bench.handle(event("http"))
    assert bench.lines[-1]["reason"] == "NO_RULES"


def test_messages_wait_until_there_are_rules() -> None:
    """Without rules a message might reach the wrong service: it is retried."""
    bench = Bench()
    bench.router = bench.new_router(CANARY_DEFAULT_SERVICE="shop-checkout")
    with pytest.raises(RulesUnavailable, match="deliver the event again"):
        bench.handle(event("sns"))
    assert not bench.calls


def test_the_log_holds_no_identity(bench: Bench) -> None:
    """Neither the identity nor the visitor's id is ever written."""
    bench.weight(50)
    for name in SINGLE:
        bench.handle(event(name))
    text = json.dumps(bench.lines)
    assert not [word for word in ("user-7", "s-42", "visitor-") if word in text]


class Remaining:
    """A Lambda context with little time left."""

    client_context = None

    def __init__(self, millis: int) -> None:
        self.millis = millis

    def get_remaining_time_in_millis(self) -> int:
        """What is left."""
        return self.millis


def test_the_target_gets_the_time_that_is_left(bench: Bench) -> None:
    """The wait ends before the router's own time does."""
    bench.handle(event("http"), Remaining(3_000))
    assert pytest.approx(2.8) == bench.last.timeout


def test_no_invocation_without_time_to_wait_for_it(bench: Bench) -> None:
    """With no time left the target isn't started."""
    with pytest.raises(Exception, match="it was not invoked"):
        bench.handle(event("http"), Remaining(100))
    assert not bench.calls


LATTICE = {
    "raw_path": "/checkout",
    "method": "GET",
    "headers": {"canary-decision": "v1~shop.green.999", "host": "x"},
}
WEBSOCKET = {
    "headers": {"Canary-Decision": "v1~shop.green.999", "Host": "x"},
    "requestContext": {"eventType": "CONNECT", "routeKey": "$connect"},
}


@pytest.mark.parametrize("arrived", [LATTICE, WEBSOCKET])
def test_requests_of_unknown_kinds_bring_no_decision(
    bench: Bench, arrived: dict[str, Any]
) -> None:
    """A stranger's token is dropped even where the source isn't known yet."""
    bench.weight(50)
    bench.handle(arrived)
    assert (bench.last.alias, bench.lines[-1]["reason"]) == ("blue", "UNKNOWN_EVENT")
    assert bench.last.event["headers"] == {
        name: value
        for name, value in arrived["headers"].items()
        if name.lower() == "host"
    }


def token_of(record: Any) -> str:
    """The token with which a message went out."""
    return str(record["messageAttributes"][NAME]["stringValue"])


def carrying(record: Any, token: str) -> Any:
    """A message with a token."""
    attribute = {"stringValue": token, "dataType": "String"}
    return {**record, "messageAttributes": {NAME: attribute}}


def test_messages_of_a_group_keep_their_other_decisions(bench: Bench) -> None:
    """A shared colour says nothing about releases that the service isn't in."""
    bench.weight(0)
    one, *_, other = event("sqs_fifo")["Records"][:5]
    arrived = [carrying(one, "v1~search.green.5"), carrying(other, "v1~search.blue.3")]
    bench.handle({"Records": arrived})
    tokens = [token_of(record) for record in bench.last.event["Records"]]
    assert [text.split("~")[1] for text in tokens] == [
        "search.green.5",
        "search.blue.3",
    ]
    assert len({text.split("~")[2] for text in tokens}) == 1


def test_a_whole_batch_is_decided_by_the_newer_rules(bench: Bench) -> None:
    """If one message knows of an abort, no other goes to green any more."""
    bench.weight(100)
    bench.handle(event("http"))
    now = bench.now
    bench.abort()
    bench.now = now + 0.1
    first, second, *_ = event("sqs")["Records"]
    newer = bench.store.load().version("shop")
    bench.handle({"Records": [first, carrying(second, f"v1~shop.blue.{newer}")]})
    assert bench.last.alias == "blue"
    assert len(bench.last.event["Records"]) == 2


def test_the_log_says_what_ran_in_the_end(bench: Bench) -> None:
    """A fallback is recorded as what it is, not as the canary."""
    bench.weight(100)
    bench.answers[("shop-email", "green")] = Refusal("ResourceNotFoundException")
    bench.handle(event("sns"))
    line = bench.lines[-1]
    assert (line["alias"], line["reason"]) == ("blue", "NO_ALIAS")


def test_a_stable_alias_that_was_not_deployed_is_named() -> None:
    """Promoted to a colour that the deployment leaves out: one clear error."""
    bench = Bench()
    bench.apply(RULES)
    bench.weight(10)
    bench.promote()
    bench.router = bench.new_router(CANARY_TARGETS=f"{ARN}:shop-checkout:blue")
    with pytest.raises(NotDeployed, match="shop-checkout:green"):
        bench.handle(event("http"))


@pytest.mark.parametrize("bad", [[{"itemIdentifier": ""}], [{"x": 1}], "all", [None]])
def test_a_malformed_batch_answer_fails_its_own_colour_only(
    bench: Bench, bad: Any
) -> None:
    """Lambda would take it as complete failure; the other colour's work stays done."""
    bench.weight(50)
    bench.answers[("shop-ledger", "green")] = {"batchItemFailures": bad}
    answer = bench.handle(event("sqs"))
    green = next(call for call in bench.calls if call.alias == "green")
    expected = [record["messageId"] for record in green.event["Records"]]
    assert expected == [f["itemIdentifier"] for f in answer["batchItemFailures"]]


def test_a_client_context_goes_on_whole(bench: Bench) -> None:
    """Custom, environment and client parts all arrive."""
    given = SimpleNamespace(
        custom={"mine": "1"},
        env={"locale": "nl"},
        client=SimpleNamespace(installation_id="i", app_title="t"),
    )
    bench.handle(event("direct"), SimpleNamespace(client_context=given))
    context = bench.last.context
    assert context["custom"]["mine"] == "1"
    assert context["env"] == {"locale": "nl"}
    assert context["client"] == {"installation_id": "i", "app_title": "t"}


def test_a_lone_surrogate_goes_on_as_an_escape(bench: Bench) -> None:
    """JSON can hold what UTF-8 can't; the payload is good UTF-8 all the same."""
    bench.handle({"text": "\ud83d", "name": "Zoë"})
    assert bench.last.event == {"text": "\ud83d", "name": "Zoë"}


def test_an_error_about_routes_shows_no_path(bench: Bench) -> None:
    """Paths may be private, and errors are logged."""
    bench.apply({"routing": {"routes": []}})
    arrived = event("http") | {"rawPath": "/reset/jane@example.com"}
    with pytest.raises(NoService) as caught:
        bench.handle(arrived)
    assert "jane" not in str(caught.value)


@pytest.mark.parametrize("expression", ["ceil(user.id)", "user[::0]"])
def test_an_expression_that_fails_finds_nobody(bench: Bench, expression: str) -> None:
    """Whatever a stranger's body does to an expression, stable answers."""
    routes = deepcopy(bench.store.load().documents["routing"].body["routes"])
    routes[0]["identity"] = [{"body": expression}]
    bench.store.commit(_routing(bench, routes))
    bench.now += 10
    arrived = event("http") | {"body": '{"user": {"id": 1e999}}'}
    assert bench.handle(arrived) == {"ran": "blue"}


def _routing(bench: Bench, routes: list[dict[str, Any]]) -> Commit:
    """A commit of routes, past what the grammar would say of them."""
    state = bench.store.load()
    body = {"default": "shop-checkout", "routes": routes}
    edit = Edit(
        name="routing", body=body, based_on=state.version("routing"), action="apply"
    )
    return plan(state, [edit], Signature(author="me"), at="t", salt="s")
