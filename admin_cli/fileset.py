"""Several rules files and folders, read as one.

Laws
1. The order is the one in which they are given, and in a folder that of their paths;
   a file that is named twice counts once.
2. What stands in two files is refused with both, and nothing is merged but routes.
3. All that is wrong with all of them is told at once, each with its file if there are
   several.
4. The set has owners if each of its files has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from admin_cli import files
from admin_cli.input import read
from flags.errors import FlagsError, InvalidDocument, Problem
from flags.store.checks import BrokenFile, File, read_file
from flags.store.links import located, shared_services
from flags.store.names import name_of
from flags.store.planning import between
from flags.store.syntax import parse

if TYPE_CHECKING:
    from flags.store.changes import State
    from flags.store.routing import RoutingDocument

SUFFIXES = {".json", ".yaml", ".yml"}
STDIN = "standard input"


def documents(paths: Sequence[str], stdin: TextIO, load: Callable[[], State]) -> File:
    """Read rules files and folders; `-` is standard input. Raises `InvalidDocument`.

    With broken files comes all that is wrong between those of their documents that can
    be read, and with the table.
    """
    gathered = _Gathered(several=False)
    named = list(_named(paths, gathered.problems))
    gathered.several = len(named) > 1
    for path in named:
        gathered.read(path, stdin)
    file = gathered.joined()
    if gathered.problems:
        found = dict.fromkeys((*gathered.problems, *gathered.linked(file, load)))
        raise InvalidDocument([*found])
    return file


def _named(paths: Sequence[str], problems: list[Problem]) -> Iterator[str]:
    """The files, each once; of folders those that can hold rules."""
    seen: set[Path] = set()
    for path in paths:
        if path == "-" or not Path(path).is_dir():
            found = [path]
        else:
            found = [str(one) for one in sorted(Path(path).rglob("*")) if _rules(one)]
            if not found:
                message = "a folder without a .yaml, .yml or .json file in it"
                problems.append(Problem(path=path, message=message))
        for one in found:
            if Path(one).resolve() not in seen:
                seen.add(Path(one).resolve())
                yield one


def _rules(path: Path) -> bool:
    hidden = any(part.startswith(".") and part != ".." for part in path.parts)
    return path.suffix in SUFFIXES and path.is_file() and not hidden


@dataclass(slots=True)
class _Gathered:
    """What was read so far, and what is wrong with it."""

    several: bool
    files: dict[str, File] = field(default_factory=dict)
    broken: list[BrokenFile] = field(default_factory=list)
    lost: bool = False
    problems: list[Problem] = field(default_factory=list)

    def read(self, path: str, stdin: TextIO) -> None:
        """Read one more file."""
        origin = STDIN if path == "-" else path
        try:
            self.files[origin] = read_file(parse(read(path, stdin), origin), origin)
        except BrokenFile as error:
            self.files[origin] = error.file
            self.broken.append(error)
            self.problems += [self._of(origin, one) for one in error.problems]
        except InvalidDocument as error:
            # They name the file already.
            self.lost = True
            self.problems += error.problems

    def joined(self) -> File:
        """All files as one; what stands in two of them is a problem."""
        if len(self.files) == 1:
            return next(iter(self.files.values()))
        parts = {part: self._part(part) for part in ("flags", "segments", "groups")}
        owners = [file.owners for file in self.files.values()]
        made = File(
            **parts,
            routing=self._routing(),
            drawn={k: v for file in self.files.values() for k, v in file.drawn.items()},
            owners=frozenset().union(*owners) if all(owners) else frozenset(),
        )
        claims = {
            name: flag.release.services
            for name, flag in made.flags.items()
            if flag.release
        }
        self.problems += [
            one for one in shared_services(claims) if one not in self.problems
        ]
        return made

    def linked(self, file: File, load: Callable[[], State]) -> Iterator[Problem]:
        """What is wrong between documents, as far as that can be known."""
        if self.lost:
            return
        try:
            state = load()
        except FlagsError:
            # The files are broken, whatever the table holds.
            return
        before = {
            name: stored.body
            for name, stored in state.documents.items()
            if not self._unread(name)
        }
        bodies = {name: body for name, _, body in files.bodies(file, state)}
        yield from between(before, before | bodies, {*bodies}, self._unread)

    def _unread(self, name: str) -> bool:
        return any(broken.unread(name) for broken in self.broken)

    def _of(self, origin: str, problem: Problem) -> Problem:
        if not self.several or problem.path.startswith(origin):
            return problem
        return Problem(path=f"{origin}: {problem.path}", message=problem.message)

    def _part(self, part: str) -> Any:
        found: dict[str, Any] = {}
        where: dict[str, str] = {}
        for origin, file in self.files.items():
            for name, document in getattr(file, part).items():
                if name in found:
                    self._twice(located(name_of(part, name)), where[name], origin)
                found.setdefault(name, document)
                where.setdefault(name, origin)
        return found

    def _routing(self) -> RoutingDocument | None:
        """The routes of all files, file after file, and their one default."""
        given = {o: f.routing for o, f in self.files.items() if f.routing}
        if not given:
            return None
        where: dict[str, str] = {}
        for origin, routing in given.items():
            for route in routing.routes:
                if where.setdefault(route.name, origin) != origin:
                    place = f"routing.routes: {route.name!r}"
                    self._twice(place, where[route.name], origin)
        first = next(iter(given.values()))
        return first.model_copy(
            update={
                "routes": [route for one in given.values() for route in one.routes],
                "default": self._same(given, "default"),
                "version": self._same(given, "version"),
            }
        )

    def _same(self, given: Mapping[str, RoutingDocument], key: str) -> Any:
        """What the files that say it agree on."""
        said = {o: getattr(it, key) for o, it in given.items()}
        said = {origin: value for origin, value in said.items() if value is not None}
        for origin, value in said.items():
            before, first = next(iter(said.items()))
            if value != first:
                message = f"{first!r} in {before}, and {value!r} in {origin}; keep one"
                self.problems.append(Problem(path=f"routing.{key}", message=message))
        return next(iter(said.values()), None)

    def _twice(self, path: str, first: str, second: str) -> None:
        message = f"stands in {first} and in {second}; keep one"
        self.problems.append(Problem(path=path, message=message))
