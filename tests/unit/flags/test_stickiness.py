"""Ten thousand people through a whole rollout, with nothing in between mocked."""

from __future__ import annotations

import itertools
import math

import pytest

from flags import release
from flags.codec import decode
from flags.errors import FlagsError
from flags.model import Context, Decision, Flag, Reason, Ruleset
from flags.store.changes import Edit, Signature, State
from flags.store.writer import Writer
from flags.testing import MemoryStore
from flags.token import Carried
from rollouts import moves

PEOPLE = tuple(f"user-{number:05d}" for number in range(10_000))
RAMP = (
    *(0, 0.1, 0.5, 1, 2, 3, 5, 7.5, 10, 12.345),
    *(15, 20, 25, 33.333, 40, 50, 66.667, 75, 90, 99.99, 100),
)
SIGNED = Signature(author="ann", reason="a new version")


def decide(flag: Flag, context: Context, token: Carried | None) -> Decision:
    """What is decided by rules that hold just this release."""
    rules = Ruleset(version=1, flags={flag.name: flag})
    return release.decide(rules, flag, context, token, 1_800_000_000.0)


class Release:
    """A release in a real store, and who is on its canary."""

    def __init__(self, salt: str = "rollout") -> None:
        self.store = MemoryStore()
        numbers = itertools.count()
        self.writer = Writer(
            store=self.store,
            timestamp=lambda: "2030-01-01T00:00:00Z",
            salt=lambda: f"{salt}-{next(numbers)}",
        )
        self._write("create", {"release": {"services": ["web"]}})

    @property
    def flag(self) -> Flag:
        """The compiled flag, read as a router reads it."""
        found = self.store.body()
        assert found is not None
        return decode(found.text).flags["shop"]

    def weight(self, percent: float) -> None:
        """Change the weight."""
        self._write("weight", moves.set_weight("shop", self._body(), percent))

    def abort(self) -> None:
        """End the rollout."""
        self._write("abort", moves.abort("shop", self._body()))

    def promote(self) -> None:
        """Swap the colours."""
        self._write("promote", moves.promote("shop", self._body()))

    def on(self, colour: str, people: tuple[str, ...] = PEOPLE) -> set[str]:
        """Who gets that colour."""
        flag = self.flag
        return {
            key
            for key in people
            if decide(flag, Context(key=key), None).variant == colour
        }

    def _body(self) -> dict[str, object]:
        return dict(self.store.load().documents["shop"].body)

    def _write(self, action: str, body: dict[str, object]) -> None:
        def edit(state: State) -> list[Edit]:
            version = state.version("shop")
            return [Edit(name="shop", body=body, based_on=version, action=action)]

        self.writer.write(edit, SIGNED)


def test_nobody_flips() -> None:
    """Over twenty steps up nobody leaves the canary, and each share is as asked."""
    release = Release()
    before: set[str] = set()
    for percent in RAMP:
        release.weight(percent)
        now = release.on("green")
        chance = percent / 100
        sigma = math.sqrt(len(PEOPLE) * chance * (1 - chance))

        assert not before - now
        assert abs(len(now) - len(PEOPLE) * chance) <= 3 * sigma
        before = now

    assert set(PEOPLE) == before
    assert 21 == len(RAMP)


def test_one_rollout() -> None:
    """All the weights of a rollout share a salt and a beginning."""
    release = Release()
    seen = set()
    for percent in RAMP:
        release.weight(percent)
        assert release.flag.release is not None
        seen.add((release.flag.salt, release.flag.release.since))

    assert {("rollout-1", 2)} == seen


def test_abort() -> None:
    """After an abort nobody is on the canary, whatever they carry."""
    release = Release()
    release.weight(50)
    flag = release.flag
    tokens = {
        key: Carried(release="shop", variant=decision.variant, generation=flag.version)
        for key in PEOPLE[:1_000]
        for decision in [decide(flag, Context(key=key), None)]
    }
    release.abort()
    after = release.flag
    decisions = [decide(after, Context(key=key), t) for key, t in tokens.items()]

    assert set() == release.on("green")
    assert {"blue"} == {decision.variant for decision in decisions}
    assert {Reason.CARRIED, Reason.HEALED} == {d.reason for d in decisions}


def test_promote_keeps_the_colour() -> None:
    """Whoever was on the canary stays where he is; all others follow."""
    release = Release()
    release.weight(50)
    release.promote()

    assert set(PEOPLE) == release.on("green")


def test_next_rollout_picks_others() -> None:
    """A new rollout begins with other people: about as many as chance would have."""
    release = Release()
    release.weight(20)
    first = release.on("green")
    release.abort()
    release.weight(20)
    second = release.on("green")

    sigma = math.sqrt(len(PEOPLE) * 0.04 * 0.96)
    assert abs(len(first & second) - len(PEOPLE) * 0.04) <= 4 * sigma


def test_after_a_promotion_the_other_colour() -> None:
    """The next version goes to the colour that is free."""
    release = Release()
    release.weight(100)
    release.promote()
    release.weight(10)

    blue = release.on("blue")
    assert 0 < len(blue) < 1_200
    assert set(PEOPLE) - blue == release.on("green")


def test_down_and_up() -> None:
    """A ramp that goes down and up again meets the same people."""
    release = Release()
    release.weight(30)
    before = release.on("green")
    release.weight(5)
    fewer = release.on("green")
    release.weight(30)

    assert fewer < before
    assert before == release.on("green")


@pytest.mark.parametrize("percent", [-0.001, 100.001, 0.0001, float("nan"), True, "10"])
def test_wrong_weight(percent: float) -> None:
    """A weight that is none is refused, and the one before stays."""
    release = Release()
    release.weight(10)

    with pytest.raises(FlagsError, match="give a percentage from 0 to 100"):
        release.weight(percent)

    assert 10 == release.store.load().documents["shop"].body["weight"]
