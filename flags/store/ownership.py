"""Whose documents and routes a file is about, and how teams share one table.

Laws
1. Pure: data and bodies in, the same out, and all problems at once.
2. A file with an owner changes what that team owns, and what nobody does; of the
   routing it replaces that team's routes, and the others stay in their order.
3. No team overrules another: a name that another team has is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from flags.errors import Problem
from flags.store.shares import mapping, sequence

Body = Mapping[str, Any]
_PARTS = ("flags", "segments", "groups")
_OTHERS = "says another owner than the file; take it out of one of the two"


def owned(
    data: Mapping[Any, Any], problems: list[Problem]
) -> tuple[str | None, Mapping[Any, Any]]:
    """The owner of a file, and its data with that owner in all documents and routes."""
    owner = data.get("owner")
    if owner is None:
        return None, data
    if not isinstance(owner, str) or not owner.strip():
        problems.append(Problem(path="owner", message="expected the name of a team"))
        return None, data
    made = {**data}
    for part in _PARTS:
        if isinstance(data.get(part), dict):
            made[part] = {
                name: _of(owner, entry, f"{part}.{name}", problems)
                for name, entry in data[part].items()
            }
    routing = data.get("routing")
    if isinstance(routing, dict) and isinstance(routing.get("routes"), list):
        routes = [
            _of(owner, route, f"routing.routes[{number}]", problems)
            for number, route in enumerate(routing["routes"])
        ]
        made["routing"] = {**routing, "routes": routes}
    return owner, made


def _of(owner: str, entry: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(entry, dict):
        return entry
    if entry.get("owner") not in {None, owner}:
        problems.append(Problem(path=f"{path}.owner", message=_OTHERS))
    return {**entry, "owner": owner}


def foreign(stored: Body | None, owners: Collection[str]) -> str | None:
    """The other team that has a stored document; None if these may change it."""
    owner = stored.get("owner") if stored and not stored.get("archived") else None
    return str(owner) if owners and owner and owner not in owners else None


def routed(body: Body, stored: Body | None, owners: Collection[str]) -> Body:
    """The routing with the routes of these teams in place of those they had.

    A team's routes stand together where its first one stood; those of a new team come
    last. The default stays, unless there was none.
    """
    if not owners:
        return body
    held = list(map(mapping, sequence((stored or {}).get("routes"))))
    ours: dict[str, list[Any]] = {}
    for route in sequence(body.get("routes")):
        ours.setdefault(str(route["owner"]), []).append(route)
    names = {route["name"] for routes in ours.values() for route in routes}
    routes: list[Any] = []
    for route in held:
        owner = route.get("owner")
        if owner in owners:
            routes += ours.pop(str(owner), [])
        elif owner or route.get("name") not in names:
            routes.append(route)
    routes += [route for left in ours.values() for route in left]
    default = (stored or {}).get("default") or body.get("default")
    return {
        **({"default": default} if default else {}),
        **({"routes": routes} if routes else {}),
    }


def disputed(
    body: Body, stored: Body | None, owners: Collection[str]
) -> Iterator[Problem]:
    """What another team has in the routing, and this change would take from it."""
    held = list(map(mapping, sequence((stored or {}).get("routes"))))
    wanted = {
        route.get("name"): route for route in map(mapping, body.get("routes", ()))
    }
    for route in held:
        owner, name = route.get("owner"), route.get("name")
        if not owner or owner in owners:
            continue
        if owners and name in wanted:
            message = f"the team {owner} has a route {name!r}; give this another name"
            yield Problem(path="routing.routes", message=message)
        elif not owners and mapping(wanted.get(name)).get("owner") != owner:
            message = (
                f"the route {name!r} of the team {owner} would be gone; keep it with "
                f"`owner: {owner}`, or apply a file of that team"
            )
            yield Problem(path="routing.routes", message=message)
    default, before = body.get("default"), (stored or {}).get("default")
    if owners and default and before and default != before:
        message = (
            f"{before} is the default of all teams; a file without an owner changes it"
        )
        yield Problem(path="routing.default", message=message)
