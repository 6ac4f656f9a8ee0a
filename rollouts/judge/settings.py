"""How sure the judge must be, and of what; chosen before a rollout, kept throughout.

Laws
1. Nothing here changes during a rollout: a judge that picks its questions after the
   answers is no judge. The state holds its settings, so nobody has to remember them.
2. Everything wrong is said at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite

from flags.hints import Any
from flags.record import Record
from rollouts.judge.errors import InvalidEvidence

# More measures or odds than these only cost time.
MOST = 64
LONGEST_NAME = 64
LARGEST_ODDS = 1e6


class Settings(Record):
    """What may be chosen; the defaults suit error rates.

    `alpha`: the chance of ever calling a good canary REGRESSED, over all looks.
    `beta`: the chance of ever calling a bad one PROVEN; bad begins at `margin`.
    `tolerance`: the odds ratio (canary over stable) up to which all is well.
    `grid`: the odds ratios that regressions are sought at; those above the tolerance.
    `floor_users`, `floor_share`: at least so many users failed, and more than this
    share of those seen while nobody is on stable, ends a rollout; see `floor`.
    `window`: subjects, both versions together, after which a window is closed.
    `measures`: names in groups. Evidence is averaged within a group, then over groups,
    so that three thresholds of one latency don't outvote the errors. The first measure
    is the one that the hard floor looks at.
    """

    alpha: float = 0.05
    beta: float = 0.05
    tolerance: float = 1.25
    margin: float = 3.0
    grid: tuple[float, ...] = (1.5, 2.0, 3.0, 5.0, 8.0, 15.0, 40.0)
    floor_users: int = 5
    floor_share: float = 0.5
    window: int = 20
    measures: tuple[tuple[str, ...], ...] = (("errors",),)

    @property
    def names(self) -> tuple[str, ...]:
        """All measures, in order."""
        return tuple(name for group in self.measures for name in group)

    @property
    def sought(self) -> tuple[float, ...]:
        """The odds ratios at which a regression is sought."""
        return tuple(odds for odds in self.grid if odds > self.tolerance)


# What may be chosen, in the order of the class.
CHOICES = (
    "alpha",
    "beta",
    "tolerance",
    "margin",
    "grid",
    "floor_users",
    "floor_share",
    "window",
    "measures",
)


def settings_from(mapping: Mapping[str, Any]) -> Settings:
    """Settings from JSON, lists for tuples; what isn't there has its default.

    Raises `InvalidEvidence` for what can't be, and for what nobody knows.
    """
    if not isinstance(mapping, Mapping):
        raise InvalidEvidence(f"the judge's settings: no mapping, but {mapping!r}")
    unknown = sorted(set(map(str, mapping)) - set(CHOICES))
    if unknown:
        known = ", ".join(CHOICES)
        raise InvalidEvidence(
            f"the judge's settings: {', '.join(unknown)} is not known, but {known}"
        )
    return checked(Settings(**{name: _tuples(mapping[name]) for name in mapping}))


def _tuples(value: Any) -> Any:
    """Lists as tuples, at every depth."""
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def checked(settings: Settings) -> Settings:
    """The settings themselves; raises `InvalidEvidence` with all that is wrong."""
    problems = [*_chances(settings), *_odds(settings), *_rest(settings)]
    if problems:
        raise InvalidEvidence("the judge's settings: " + "; ".join(problems))
    return settings


def _chances(settings: Settings) -> Iterator[str]:
    for name in ("alpha", "beta"):
        value = getattr(settings, name)
        if not _number(value) or not 1e-9 <= value <= 0.5:  # noqa: PLR2004 - a coin
            yield f"{name} must be from 1e-9 to 0.5, not {value!r}"
    if not _number(settings.floor_share) or not 0 < settings.floor_share < 1:
        yield f"floor_share must be between 0 and 1, not {settings.floor_share!r}"


def _odds(settings: Settings) -> Iterator[str]:
    for name in ("tolerance", "margin"):
        value = getattr(settings, name)
        if not _odds_ratio(value):
            yield f"{name} must be an odds ratio from 1 to 1e6, not {value!r}"
            return
    if settings.margin <= settings.tolerance:
        yield "margin must be greater than tolerance: nobody is both bad and tolerated"
    grid: object = settings.grid
    if not isinstance(grid, tuple) or not all(map(_odds_ratio, grid)):
        yield f"grid must be odds ratios from 1 to 1e6, not {grid!r}"
    elif not settings.sought or len(grid) > MOST:
        yield f"grid must hold 1 to {MOST} odds ratios, one above the tolerance"


def _rest(settings: Settings) -> Iterator[str]:
    for name in ("floor_users", "window"):
        value = getattr(settings, name)
        if type(value) is not int or value < 1:
            yield f"{name} must be a whole number from 1, not {value!r}"
    if not _named(settings.measures):
        yield f"measures must be 1 to {MOST} different names, in groups"


def _named(measures: object) -> bool:
    if not isinstance(measures, tuple):
        return False
    if not all(isinstance(group, tuple) and group for group in measures):
        return False
    names = [name for group in measures for name in group]
    fine = all(
        isinstance(name, str) and 0 < len(name) <= LONGEST_NAME for name in names
    )
    return fine and 0 < len(set(names)) == len(names) <= MOST


def _number(value: object) -> bool:
    return type(value) in {int, float} and isfinite(value)  # type: ignore[arg-type]


def _odds_ratio(value: object) -> bool:
    return _number(value) and 1 <= value <= LARGEST_ODDS  # type: ignore[operator]
