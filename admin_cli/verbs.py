"""What `enable`, `disable`, `set` and `target` make of a flag's body.

Laws
1. Pure: a body in, another one out, or all problems at once.
2. Only what is named changes: a split keeps the attribute that it is drawn by, and of
   the keys only those that are given move.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from admin_cli.percentage import parse
from flags.errors import InvalidDocument, Problem
from flags.store.serving import form
from flags.store.shares import nearest

Body = Mapping[str, Any]
ROLES = ("stable", "canary")


def enabled(body: Body, *, on: bool) -> dict[str, Any]:
    """The body with the kill switch on or off."""
    return {**body, "enabled": on}


def serving(
    name: str, body: Body, given: Sequence[str], rule: str | None, by: str | None
) -> dict[str, Any]:
    """The body that serves this to everyone else, or to those whom a rule holds for.

    `given` is one variant, or `VARIANT=PERCENT` for each; `by` is what a split is
    drawn by, if not by what it is now.
    """
    if rule is None and "release" in body:
        message = "a release; `canary set-weight` gives its canary a share"
        raise InvalidDocument([Problem(path=f"flags.{name}", message=message)])
    known = variants(body)
    if rule is None:
        return {**body, "serve": _serve(given, known, body.get("serve"), by)}
    rules = [dict(one) for one in body.get("rules", ())]
    number = _rule(name, rules, rule)
    rules[number]["serve"] = _serve(given, known, rules[number].get("serve"), by)
    return {**body, "rules": rules}


def targeted(
    body: Body, variant: str, keys: Iterable[str], kind: str | None
) -> dict[str, Any]:
    """The body that names these keys for a variant, and for no other."""
    _expect(variant, variants(body))
    wanted = list(dict.fromkeys(keys))
    # What is there in this variant stays where it is in the list.
    kept = untargeted(body, wanted, kind, but=variant)
    lists = _lists(kept.get("targets", {}).get(variant, ()))
    held = lists.setdefault(kind or "key", [])
    held += [key for key in wanted if key not in held]
    return {**kept, "targets": {**kept.get("targets", {}), variant: _written(lists)}}


def untargeted(
    body: Body, keys: Iterable[str], kind: str | None, but: str | None = None
) -> dict[str, Any]:
    """The body that names these keys for no variant, or for no other than `but`."""
    gone = frozenset(keys)
    targets: dict[str, Any] = {}
    for variant, named in body.get("targets", {}).items():
        lists = _lists(named)
        place = kind or "key"
        if variant != but and place in lists:
            lists[place] = [key for key in lists[place] if key not in gone]
        if any(lists.values()):
            targets[variant] = _written({k: v for k, v in lists.items() if v})
    return {**body, "targets": targets}


def released(
    body: Body, variant: str, keys: Iterable[str], kind: str | None
) -> dict[str, Any]:
    """The body that doesn't name these keys for this variant."""
    _expect(variant, variants(body))
    named = {variant: body.get("targets", {}).get(variant, ())}
    left = untargeted({"targets": named}, keys, kind)["targets"]
    targets = {one: it for one, it in body.get("targets", {}).items() if one != variant}
    return {**body, "targets": {**targets, **left}}


def variants(body: Body) -> list[str]:
    """What the flag can serve by name; of a release its roles."""
    return list(ROLES) if "release" in body else list(body.get("variants") or ())


def _serve(
    given: Sequence[str], known: Sequence[str], before: Any, by: str | None
) -> Any:
    if len(given) == 1 and "=" not in given[0]:
        if by is not None:
            message = "goes with percentages; a variant alone is for everyone"
            raise InvalidDocument([Problem(path="--by", message=message)])
        _expect(given[0], known)
        return given[0]
    shares = _shares(given, known)
    if by is None and isinstance(before, Mapping) and form(before) != "shares":
        by = before.get("by")
    return {"split": shares, "by": by} if by and by != "key" else shares


def _shares(given: Sequence[str], known: Sequence[str]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for text in given:
        variant, sign, percent = text.partition("=")
        if not sign:
            message = f"{text!r} is not VARIANT=PERCENT, such as on=20"
            raise InvalidDocument([Problem(path="SERVE", message=message)])
        _expect(variant, known)
        if variant in shares:
            message = f"{variant} is given twice; give it once"
            raise InvalidDocument([Problem(path="SERVE", message=message)])
        shares[variant] = parse(percent)
    return shares


def _expect(variant: str, known: Sequence[str]) -> None:
    """Raises `InvalidDocument` for what the flag hasn't got."""
    if variant not in known:
        close = nearest(variant, known)
        hint = f"did you mean {close}? " if close else ""
        message = f"no variant {variant!r}; {hint}defined: {', '.join(known)}"
        raise InvalidDocument([Problem(path="VARIANT", message=message)])


def _rule(name: str, rules: Sequence[Body], wanted: str) -> int:
    """Which rule is meant, by its name or its place from 0."""
    names = [one.get("name") or "" for one in rules]
    if wanted in names:
        return names.index(wanted)
    if wanted.isascii() and wanted.isdigit() and int(wanted) < len(rules):
        return int(wanted)
    close = nearest(wanted, [one for one in names if one])
    listed = ", ".join(one or str(number) for number, one in enumerate(names))
    hint = f"did you mean {close!r}? " if close else ""
    message = (
        f"{name} has no rule {wanted!r}; {hint}its rules: {listed}"
        if rules
        else f"{name} has no rules; write some with `canary apply`"
    )
    raise InvalidDocument([Problem(path="--rule", message=message)])


def _lists(named: Any) -> dict[str, list[str]]:
    """The keys of a variant, by kind; a plain list is of targeting keys."""
    if isinstance(named, Mapping):
        return {kind: list(keys) for kind, keys in named.items()}
    return {"key": list(named)} if named else {}


def _written(lists: Mapping[str, list[str]]) -> Any:
    """The same as a document has it."""
    return lists["key"] if {*lists} == {"key"} else dict(lists)
