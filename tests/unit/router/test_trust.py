"""Which members of an inbound token count."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flags.aws.errors import AwsError
from flags.seal import Keys, mint
from flags.token import Carried, Token
from router.trust import BACKOFF, REFRESH, Trust

NOW = 1_800_000_000
SECRET = b"0123456789abcdef" * 2
KEYS = Keys(current="k2", secrets={"k1": b"1" * 32, "k2": SECRET})
PLAIN = Carried(release="email", variant="green", generation=12)
STRANGE = Keys(current="k2", secrets={"k2": b"hush" * 8})
REVOKED = Keys(current="k0", secrets={"k0": SECRET})


def made(
    keys: Keys = KEYS, release: str = "shop", life: int = 60, audience: str = "flags"
) -> Carried:
    """An override for ana."""
    return mint(keys, audience, release, "green", subject_key="ana", expires=NOW + life)


def token(*members: Carried) -> Token:
    """A token with these members."""
    return Token(members=tuple(sorted(members, key=lambda member: member.release)))


class Source:
    """Keys that can be read as often as the clock allows."""

    def __init__(self) -> None:
        self.now = float(NOW)
        self.reads = 0
        self.found: Keys | Exception = KEYS

    def __call__(self) -> Keys:
        """Read them."""
        self.reads += 1
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def source() -> Source:
    """Keys at the beginning."""
    return Source()


@pytest.fixture
def trust(source: Source) -> Trust:
    """What reads them."""
    return Trust(source, "flags", lambda: source.now)


@pytest.mark.parametrize("subject", ["ana", "bo", None])
def test_inside_both_count(trust: Trust, subject: str | None) -> None:
    """A message is not from the one that it is about: anyone's override holds."""
    sent = token(PLAIN, made())

    assert sent == trust.admit(sent, subject, public=False)
    assert not trust.refused


def test_outside_only_an_override_counts(trust: Trust) -> None:
    """What a stranger says about decisions is dropped, unless it is sealed."""
    sent = token(PLAIN, made())

    assert token(made()) == trust.admit(sent, "ana", public=True)
    assert not trust.refused


@pytest.mark.parametrize(
    ("subject", "reason"), [("bo", "OTHER_SUBJECT"), (None, "NO_IDENTITY")]
)
def test_outside_it_must_be_the_subjects(
    trust: Trust, subject: str | None, reason: str
) -> None:
    """A token that was passed on opens nothing for others, nor for nobody."""
    assert Token() == trust.admit(token(made()), subject, public=True)
    assert {reason: 1} == trust.refused


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize(
    ("override", "reason"),
    [
        (made(life=0), "EXPIRED"),
        (made(life=2 * 24 * 3600), "TOO_LONG"),
        (made(REVOKED), "UNKNOWN_KEY"),
        (made(STRANGE), "FORGED"),
        (made(audience="staging"), "FORGED"),
    ],
)
def test_what_does_not_hold_is_dropped(
    trust: Trust, override: Carried, reason: str, *, public: bool
) -> None:
    """Everywhere, and by reason; what else is in the token keeps its worth."""
    other = made(release="cart")
    sent = token(PLAIN, other, override)

    left = trust.admit(sent, "ana", public=public)

    assert (token(other) if public else token(PLAIN, other)) == left
    assert {reason: 1} == trust.refused


@pytest.mark.parametrize("public", [True, False])
def test_without_overrides_no_key_is_read(
    trust: Trust, source: Source, *, public: bool
) -> None:
    """Most containers never ask for keys."""
    for sent in (Token(), token(PLAIN)):
        assert (Token() if public else sent) == trust.admit(sent, "ana", public=public)
    assert 0 == source.reads


@pytest.mark.parametrize("public", [True, False])
def test_without_keys_no_override_counts(*, public: bool) -> None:
    """Nothing was configured, so nothing can be checked."""
    trust = Trust(None, "flags", lambda: NOW)

    left = trust.admit(token(PLAIN, made()), "ana", public=public)

    assert (Token() if public else token(PLAIN)) == left
    assert {"NO_KEYS": 1} == trust.refused
    assert trust.problem is None


def test_keys_are_read_again_in_time(trust: Trust, source: Source) -> None:
    """Not before, whatever comes; and a key that is gone counts no longer."""
    sent = token(made())
    for seconds in (0, 1, REFRESH - 1):
        source.now = NOW + seconds
        trust.admit(token(made(life=1000), made(REVOKED, "cart")), "ana", public=True)
    assert 1 == source.reads

    source.found, source.now = REVOKED, NOW + REFRESH

    assert Token() == trust.admit(sent, "ana", public=True)
    assert 2 == source.reads
    assert {"UNKNOWN_KEY": 3 + 1} == trust.refused


def test_keys_outlive_reads_that_fail(trust: Trust, source: Source) -> None:
    """The last good ones hold for as long as it takes."""
    sent = token(made(life=24 * 3600))
    trust.admit(sent, "ana", public=True)
    source.found = OSError("away: hush")
    for seconds in range(0, 20 * 3600, 600):
        source.now = NOW + seconds
        assert sent == trust.admit(sent, "ana", public=True)

    assert "token keys can't be read: OSError" == trust.problem


def test_reads_that_fail_back_off(trust: Trust, source: Source) -> None:
    """At once nobody asks again: an attacker must not make every request wait."""
    source.found = AwsError(400, "AccessDeniedException", "no", service="ssm")
    reads = []
    for seconds in range(700):
        source.now = NOW + seconds
        before = source.reads
        assert Token() == trust.admit(token(made(life=3600)), "ana", public=True)
        reads += [seconds] if source.reads > before else []

    waits = [BACKOFF, 2 * BACKOFF, 4 * BACKOFF, 8 * BACKOFF, 16 * BACKOFF]
    begun = [sum(waits[:count]) for count in range(len(waits) + 1)]
    assert [*begun, begun[-1] + REFRESH] == reads
    assert 700 == trust.refused["NO_KEYS"]
    assert trust.problem
    assert "AccessDeniedException" in trust.problem


def test_keys_that_come_late_count(trust: Trust, source: Source) -> None:
    """After a failure the next good read mends it."""
    source.found = OSError()
    trust.admit(token(made()), "ana", public=True)
    source.found, source.now = KEYS, NOW + BACKOFF

    assert token(made()) == trust.admit(token(made()), "ana", public=True)
    assert trust.problem is None


def test_a_clock_that_was_set_back(trust: Trust, source: Source) -> None:
    """Keys are read again, rather than never."""
    source.now = NOW + 1e6
    trust.admit(token(made()), "ana", public=True)
    source.now = NOW

    assert token(made()) == trust.admit(token(made()), "ana", public=True)
    assert 2 == source.reads


def test_checking_is_imported_with_the_first_override() -> None:
    """A cold start doesn't pay for what most containers never do."""
    script = (
        "import sys; import router.trust; "
        "late = ['flags.seal', 'flags.aws.getparameter', 'flags.aws.getsecret']; "
        "sys.exit(any(name in sys.modules for name in late))"
    )

    assert 0 == subprocess.run([sys.executable, "-c", script], check=False).returncode
