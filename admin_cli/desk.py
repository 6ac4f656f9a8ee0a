"""What every command gets: the session, the streams, the format asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TextIO

from admin_cli.output import Format, Screen, plain

if TYPE_CHECKING:
    from admin_cli.clerk import Clerk
    from admin_cli.location import LocationOptions
    from admin_cli.session import Session
    from flags.store.changes import Signature, State, Store
    from flags.store.readback import ReadBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Made once a run, from the global options."""

    session: Session
    format: Format | None
    stdin: TextIO
    out: TextIO
    err: TextIO

    def joined(self, options: LocationOptions) -> Desk:
        """With what is said of the location after the command, too."""
        return replace(self, session=self.session.joined(options))

    def clerk(
        self,
        output: Format | None,
        signed: tuple[str | None, str],
        *,
        dry_run: bool = False,
    ) -> Clerk:
        """Who carries out a change, signed by an author with a reason."""
        from admin_cli.clerk import (  # noqa: PLC0415 - slow, and `--help` waits
            Clerk,
        )
        from admin_cli.rehearsal import Rehearsal  # noqa: PLC0415 - with the rest

        store, signature = self.open(*signed)
        return Clerk(
            store=Rehearsal(store) if dry_run else store,
            signature=signature,
            screen=self.screen(output),
            where=self.session.where,
            dry_run=dry_run,
        )

    def load(self) -> State:
        """All that the table holds; raises `StoreUnavailable`."""
        return self.session.store().load()

    def reader(self, *, dry_run: bool) -> ReadBack | None:
        """What routers read; nothing of a change that is rehearsed."""
        return None if dry_run else self.session.reader()

    def open(self, author: str | None, reason: str) -> tuple[Store, Signature]:
        """The store for a change, and who signs it."""
        from flags.store.changes import (  # noqa: PLC0415 - slow, and `--help` waits
            Signature,
        )

        _check_text("--author", author or "")
        _check_text("--reason", reason)
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

        self.err.write(f"canary: in {plain(self.session.where(ask=True))}\n")
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


def _check_text(option: str, text: str) -> None:
    """Raises `InvalidDocument` for bytes that the shell passed and no text can hold."""
    from flags.errors import (  # noqa: PLC0415 - with the rest
        InvalidDocument,
        Problem,
    )
    from flags.store.values import SURROGATE  # noqa: PLC0415 - with the rest

    if SURROGATE.search(text):
        raise InvalidDocument([Problem(path=option, message="not text in UTF-8")])
