"""Everything that the library raises.

Each error holds the data that it talks about, and an `exit_code` with which the
command line answers (`docs/cli.md` lists them).
"""

from __future__ import annotations

from flags.record import Record


class FlagsError(Exception):
    """Root of all errors of this library."""

    exit_code = 1


class Problem(Record):
    """One thing that is wrong with a document: where, what, and what to do."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class InvalidDocument(FlagsError):
    """A document breaks the rules; all its problems are listed at once."""

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class InvalidSnapshot(FlagsError):
    """A snapshot is refused whole; the reader keeps the one that it has.

    `version` is the snapshot's, where the one who refuses it knows.
    """

    def __init__(self, message: str, version: int | None = None) -> None:
        super().__init__(message)
        self.version = version


class NotFound(FlagsError):
    """No document of that name is in the store."""

    exit_code = 3

    def __init__(self, name: str, known: list[str]) -> None:
        listed = ", ".join(sorted(known)) or "nothing yet"
        super().__init__(f"no flag is named {name!r}; the table holds {listed}")
        self.name = name
        self.known = tuple(known)


class RevisionNotFound(FlagsError):
    """A document's history has no such version; `last` is 0 if it has none."""

    exit_code = 3

    def __init__(self, name: str, version: int, last: int) -> None:
        known = f"its history has 1 to {last}" if last else "it has no history"
        super().__init__(f"{name} has no version {version}: {known}")
        self.name = name
        self.version = version
        self.last = last


class NoRollout(FlagsError):
    """The move needs a live rollout, and the release has none."""

    exit_code = 2


class VersionConflict(FlagsError):
    """Somebody else changed the document since it was read."""

    exit_code = 4

    def __init__(self, name: str, expected: int, actual: int) -> None:
        super().__init__(
            f"{name} is at version {actual}, not {expected}: somebody changed it "
            "since it was read; look at the change, then try again"
        )
        self.name = name
        self.expected = expected
        self.actual = actual


class StoreUnavailable(FlagsError):
    """The table can't be read or written; the message says what to do."""

    exit_code = 5


class DamagedRow(FlagsError):
    """A row of the table can't be read; nothing was changed."""

    exit_code = 6

    def __init__(self, name: str, version: int, problem: str) -> None:
        super().__init__(
            f"version {version} of {name} can't be read: {problem}; take another one"
        )
        self.name = name
        self.version = version


class DamageLeft(FlagsError):
    """Something in the table can't be read, and not be repaired by a command."""

    exit_code = 6


class NotInForce(FlagsError):
    """What was written is not, or not fully, what readers and documents have."""

    exit_code = 6


class CommitUnknown(StoreUnavailable):
    """The answer to a change got lost: it was written, or it was not."""
