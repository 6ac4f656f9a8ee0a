"""Laws of trust, for tokens that anybody may send."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.record import replace
from flags.seal import Keys, mint, verify
from flags.token import Carried, Token
from router.trust import Trust
from tests.property.strategies import carried, many, texts, words

pytestmark = pytest.mark.property

NOW = 1_800_000_000
KEYS = Keys(current="k2", secrets={"k1": b"1" * 32, "k2": b"2" * 32})

minted = st.builds(
    lambda kid, audience, release, subject, ahead: mint(
        replace(KEYS, current=kid),
        audience,
        release,
        "green",
        subject_key=subject,
        expires=NOW + ahead,
    ),
    st.sampled_from(["k1", "k2"]),
    st.sampled_from(["flags", "flags", "other"]),
    words,
    st.sampled_from(["ana", "bo"]),
    st.integers(-60, 2 * 24 * 3600),
)
sent = st.lists(carried | minted, max_size=9, unique_by=lambda c: c.release).map(
    lambda members: Token(members=tuple(sorted(members, key=lambda m: m.release)))
)


def fail() -> Keys:
    """Keys that are away."""
    raise OSError


@given(
    token=sent,
    subject=st.none() | st.sampled_from(["ana", "bo"]) | texts,
    public=st.booleans(),
    keys=st.sampled_from([lambda: KEYS, fail, None]),
)
@many
def test_what_counts(
    token: Token,
    subject: str | None,
    *,
    public: bool,
    keys: Callable[[], Keys] | None,
) -> None:
    """Exactly what the rule says stays, in order; the rest of overrides is counted."""
    trust = Trust(keys, "flags", lambda: NOW)
    whose = subject if public else None

    def counts(member: Carried) -> bool:
        if member.seal is None:
            return not public
        if keys is None or keys is fail or (public and subject is None):
            return False
        return verify(KEYS, "flags", member, NOW, whose) is None

    left = trust.admit(token, subject, public=public)

    assert tuple(filter(counts, token.members)) == left.members
    dropped = [m for m in token.members if m.seal and m not in left.members]
    assert len(dropped) == trust.refused.total()
    assert left == trust.admit(left, subject, public=public)
