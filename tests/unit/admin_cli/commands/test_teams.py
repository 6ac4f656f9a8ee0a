"""Several files and folders are one set of rules, and teams share one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table

FLAG = "{{variants: {{on: true, off: false}}, off: off, serve: {}}}"


def flags(**serves: str) -> str:
    """The flags part of a file."""
    lines = [f"  {name}: {FLAG.format(serve)}\n" for name, serve in serves.items()]
    return "flags:\n" + "".join(lines)


def routing(*names: str, default: str | None = None) -> str:
    """The routing part of a file."""
    routes = [
        f"    - {{name: {name}, service: {name}-service, match: {{queue: {name}}}}}\n"
        for name in names
    ]
    start = f"  default: {default}\n" if default else ""
    return "routing:\n" + start + "  routes:\n" + "".join(routes)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(folder: Path, **texts: str) -> None:
    """Write files, called by their names without `.yaml`."""
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def names(table: Table) -> set[str]:
    """The documents in use."""
    documents = table.store.load().documents
    return {n for n, stored in documents.items() if not stored.body.get("archived")}


def routes(table: Table) -> list[str]:
    """The routes in their order."""
    return [route["name"] for route in table.body("routing").get("routes", ())]


BOTH = [("-f", "a.yaml", "-f", "b.yaml"), ("-f", "."), ("-f", ".", "-f", "a.yaml")]


@pytest.mark.parametrize("argv", BOTH)
def test_all_files_are_one_set(
    canary: Canary, empty: Table, folder: Path, argv: tuple[str, ...]
) -> None:
    """Lint, diff and apply read all of them, a folder's too, each once."""
    put(folder, a=flags(one="on"), b=flags(two="off"))
    (folder / "notes.md").write_text("not rules")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "c.yaml").write_text("not: rules")

    assert 0 == canary("lint", "--offline", *argv).code
    assert 10 == canary("diff", "--exit-code", *argv).code
    assert 0 == canary("apply", *argv).code
    assert {"one", "two"} == names(empty)
    assert 0 == canary("diff", "--exit-code", "--prune", *argv).code
    assert 0 == canary("apply", "--prune", "--yes", *argv).code
    assert {"one", "two"} == names(empty)


@pytest.mark.parametrize("command", ["lint", "diff", "apply"])
@pytest.mark.usefixtures("empty")
def test_what_stands_in_two_files_is_refused_with_both(
    canary: Canary, folder: Path, command: str
) -> None:
    """So are two defaults and two routes of a name; all of it at once."""
    put(
        folder,
        a=flags(one="on") + routing("web", default="x"),
        b=flags(one="off") + routing("web", default="y"),
        c=flags(broken="nope"),
    )

    result = canary(command, "-f", ".")

    assert 2 == result.code
    told = result.out + result.err
    for place, message in (
        ("flags.one", "stands in a.yaml and in b.yaml; keep one"),
        ("routing.routes: 'web'", "stands in a.yaml and in b.yaml; keep one"),
        ("routing.default", "'x' in a.yaml, and 'y' in b.yaml; keep one"),
        ("c.yaml: flags.broken.serve", "no variant 'nope'; defined: on, off"),
    ):
        assert place in told
        assert message in told


@pytest.mark.usefixtures("empty")
def test_files_lean_on_each_other(canary: Canary, folder: Path) -> None:
    """A segment in one, the flag that uses it in another."""
    put(
        folder,
        a="segments: {beta: {included: [ana]}}",
        b="flags: {f: {variants: {on: 1, off: 0}, off: off, serve: off, "
        "rules: [{when: {segment: beta}, serve: on}]}}",
    )

    assert 0 == canary("lint", "--offline", "-f", "a.yaml", "-f", "b.yaml").code
    assert 2 == canary("lint", "--offline", "-f", "b.yaml").code


@pytest.mark.usefixtures("empty")
def test_a_folder_without_rules_is_bad_input(canary: Canary, folder: Path) -> None:
    """Nobody means nothing."""
    (folder / "empty").mkdir()

    result = canary("apply", "-f", "empty", "--prune", "--yes")

    assert (2, "") == (result.code, result.out)
    assert "canary: error: empty: a folder without a .yaml, .yml or .json" in result.err


def test_routes_of_several_files_stand_in_their_order(
    canary: Canary, empty: Table, folder: Path
) -> None:
    """As the files are given; one of them has the default."""
    put(folder, a=routing("web"), b=routing("mail", "bulk", default="shop"))

    assert 0 == canary("apply", "-f", "b.yaml", "-f", "a.yaml").code

    assert ["mail", "bulk", "web"] == routes(empty)
    assert "shop" == empty.body("routing")["default"]


@pytest.fixture
def teams(canary: Canary, empty: Table, folder: Path) -> Table:
    """A table that two teams share, each with a file of its own."""
    put(
        folder,
        cart="owner: cart\n" + flags(gift="on") + routing("web", "api", default="shop"),
        mail="owner: mail\n" + flags(letter="off") + routing("sent"),
    )
    assert 0 == canary("apply", "-f", "cart.yaml").code
    assert 0 == canary("apply", "-f", "mail.yaml").code
    return empty


def test_a_team_s_file_leaves_the_others_routes_alone(
    canary: Canary, teams: Table, folder: Path
) -> None:
    """Its routes stay where they were, new teams come last; the default stays."""
    assert ["web", "api", "sent"] == routes(teams)
    assert "shop" == teams.body("routing")["default"]

    put(folder, cart="owner: cart\n" + flags(gift="on") + routing("api", "next"))
    put(folder, new="owner: new\n" + routing("last"))
    assert 0 == canary("apply", "-f", "new.yaml").code
    assert 0 == canary("apply", "-f", "cart.yaml").code

    assert ["api", "next", "sent", "last"] == routes(teams)
    assert "shop" == teams.body("routing")["default"]
    assert 0 == canary("diff", "--exit-code", "-f", "cart.yaml").code


def test_a_team_prunes_what_it_owns(canary: Canary, teams: Table, folder: Path) -> None:
    """And nothing of another team, nor what nobody owns."""
    canary("apply", "-f", "-", stdin=flags(nobody="on"))
    put(folder, cart="owner: cart\n" + flags(other="on"))

    result = canary("apply", "-f", "cart.yaml", "--prune", "--yes")

    assert 0 == result.code, result.err
    assert {"other", "letter", "nobody", "routing"} == names(teams)
    assert ["web", "api", "sent"] == routes(teams)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "owner: mail\n" + flags(gift="off"),
            "flags.gift.owner: belongs to the team cart, and this file does not",
        ),
        (
            "owner: mail\n" + routing("web"),
            "routing.routes: the team cart has a route 'web'; give this another name",
        ),
        (
            "owner: mail\n" + routing("sent", default="mine"),
            "routing.default: shop is the default of all teams",
        ),
        (
            routing("web", default="shop"),
            "routing.routes: the route 'api' of the team cart would be gone",
        ),
        ("owner: [a]\n" + flags(f="on"), "owner: expected the name of a team"),
        (
            "owner: mail\nsegments: {s: {owner: cart, included: [a]}}",
            "segments.s.owner: says another owner than the file",
        ),
    ],
)
def test_what_another_team_has_is_refused(
    canary: Canary, teams: Table, text: str, error: str
) -> None:
    """No team overrules another, by lint, diff or apply; nothing is written."""
    before = teams.items()

    for command in ("diff", "apply"):
        result = canary(command, "-f", "-", stdin=text)
        assert 2 == result.code
        assert f"canary: error: {error}" in result.err
    problems: Any = canary("lint", "-f", "-", stdin=text).data["problems"]
    assert any(error in f"{one['path']}: {one['message']}" for one in problems)
    assert before == teams.items()


def test_what_nobody_owns_is_taken_over(canary: Canary, empty: Table) -> None:
    """Of what is there when a team begins to own its rules."""
    canary("apply", "-f", "-", stdin=flags(gift="on") + routing("web", "mail"))

    text = "owner: cart\n" + flags(gift="off") + routing("web")
    assert 0 == canary("apply", "-f", "-", stdin=text).code

    assert "cart" == empty.body("gift")["owner"]
    assert {"web": "cart", "mail": None} == {
        route["name"]: route.get("owner") for route in empty.body("routing")["routes"]
    }


def test_an_export_is_applied_whole(canary: Canary, teams: Table) -> None:
    """It has every team's documents and routes, with their owners."""
    text = canary("export").out
    before = teams.items()

    assert 0 == canary("apply", "-f", "-", "--prune", "--yes", stdin=text).code
    assert before == teams.items()


def test_all_teams_at_once(canary: Canary, teams: Table, folder: Path) -> None:
    """A folder of owned files prunes what these teams own, and no more."""
    canary("apply", "-f", "-", stdin=flags(nobody="on"))
    put(folder, cart="owner: cart\n" + flags(other="on"))

    assert 0 == canary("apply", "-f", ".", "--prune", "--yes").code
    assert {"other", "letter", "nobody", "routing"} == names(teams)
