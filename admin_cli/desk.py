"""What every command gets: the session, the streams, the format asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from admin_cli.output import Format, Screen, plain

if TYPE_CHECKING:
    from admin_cli.session import Session
    from flags.store.changes import Signature, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Made once a run, from the global options."""

    session: Session
    format: Format | None
    stdin: TextIO
    out: TextIO
    err: TextIO

    def open(self, author: str | None, reason: str) -> tuple[Store, Signature]:
        """The store for a change, and who signs it."""
        from flags.store.changes import (  # noqa: PLC0415 - slow, and `--help` waits
            Signature,
        )

        store = self.session.store()
        author = author or self.session.author()
        return store, Signature(author=author, reason=reason)

    def confirmed(self, question: str, option: str) -> None:
        """Ask a person; raises `InvalidDocument` unless the answer is yes.

        Where nobody is there to ask, `option` is what says yes.
        """
        from flags.errors import (  # noqa: PLC0415 - with the rest
            InvalidDocument,
            Problem,
        )

        message = f"{question}? Say so with --yes, or look first with --dry-run"
        if self.stdin.isatty():
            self.err.write(f"canary: {plain(question)}? [y/N] ")
            self.err.flush()
            if self.stdin.readline().strip().lower() in {"y", "yes"}:
                return
            message = "not confirmed, so nothing was written"
        raise InvalidDocument([Problem(path=option, message=message)])

    def screen(self, asked: Format | None, otherwise: Format | None = None) -> Screen:
        """The output; `asked` is the command's own `-o`.

        Without any, it is `otherwise`, or tables for people and JSON for pipes.
        """
        if otherwise is None:
            otherwise = Format.TABLE if self.out.isatty() else Format.JSON
        chosen = asked or self.format or otherwise
        return Screen(out=self.out, err=self.err, format=chosen)
