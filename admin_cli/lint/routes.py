"""Routes that can't do what they say, as their own words show.

Laws
1. Pure and careful: what is reported is certain; what is not certain is not reported.
2. A route without `source` is for every source that has the names it matches on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from admin_cli.lint.places import EVERYWHERE, KINDS

Route = Mapping[str, Any]
# Where in the routing document, which check, and what to do.
Found = tuple[str, str, str]
_MAGIC = "*?["


def doubtful(
    routes: Sequence[Route], released: Collection[str], judged: Mapping[str, str]
) -> Iterator[Found]:
    """What is wrong with routes.

    `released` are the services of all releases, and `judged` those whose users a plan
    watches, each with its release.
    """
    for number, route in enumerate(routes):
        place = f"routes[{number}]"
        sources = _sources(route)
        if sources:
            yield from _unreachable(place, route, sources, routes[:number])
        for where, check, message in _alone(route, sources, released):
            yield f"{place}.{where}", check, message
        if sources and not _known(route, sources) and route["service"] in judged:
            message = (
                f"nobody is known here, so no rollout of {judged[route['service']]} is "
                "judged by what fails; name the places of an identity"
            )
            yield f"{place}.identity", "unjudged", message


def _known(route: Route, sources: set[str]) -> bool:
    """Whether some of its units may have an identity."""
    return bool(route.get("identity")) or any(KINDS[name].known for name in sources)


def _sources(route: Route) -> set[str]:
    """The sources whose events the route can match."""
    match = route["match"]
    named = match.get("source") or KINDS
    keys = match.keys() - {"source", EVERYWHERE}
    return {name for name in named if keys <= KINDS[name].names}


def _unreachable(
    place: str, route: Route, sources: set[str], before: Sequence[Route]
) -> Iterator[Found]:
    for earlier in before:
        if _takes(earlier["match"], route["match"], sources):
            message = (
                f"never reached: {earlier['name']} before it takes all of its events; "
                "remove one of them, or change their order"
            )
            yield place, "unreachable-route", message
            return


def _takes(wide: Route, narrow: Route, sources: set[str]) -> bool:
    """Whether all that matches `narrow`, of these sources, matches `wide`."""
    for key, pattern in wide.items():
        if key == "source":
            if not sources <= set(pattern):
                return False
        elif key not in narrow:
            return False
        elif key == EVERYWHERE:
            if not _holds_more(pattern, narrow[key]):
                return False
        elif key == "method":
            asked = {method.upper() for method in narrow[key]}
            if not asked <= {method.upper() for method in pattern}:
                return False
        elif not _covers(pattern, narrow[key]):
            return False
    return True


def _holds_more(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Whether every path that one asks for, another does with patterns among them."""
    return all(
        path in narrow and set(narrow[path]) <= set(globs)
        for path, globs in wide.items()
    )


def _covers(wide: str, narrow: str) -> bool:
    """Whether a glob pattern agrees with all that another agrees with."""
    if wide in ("*", narrow):
        return True
    if not any(sign in narrow for sign in _MAGIC):
        return fnmatchcase(narrow, wide)
    start, star, rest = wide.partition("*")
    plain = star and not rest and not any(sign in start for sign in _MAGIC)
    return bool(plain) and _literal(narrow).startswith(start)


def _literal(pattern: str) -> str:
    """What a pattern begins with, up to its first sign."""
    ends = [pattern.find(sign) for sign in _MAGIC if sign in pattern]
    return pattern[: min(ends, default=len(pattern))]


def _alone(
    route: Route, sources: set[str], released: Collection[str]
) -> Iterator[Found]:
    """What a route says in vain, whatever the others say."""
    yield from _names(route["match"], sources)
    if not sources:
        return
    yield from _selectors(route, sources)
    if route.get("trust") == "iam" and not any(KINDS[s].vouches for s in sources):
        message = f"IAM checks no caller of {_told(sources)}; write true or false"
        yield "trust", "no-effect", message
    whole = route.get("batch_failures") == "whole"
    if whole and not any(KINDS[name].partial for name in sources):
        message = f"{_told(sources)} can't fail in part anyway; remove it"
        yield "batch_failures", "no-effect", message
    yield from _order(route, sources, released)
    if route.get("idempotent") and route["service"] not in released:
        message = f"no release has {route['service']}, so it only runs on stable"
        yield "idempotent", "no-effect", f"{message}; remove it, or make a release"


def _order(
    route: Route, sources: set[str], released: Collection[str]
) -> Iterator[Found]:
    ordered = {name for name in sources if KINDS[name].ordered}
    if not ordered and "order" in route:
        message = f"{_told(sources)} has no order to keep; remove it"
        yield "order", "no-effect", message
    by_key = route.get("identity") in (None, [], [{"key": True}])
    split = route["service"] in released and ordered == sources and by_key
    if split and "order" not in route:
        message = (
            "each change of colour in a shard is an invocation that the next one waits "
            "for, and from the twentieth on all is on stable; say `order: key` if the "
            "records of each key must stay in order, `order: shard` if all must"
        )
        yield "order", "strict-order", message


def _names(match: Route, sources: set[str]) -> Iterator[Found]:
    keys = [key for key in match if key not in ("source", EVERYWHERE)]
    for name in match.get("source", ()):
        for key in keys:
            if key not in KINDS[name].names:
                known = ", ".join(sorted(KINDS[name].names)) or "nothing but itself"
                message = (
                    f"{name} has none, so none of its events match; it has {known}"
                )
                yield f"match.{key}", "unknown-place", message
    if not sources and "source" not in match:
        message = f"no source has {' and '.join(keys)}, so no event matches"
        yield "match", "unknown-place", f"{message}; make a route for each"


def _selectors(route: Route, sources: set[str]) -> Iterator[Found]:
    for where, selector in _places(route):
        ((kind, _),) = selector.items()
        if kind != EVERYWHERE and not any(kind in KINDS[s].places for s in sources):
            known = sorted({*set().union(*(KINDS[s].places for s in sources))})
            message = (
                f"{_told(sources)} has none, so it finds nothing; "
                f"take one of {', '.join([*known, EVERYWHERE])}"
            )
            yield f"{where}.{kind}", "unknown-place", message


def _places(route: Route) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, selector in enumerate(route.get("identity", ())):
        yield f"identity[{number}]", selector
    for name, selector in route.get("attributes", {}).items():
        yield f"attributes.{name}", selector


def _told(sources: Collection[str]) -> str:
    return " or ".join(name for name in KINDS if name in sources)
