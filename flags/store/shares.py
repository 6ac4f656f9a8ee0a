"""What a serve says about itself: its variants exist, its shares add up to 100.

Works on raw documents, like all of `flags.store.agreement`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from flags.errors import Problem
from flags.store.serving import form
from flags.store.values import WHOLE, epoch


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: object) -> Sequence[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def serve_problems(serve: Any, known: Sequence[str], path: str) -> Iterator[Problem]:
    """What is wrong with what is served, beyond its shape."""
    kind = form(serve)
    if isinstance(serve, str):
        yield from unknown_variant(serve, known, path)
    elif kind == "shares":
        yield from _share_problems(serve, known, path)
    elif kind == "split":
        yield from _share_problems(serve["split"], known, f"{path}.split")
    elif kind == "ramp":
        yield from _ramp_problems(sequence(serve["ramp"]), known, f"{path}.ramp")


def percentages(serve: Any) -> bool:
    """Whether users are drawn here, so that buckets are to be remembered."""
    return form(serve) != "variant"


def unknown_variant(
    variant: object, known: Sequence[str], path: str
) -> Iterator[Problem]:
    """A variant that no one defined."""
    if variant not in known:
        listed = ", ".join(map(str, known)) or "none"
        yield Problem(path=path, message=f"no variant {variant!r}; defined: {listed}")


def nearest(name: object, known: Sequence[str]) -> str | None:
    """The known name that was probably meant."""
    return next(iter(get_close_matches(str(name), known, n=1)), None)


def meant(name: object, known: Sequence[str]) -> str:
    """The known name that was probably meant, as an end of a sentence."""
    close = nearest(name, known)
    return f"did you mean {close}?" if close else "apply it first, or along with it"


def _ramp_problems(
    stages: Sequence[Any], known: Sequence[str], path: str
) -> Iterator[Problem]:
    last: int | None = None
    for number, stage in enumerate(map(mapping, stages)):
        place = f"{path}[{number}]"
        yield from _share_problems(stage.get("split"), known, f"{place}.split")
        try:
            at = epoch(stage.get("at"))
        except ValueError:
            continue
        if last is not None and at <= last:
            message = "not after the stage before; put the stages in order of time"
            yield Problem(path=f"{place}.at", message=message)
        last = at


def _share_problems(shares: Any, known: Sequence[str], path: str) -> Iterator[Problem]:
    if not isinstance(shares, Mapping):
        return
    for variant in shares:
        yield from unknown_variant(variant, known, f"{path}.{variant}")
    total = added(shares)
    if total is not None and total != WHOLE:
        yield Problem(path=path, message=f"the percentages add up to {total}, not 100")


def added(shares: Mapping[Any, Any]) -> Decimal | None:
    """The sum of percentages; None if one of them is none."""
    total = Decimal()
    for share in shares.values():
        number = isinstance(share, int | float) and not isinstance(share, bool)
        if not number or not abs(share) <= WHOLE:
            return None
        total += Decimal(str(share))
    return total
