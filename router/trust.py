"""Which members of an inbound token count.

Plain decisions count by where they come from, overrides by their seals.

Laws
1. At public sources no plain decision counts, and an override only for the one whose
   targeting key it is for. Elsewhere plain decisions count, and overrides of anyone.
2. An override whose seal doesn't hold is dropped and counted, wherever it comes from.
   Without keys none holds.
3. Total: nothing raises, whatever comes in and whatever becomes of the keys.
4. Keys are read when the first override comes, then at most every `REFRESH` seconds.
   A read takes `TIMEOUT` seconds at most. One that fails is tried again after
   `BACKOFF` seconds, then twice as many, up to `REFRESH`; the keys before it stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from flags.aws.errors import AwsCallError
from flags.errors import FlagsError
from flags.hints import TYPE_CHECKING
from flags.token import Carried, Token

if TYPE_CHECKING:
    from flags.aws.client import AwsClient
    from flags.seal import Keys

REFRESH = 300.0
BACKOFF = 10.0
TIMEOUT = 0.25

# Why an override is dropped, beside what `flags.seal.verify` finds.
NO_KEYS = "NO_KEYS"
NO_IDENTITY = "NO_IDENTITY"

_NOTHING = Token()


class Trust:
    """One for the life of the process; `refused` counts dropped overrides by reason.

    `keys` reads them, and may raise; None if there are none. `problem` says what came
    of the last read if it failed, in words that hold no secret.
    """

    def __init__(
        self,
        keys: Callable[[], Keys] | None,
        audience: str,
        now: Callable[[], float],
    ) -> None:
        self.refused: Counter[str] = Counter()
        self.problem: str | None = None
        self._read = keys
        self._audience = audience
        self._now = now
        self._keys: Keys | None = None
        self._asked: float | None = None
        self._wait = 0.0
        self._failures = 0

    @classmethod
    def from_environ(
        cls,
        environ: Mapping[str, str],
        client: Callable[[str], AwsClient],
        now: Callable[[], float],
    ) -> Trust:
        """As CANARY_TOKEN_KEYS and CANARY_TABLE say.

        The first is empty, the name of an SSM parameter, or the ARN of a secret in
        Secrets Manager. `client` makes the client of a service, once it is needed.
        """
        where = environ.get("CANARY_TOKEN_KEYS")
        keys = reader(where, client) if where else None
        return cls(keys, environ.get("CANARY_TABLE", ""), now)

    def admit(self, token: Token, subject: str | None, *, public: bool) -> Token:
        """The members that count; `subject` is the request's targeting key."""
        members = token.members
        if not any(member.seal for member in members):
            return _NOTHING if public else token
        kept = tuple(
            member
            for member in members
            if (
                self._holds(member, subject, public=public)
                if member.seal
                else not public
            )
        )
        return token if len(kept) == len(members) else Token(members=kept)

    def _holds(self, override: Carried, subject: str | None, *, public: bool) -> bool:
        problem = self._wrong(override, subject, public=public)
        if problem is not None:
            self.refused[problem] += 1
        return problem is None

    def _wrong(
        self, override: Carried, subject: str | None, *, public: bool
    ) -> str | None:
        """Why an override doesn't hold, or None."""
        from flags.seal import verify  # noqa: PLC0415 - most never see an override

        if public and subject is None:
            return NO_IDENTITY
        now = self._now()
        keys = self._current(now)
        if keys is None:
            return NO_KEYS
        asked_for = subject if public else None
        return verify(keys, self._audience, override, now, asked_for)

    def _current(self, now: float) -> Keys | None:
        """The keys, read again if that is due. A clock that was set back makes it."""
        asked = self._asked
        if self._read is None or (asked is not None and 0 <= now - asked < self._wait):
            return self._keys
        self._asked = now
        try:
            self._keys = self._read()
        except Exception as error:  # noqa: BLE001 - without keys routing goes on
            self._wait = min(BACKOFF * 2**self._failures, REFRESH)
            self._failures = min(self._failures + 1, 10)
            self.problem = f"token keys can't be read: {_told(error)}"
        else:
            self._wait, self._failures, self.problem = REFRESH, 0, None
        return self._keys


def _told(error: Exception) -> str:
    # Our own errors hold no secret; of others nobody knows.
    known = isinstance(error, AwsCallError | FlagsError)
    return f"{type(error).__name__}: {error}" if known else type(error).__name__


def reader(where: str, client: Callable[[str], AwsClient]) -> Callable[[], Keys]:
    """What reads the keys from an SSM parameter, or from the secret of an ARN."""

    def read() -> Keys:
        from flags.seal import Keys  # noqa: PLC0415 - most never see an override

        return Keys.parse(_text(where, client))

    return read


def _text(where: str, client: Callable[[str], AwsClient]) -> str:
    # Either is imported with the first override.
    if in_secrets_manager(where):
        from flags.aws.getsecret import get_secret  # noqa: PLC0415 - as above

        return get_secret(client("secretsmanager"), where, timeout=TIMEOUT)
    from flags.aws.getparameter import get_parameter  # noqa: PLC0415 - as above

    return get_parameter(client("ssm"), where, timeout=TIMEOUT)


def in_secrets_manager(where: str) -> bool:
    """Whether a place of keys is the ARN of a secret, in whatever partition."""
    return where.startswith("arn:") and where.split(":", 3)[2:3] == ["secretsmanager"]
