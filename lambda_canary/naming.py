"""What is published under the name `lambda_canary`, and how it comes by that name.

In the repository the rooms have short names, `flags` among them, which many a project
uses for a module of its own. What users install is one package, so each room gets its
place in there, and what it imports of ours is named accordingly. Nothing else in a file
changes, and no line moves.

Law: a room imports another by `from ROOM... import ...`; house tests hold that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PUBLISHED = {
    "flags": "lambda_canary",
    "admin_cli": "lambda_canary.admin_cli",
    "rollouts": "lambda_canary.rollouts",
    "router": "lambda_canary.router",
}
# In the zips of our own functions other rooms keep their names: nobody else is there.
LIBRARY = {"flags": PUBLISHED["flags"]}
_from = re.compile(r"^( *from )(\w+)(?=\.\w| import )", re.MULTILINE)


def renamed(source: str, names: Mapping[str, str] = PUBLISHED) -> str:
    """A module's source as it is published."""
    return _from.sub(lambda it: it[1] + names.get(it[2], it[2]), source)


def home_of(module: str) -> str:
    """The name in the repository of a module that is published under this one."""
    for room, name in reversed(PUBLISHED.items()):
        if module == name or module.startswith(f"{name}."):
            return room + module[len(name) :]
    raise ValueError(f"{module} is not published")


def published() -> Iterator[tuple[str, str]]:
    """Each file of the package: its path there, and its text."""
    for room, name in PUBLISHED.items():
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix == ".py" or path.name == "py.typed":
                inside = path.relative_to(ROOT / room).as_posix()
                text = path.read_text("utf-8")
                yield f"{name.replace('.', '/')}/{inside}", renamed(text)
